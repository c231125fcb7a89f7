import { noProgress, type Progress, readNpz } from "@matchmul/common";
import { type Graph, importOnnx, normalise, numberData, runGraph, tensor } from "@matchmul/model";
import { defaultRecipes, quantizeAutomatically, quantizeInput, type Recipe } from "@matchmul/quantizer";
import { runInt8 } from "@matchmul/reference";

/**
 * Accuracy of a model in float and at int8, by each recipe of quantizeAutomatically, best first as it would choose:
 * `npm run accuracy -w packages/reference -- MODEL.onnx CALIBRATION.npz TEST.npz`. The archives hold `images`
 * and `labels`; bytes of (N, height, width, channels) become (pixel - 128) / 128, channels first.
 */
const [modelPath, calibrationPath, testPath] = process.argv.slice(2);
if (testPath === undefined) {
  console.error("usage: accuracy MODEL.onnx CALIBRATION.npz TEST.npz");
  process.exit(2);
}

function load(path: string, graph: Graph): { images: Float32Array[]; labels: ArrayLike<number> } {
  const { images, labels } = readNpz(path);
  const shape = graph.inputs[0].shape!.slice(1) as number[];
  const length = shape.reduce((a, b) => a * b, 1);
  const [channels, area] = [shape[0], length / shape[0]];
  const last = images.data instanceof Uint8Array && images.shape.at(-1) === channels;
  const list = Array.from({ length: images.shape[0] }, (_, n) => {
    const image = Float32Array.from(images.data.subarray(n * length, (n + 1) * length));
    return last
      ? Float32Array.from(image, (_v, i) => (image[(i % area) * channels + Math.floor(i / area)] - 128) / 128)
      : image;
  });
  return { images: list, labels: labels.data };
}

const graph = normalise(importOnnx(modelPath));
const calibration = load(calibrationPath, graph);
const test = load(testPath, graph);
const [{ name, shape }] = graph.inputs;
const dims = [1, ...(shape!.slice(1) as number[])];

const classOf = (values: ArrayLike<number>): number => {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
};
const percent = (classes: readonly number[]): string => {
  const right = classes.filter((c, i) => c === test.labels[i]).length;
  return `${((100 * right) / classes.length).toFixed(2)} %`;
};

const float = test.images.map((x) =>
  classOf(numberData(runGraph(graph, { [name]: tensor(dims, x) })[graph.outputs[0].name])),
);
console.log(`float: ${percent(float)} of ${float.length} images`);

const progress: Progress = process.stderr.isTTY
  ? { update: (step, done, total) => process.stderr.write(`\r${step} ${done}/${total} `) }
  : noProgress;
const rows = new Map<Recipe, Record<string, string | number>>();
const { trials } = quantizeAutomatically(graph, calibration.images, runInt8, {
  recipes: [
    ...defaultRecipes,
    { method: "mse", weights: "per-channel" },
    { method: "mse", requantization: "threshold" },
  ],
  progress,
  onTrial: ({ recipe, snrDb }, model) => {
    const classes = test.images.map((x) => runInt8(model, quantizeInput(model, x)).class);
    rows.set(recipe, {
      recipe: Object.entries(recipe)
        .map(([key, value]) => (value === true ? key : value))
        .join(" "),
      "SNR of logits, calibration": `${snrDb.toFixed(1)} dB`,
      accuracy: percent(classes),
      "class as in float": classes.filter((c, i) => c === float[i]).length,
    });
  },
});
console.table(trials.map(({ recipe }) => rows.get(recipe)));
