import type { Graph, Node } from "@matchmul/model";
import type { Calibration } from "./calibration.js";
import { appendArgMax } from "./class-layer.js";
import { error } from "./errors.js";
import { importQuantized, isQuantized } from "./import/graph.js";
import { LoweringContext } from "./lower/context.js";
import { findLogits } from "./lower/head.js";
import type { LoweringOptions } from "./lower/options.js";
import { lowerings } from "./lower/registry.js";
import type { Preprocessing, QuantizedModel } from "./quantized-model.js";
import { type LayerReport, reportLayers } from "./report.js";
import { validateModel } from "./validate/model.js";

export interface QuantizeOptions extends Partial<LoweringOptions> {
  /** The model's name; default the graph's. */
  name?: string;
}

export interface QuantizationReport {
  layers: LayerReport[];
}

const choices = {
  scales: ["arbitrary", "power-of-two"],
  weights: ["per-tensor", "per-channel"],
  requantization: ["shift-lut", "threshold"],
  biasCorrection: [false, true],
} as const;

/** Options with their defaults, the first choice of each. @throws MatchMulError quantize-option */
function checkOptions(options: QuantizeOptions): LoweringOptions {
  const checked = Object.entries(choices).map(([name, allowed]) => {
    const value = options[name as keyof LoweringOptions] ?? allowed[0];
    if (!(allowed as readonly unknown[]).includes(value))
      throw error("quantize-option", name, value, allowed.join(" or "));
    return [name, value];
  });
  return Object.fromEntries(checked);
}

/**
 * Quantizes a float graph (normalised, so that constants are folded) to the int8 model. A graph that is quantized
 * already is imported as it is: calibration and options have no say.
 * @throws MatchMulError quantize-unsupported, quantize-structure, quantize-not-finite, quantize-option,
 *   calibration-missing, accumulator-overflow
 */
export function quantize(
  graph: Graph,
  calibration: Calibration,
  options: QuantizeOptions = {},
): { model: QuantizedModel; report: QuantizationReport } {
  const checked = checkOptions(options);
  if (isQuantized(graph)) {
    const model = importQuantized(graph);
    if (options.name !== undefined) model.name = options.name;
    return { model, report: { layers: reportLayers(model) } };
  }
  if (graph.inputs.length !== 1)
    throw error(
      "quantize-structure",
      graph.name,
      `the graph has ${graph.inputs.length} inputs instead of one image`,
    );
  const logits = findLogits(graph);
  const context = new LoweringContext(graph, calibration, checked, logits.value);
  const [image] = graph.inputs;
  const atInput = { name: image.name } as Node;
  const scaler = inputScaler(graph, context);
  if (scaler !== undefined) context.fused.add(scaler.node);
  const value = scaler?.node.outputs[0] ?? image.name;
  const input = context.activation(value, context.shapeOf(value, atInput));
  for (const node of graph.nodes) {
    if (context.fused.has(node) || !logits.needed.has(node)) continue;
    const lower = node.domain === "" && Object.hasOwn(lowerings, node.op) ? lowerings[node.op] : undefined;
    if (lower === undefined)
      throw error("quantize-unsupported", node.name, node.op, supportedForQuantization());
    lower(node, context);
  }
  const last = context.tensorOf(logits.value, atInput);
  if (last.name === input.name) throw error("quantize-structure", graph.name, "it has no layer to quantize");
  const model: QuantizedModel = {
    format: "matchmul-int8",
    version: 1,
    name: options.name ?? graph.name,
    input: input.name,
    logits: last.name,
    tensors: context.tensors,
    ...(scaler && { preprocessing: scaler.preprocessing }),
    layers: context.layers,
  };
  appendArgMax(model, context.freshName("class"), context.freshName("arg-max"));
  validateModel(model, `the model quantized from ${graph.name}`);
  return { model, report: { layers: reportLayers(model) } };
}

/** A Scaler that alone reads the image: its features may have very different ranges, so the host does it in float. */
function inputScaler(
  graph: Graph,
  context: LoweringContext,
): { node: Node; preprocessing: Preprocessing } | undefined {
  const [image] = graph.inputs;
  const node = context.soleConsumer(image.name);
  if (node?.op !== "Scaler" || node.domain !== "ai.onnx.ml") return undefined;
  const floats = (name: string, fallback: number) => node.attributes.floats(name) ?? [fallback];
  return { node, preprocessing: { offset: floats("offset", 0), scale: floats("scale", 1) } };
}

/** The ONNX operators that quantize lowers. */
export function supportedForQuantization(): string[] {
  return [...Object.keys(lowerings), "Softmax", "LogSoftmax", "ArgMax"].sort();
}
