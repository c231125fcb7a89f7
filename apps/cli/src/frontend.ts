import { basename } from "node:path";
import {
  type Graph,
  type ImportOptions,
  importOnnx,
  normalise,
  numberData,
  runBatches,
  tensor,
} from "@matchmul/model";
import {
  calibrate,
  type QuantizationReport,
  type QuantizedModel,
  quantize,
  quantizeInput,
} from "@matchmul/quantizer";
import { runInt8 } from "@matchmul/reference";
import { count } from "./format.js";
import { type Images, image, modelInput, readImages } from "./images.js";
import { type QuantizeFlags, quantizeOptions } from "./options.js";
import type { Terminal } from "./terminal.js";

/** The first steps of every command that starts from an ONNX file: import, then normalise. */
export async function loadGraph(
  terminal: Terminal,
  model: string | Uint8Array,
  options: ImportOptions = {},
): Promise<Graph> {
  const name = typeof model === "string" ? modelName(model) : modelName(options.source ?? "model");
  const graph = await terminal.step(
    "import",
    () => importOnnx(model, options),
    (g) => `${name}: ${g.nodes.length} operators, ${count(parameters(g))} parameters`,
  );
  return terminal.step(
    "normalise",
    () => normalise(graph),
    (g) => g.nodes.map((node) => node.op).join(" "),
  );
}

/** What a model is called: its file's name, since exporters call every graph the same. */
export function modelName(path: string): string {
  return basename(path).replace(/\.onnx$/i, "");
}

/** Elements of all weights and other constants. */
export function parameters(graph: Graph): number {
  let sum = 0;
  for (const t of graph.initializers.values()) sum += t.data.length;
  return sum;
}

/** Calibrates on the archive's images and quantizes. */
export async function quantizeGraph(
  terminal: Terminal,
  graph: Graph,
  calibrationPath: string,
  flags: QuantizeFlags & { name: string },
): Promise<{ model: QuantizedModel; report: QuantizationReport; images: Images }> {
  const images = readImages(calibrationPath, modelInput(graph));
  const samples = Array.from({ length: images.count }, (_, i) => image(images, i));
  const calibration = await terminal.step(
    "calibrate",
    () =>
      calibrate(graph, samples, { method: flags.method, percentile: flags.percentile }, terminal.progress),
    () =>
      `${count(images.count)} images, ${flags.method}${flags.method === "percentile" ? ` ${flags.percentile}` : ""}`,
  );
  const { model, report } = await terminal.step(
    "quantize",
    () => quantize(graph, calibration, { ...quantizeOptions(flags), name: flags.name }),
    ({ model: m }) => `int8, ${m.layers.map((layer) => layer.name).join(", ")}`,
  );
  return { model, report, images };
}

/** Outputs of a level for a set of images: [image][class]. */
export interface Outputs<Logits extends Float32Array | Int32Array> {
  classes: Int32Array;
  logits: Logits;
  width: number;
}

/** Index of the largest of `values[from .. from + width)`, the lowest on a tie. */
function argMax(values: ArrayLike<number>, from: number, width: number): number {
  let best = 0;
  for (let i = 1; i < width; i++) if (values[from + i] > values[from + best]) best = i;
  return best;
}

/** The float graph's first output for every image: logits, or the class itself where the graph ends in ArgMax. */
export function runFloat(terminal: Terminal, graph: Graph, images: Images): Outputs<Float32Array> {
  const { name, shape } = modelInput(graph);
  const inputs = { [name]: tensor([images.count, ...shape], images.values) };
  const output = runBatches(graph, inputs, { batch: 64, progress: terminal.progress })[graph.outputs[0].name];
  const logits = Float32Array.from(numberData(output));
  const width = logits.length / images.count;
  const isClass = !output.dtype.startsWith("float");
  const classes = Int32Array.from({ length: images.count }, (_, i) =>
    isClass ? logits[i * width] : argMax(logits, i * width, width),
  );
  return { classes, logits, width };
}

/** The int8 model's logits and class for every image. */
export function runReference(terminal: Terminal, model: QuantizedModel, images: Images): Outputs<Int32Array> {
  const results = Array.from({ length: images.count }, (_, i) => {
    terminal.progress.update("run", i, images.count);
    return runInt8(model, quantizeInput(model, image(images, i)));
  });
  const width = results[0].logits.length;
  const logits = new Int32Array(images.count * width);
  for (const [i, result] of results.entries()) logits.set(result.logits, i * width);
  return { classes: Int32Array.from(results, (result) => result.class), logits, width };
}
