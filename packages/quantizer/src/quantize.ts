import type { Graph, Node } from "@matchmul/model";
import type { Calibration } from "./calibration.js";
import { error } from "./errors.js";
import { LoweringContext } from "./lower/context.js";
import { findLogits } from "./lower/head.js";
import { activations } from "./lower/linear.js";
import { lowerings } from "./lower/registry.js";
import type { QuantizedModel } from "./quantized-model.js";
import { type LayerReport, reportLayers } from "./report.js";
import type { ScaleKind } from "./scale.js";
import { validateModel } from "./validate/model.js";

export interface QuantizeOptions {
  /** The model's name; default the graph's. */
  name?: string;
  /** Arbitrary float32 scales (default), or only powers of two. */
  scales?: ScaleKind;
}

export interface QuantizationReport {
  layers: LayerReport[];
}

const supported = () =>
  [...Object.keys(lowerings), ...Object.keys(activations).filter((a) => a !== "none")].sort();

/**
 * Quantizes a float graph (normalised, so that constants are folded) to the int8 model.
 * @throws MatchMulError quantize-unsupported, quantize-structure, quantize-not-finite, calibration-missing,
 *   accumulator-overflow
 */
export function quantize(
  graph: Graph,
  calibration: Calibration,
  options: QuantizeOptions = {},
): { model: QuantizedModel; report: QuantizationReport } {
  const { scales = "arbitrary" } = options;
  if (scales !== "arbitrary" && scales !== "power-of-two")
    throw error("quantize-option", "scales", scales, "arbitrary or power-of-two");
  if (graph.inputs.length !== 1)
    throw error(
      "quantize-structure",
      graph.name,
      `the graph has ${graph.inputs.length} inputs instead of one image`,
    );
  const logits = findLogits(graph);
  const context = new LoweringContext(graph, calibration, { scales }, logits.value);
  const [image] = graph.inputs;
  const imageNode = { name: image.name } as Node;
  const input = context.activation(image.name, context.shapeOf(image.name, imageNode));
  for (const node of graph.nodes) {
    if (context.fused.has(node) || logits.dropped.has(node)) continue;
    const lower = node.domain === "" && Object.hasOwn(lowerings, node.op) ? lowerings[node.op] : undefined;
    if (lower === undefined) throw error("quantize-unsupported", node.name, node.op, supported());
    lower(node, context);
  }
  const last = context.tensorOf(logits.value, graph.nodes.at(-1) ?? imageNode);
  if (last.name === input.name) throw error("quantize-structure", graph.name, "it has no layer to quantize");
  const verdict = uniqueName("class", context.tensors);
  context.tensors[verdict] = {
    name: verdict,
    shape: [1],
    dtype: "int32",
    scale: 1,
    zeroPoint: 0,
    range: [0, last.shape.reduce((a, b) => a * b, 1) - 1],
  };
  context.layers.push({
    kind: "arg-max",
    name: uniqueName("arg-max", Object.fromEntries(context.layers.map((l) => [l.name, l]))),
    input: last.name,
    output: verdict,
  });
  const model: QuantizedModel = {
    format: "matchmul-int8",
    version: 1,
    name: options.name ?? graph.name,
    input: input.name,
    logits: last.name,
    tensors: context.tensors,
    layers: context.layers,
  };
  validateModel(model, `the model quantized from ${graph.name}`);
  return { model, report: { layers: reportLayers(model) } };
}

function uniqueName(wanted: string, taken: object): string {
  let name = wanted;
  for (let i = 2; Object.hasOwn(taken, name); i++) name = `${wanted}-${i}`;
  return name;
}
