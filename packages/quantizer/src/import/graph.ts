import type { Graph, Node } from "@matchmul/model";
import { appendArgMax } from "../class-layer.js";
import { error } from "../errors.js";
import { elementwise } from "../lower/elementwise.js";
import { findLogits } from "../lower/head.js";
import type { QuantizedModel, QuantizedTensor } from "../quantized-model.js";
import { validateModel } from "../validate/model.js";
import { ImportContext } from "./context.js";
import { importConcat, importMovement, importReshape } from "./movement.js";
import { importAveragePool, importMaxPool } from "./pools.js";
import { importFloatProduct, importIntegerProduct, importQLinear } from "./products.js";
import { importDequantize, importElementwise, importQuantize } from "./qdq.js";
import { importAddition } from "./sums.js";

type Import = (node: Node, context: ImportContext) => void;

/** Add and Sub of two activations are sums; with constants they are element-wise. */
const importArithmetic: Import = (node, context) => {
  const activations = new Set(node.inputs.filter((name) => context.constant(name) === undefined));
  if (activations.size === 2 && (node.op === "Add" || node.op === "Sub")) {
    const [a, b] = [...activations].map((name) => context.states.get(name));
    if (a?.kind !== "function" || b?.kind !== "function" || a.tensor !== b.tensor)
      return importAddition(node, context);
  }
  importElementwise(node, context);
};

/** The only thing Cast does here is to make real numbers of accumulators, which they are already. */
const importCast: Import = (node, context) => {
  const state = context.state(node.inputs[0], node);
  if (state.kind !== "pending") throw context.fail(node, "it does not cast the result of an integer product");
  context.states.set(node.outputs[0], state);
};

/** One importer per operator; activation functions are element-wise. */
const importers: Record<string, Import> = {
  ...Object.fromEntries([...elementwise].map((op) => [op, importElementwise])),
  Add: importArithmetic,
  Sub: importArithmetic,
  QuantizeLinear: importQuantize,
  DequantizeLinear: importDequantize,
  QLinearConv: importQLinear,
  QLinearMatMul: importQLinear,
  ConvInteger: importIntegerProduct,
  MatMulInteger: importIntegerProduct,
  Cast: importCast,
  Conv: importFloatProduct,
  Gemm: importFloatProduct,
  MatMul: importFloatProduct,
  MaxPool: importMaxPool,
  GlobalMaxPool: importMaxPool,
  AveragePool: importAveragePool,
  GlobalAveragePool: importAveragePool,
  ReduceMean: importAveragePool,
  Concat: importConcat,
  ...Object.fromEntries(
    ["Transpose", "Slice", "Split", "Pad", "Gather", "Tile", "Expand"].map((op) => [op, importMovement]),
  ),
  ...Object.fromEntries(
    ["Flatten", "Reshape", "Squeeze", "Unsqueeze", "Identity", "Dropout"].map((op) => [op, importReshape]),
  ),
};

const marks = new Set([
  ...["QuantizeLinear", "DequantizeLinear", "QLinearConv", "QLinearMatMul", "ConvInteger", "MatMulInteger"],
  "DynamicQuantizeLinear",
]);

/** Whether the graph is quantized already: QDQ, QLinear or integer operators. */
export function isQuantized(graph: Graph): boolean {
  return graph.nodes.some((node) => node.domain === "" && marks.has(node.op));
}

/**
 * The int8 model that a quantized graph is: the same integers in every tensor, as docs/arithmetic.md defines the
 * operators. Nothing is chosen, so no calibration is needed.
 * @throws MatchMulError quantize-unsupported, quantize-structure, accumulator-overflow
 */
export function importQuantized(graph: Graph): QuantizedModel {
  if (graph.inputs.length !== 1)
    throw error(
      "quantize-structure",
      graph.name,
      `the graph has ${graph.inputs.length} inputs instead of one image`,
    );
  const { value, needed } = findLogits(graph);
  const context = new ImportContext(graph, value);
  takeIntegerInput(context);
  for (const node of graph.nodes) {
    if (!needed.has(node)) continue;
    if (node.op === "DynamicQuantizeLinear")
      throw context.fail(
        node,
        "its scale depends on each input, and a switch needs it beforehand; export static quantization",
      );
    const take = node.domain === "" && Object.hasOwn(importers, node.op) ? importers[node.op] : undefined;
    if (take === undefined)
      throw error("quantize-unsupported", node.name, node.op, Object.keys(importers).sort());
    take(node, context);
  }
  const logits = finish(value, context);
  if (context.input === undefined || logits === context.input)
    throw error("quantize-structure", graph.name, "it has no quantized layer");
  const model: QuantizedModel = {
    format: "matchmul-int8",
    version: 1,
    name: graph.name,
    input: context.input.name,
    logits: logits.name,
    tensors: context.tensors,
    layers: context.layers,
  };
  appendArgMax(model, context.freshName("class"), context.freshName("arg-max"));
  return validateModel(model, `the model ${graph.name}`);
}

/** A graph whose input is bytes takes them as they are; what they mean stands at their first reader. */
function takeIntegerInput(context: ImportContext): void {
  const [input] = context.graph.inputs;
  if (input.dtype !== "int8" && input.dtype !== "uint8") return;
  const reader = context
    .readers(input.name)
    .find((n) => n.op === "DequantizeLinear" || n.op.startsWith("QLinear"));
  const quantization =
    reader === undefined
      ? { dtype: input.dtype, scale: 1, zeroPoint: 0 }
      : context.quantization(reader, 1, 2, input.dtype);
  context.input = context.tensor(input.name, context.shapeOf(input.name, input), quantization);
  context.states.set(input.name, { kind: "integers", tensor: context.input });
}

/** The tensor that the graph's result is: integers, or the accumulators of the last layer. */
function finish(value: string, context: ImportContext): QuantizedTensor {
  const state = context.state(value, { name: value });
  if (state.kind === "integers") return state.tensor;
  if (state.kind === "pending") return state.pending.logits(value);
  if (state.kind === "function" && state.nodes.length === 1) return state.tensor;
  throw context.fail({ name: value }, "the graph's result is neither a layer's nor quantized");
}
