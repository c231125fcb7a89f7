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
  equalise,
  measureLayers,
  type QuantizationReport,
  type QuantizedModel,
  quantize,
  quantizeAutomatically,
  quantizeInput,
  type Trial,
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

/** Images on which the layers' errors are measured for the report. */
const MEASURED = 50;

/**
 * Calibrates on the archive's images and quantizes: as the flags say, or by the best of several recipes. The
 * report's layers have their error against the float graph, measured on some of the images.
 */
export async function quantizeGraph(
  terminal: Terminal,
  graph: Graph,
  calibrationPath: string,
  flags: QuantizeFlags & { name: string },
): Promise<{ model: QuantizedModel; report: QuantizationReport; images: Images }> {
  const images = readImages(calibrationPath, modelInput(graph));
  const samples = Array.from({ length: images.count }, (_, i) => image(images, i));
  const made =
    flags.quantize === "auto"
      ? await chooseRecipe(terminal, graph, samples, flags)
      : await followFlags(terminal, graph, samples, flags);
  const { model } = made;
  const layers = measureLayers(made.graph, model, samples.slice(0, MEASURED), runInt8);
  return { model, report: { ...made.report, layers }, images };
}

interface Quantized {
  model: QuantizedModel;
  report: QuantizationReport;
  /** The float graph it was made from, equalised or not. */
  graph: Graph;
}

const layerNames = ({ layers }: QuantizedModel): string =>
  `int8, ${layers.map((layer) => layer.name).join(", ")}`;

async function followFlags(
  terminal: Terminal,
  given: Graph,
  samples: readonly Float32Array[],
  flags: QuantizeFlags & { name: string },
): Promise<Quantized> {
  const { method, percentile } = flags;
  const graph = flags.equalise ? equalise(given) : given;
  const calibration = await terminal.step(
    "calibrate",
    () => calibrate(graph, samples, { method, percentile }, terminal.progress),
    () => `${count(samples.length)} images, ${method}${method === "percentile" ? ` ${percentile}` : ""}`,
  );
  const { model, report } = await terminal.step(
    "quantize",
    () => quantize(graph, calibration, { ...quantizeOptions(flags), name: flags.name }),
    (q) => layerNames(q.model),
  );
  return { model, report, graph };
}

/** `--quantize auto`: weights, scales and requantization as the flags say, the rest by trial. */
function chooseRecipe(
  terminal: Terminal,
  graph: Graph,
  samples: readonly Float32Array[],
  flags: QuantizeFlags & { name: string },
): Promise<Quantized & { trials: Trial[] }> {
  const { weights, scales, requantization } = quantizeOptions(flags);
  const { name } = flags;
  return terminal.step(
    "quantize",
    () =>
      quantizeAutomatically(graph, samples, runInt8, {
        weights,
        scales,
        requantization,
        name,
        progress: terminal.progress,
      }),
    ({ trials }) => {
      const { recipe, snrDb } = trials[0];
      const extras = [recipe.equalise && "equalised", recipe.biasCorrection && "bias corrected"];
      const words = [recipe.method ?? "min-max", ...extras.filter(Boolean)].join(", ");
      return `best of ${trials.length} recipes: ${words}, ${snrDb.toFixed(1)} dB`;
    },
  );
}

/** Outputs of a level for a set of images: [image][class]. */
export interface Outputs<Logits extends Float32Array | Int32Array> {
  classes: Int32Array;
  logits: Logits;
  width: number;
}

/** Index of the largest of `values[from .. from + width)`, the lowest on a tie. */
export function argMax(values: ArrayLike<number>, from: number, width: number): number {
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
