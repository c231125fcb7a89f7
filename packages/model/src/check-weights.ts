import { error } from "./diagnostics.js";
import { isFloat } from "./dtypes.js";
import { type Graph, type Node, nodeTitle } from "./graph.js";
import { numbers, type Tensor } from "./tensor.js";

/** Operators whose constants may be infinite: bounds and masks. */
const mayBeInfinite = new Set(["Clip", "Max", "Min", "Where", "Pad", "Cast", "Expand", "ConstantOfShape"]);

/** Positions of scales among the inputs of the quantized operators. */
const scaleInputs = new Map<string, readonly number[]>([
  ["QuantizeLinear", [1]],
  ["DequantizeLinear", [1]],
  ["QLinearConv", [1, 4, 6]],
  ["QLinearMatMul", [1, 4, 6]],
]);

/**
 * Refuses constants no int8 model can be made from.
 * @throws MatchMulError weights-not-finite, scale-invalid, variance-negative
 */
export function checkWeights(graph: Graph): void {
  const checked = new Map<string, Tensor>();
  for (const node of graph.nodes) {
    for (const index of scaleInputs.get(node.op) ?? []) checkScale(graph, node, index);
    if (node.op === "BatchNormalization") checkVariance(graph, node);
    if (mayBeInfinite.has(node.op)) continue;
    for (const name of node.inputs) {
      const t = graph.initializers.get(name);
      if (t === undefined || !isFloat(t.dtype) || checked.has(name)) continue;
      checked.set(name, t);
      const index = firstNonFinite(t.data as Float32Array);
      if (index >= 0) throw error("weights-not-finite", name, Number(t.data[index]), index, nodeTitle(node));
    }
  }
}

/** Index of the first NaN or infinity, or -1. x - x is 0 for every other number, so a block's sum tells. */
function firstNonFinite(data: Float32Array | Float64Array): number {
  const block = 4096;
  for (let start = 0; start < data.length; start += block) {
    const end = Math.min(data.length, start + block);
    let sum = 0;
    for (let i = start; i < end; i++) sum += data[i] - data[i];
    if (sum !== 0) for (let i = start; i < end; i++) if (!Number.isFinite(data[i])) return i;
  }
  return -1;
}

function checkScale(graph: Graph, node: Node, index: number): void {
  const scale = graph.initializers.get(node.inputs[index]);
  const bad = scale && numbers(scale).find((s) => !(s > 0 && s < Infinity));
  if (bad !== undefined) throw error("scale-invalid", nodeTitle(node), node.inputs[index], bad);
}

function checkVariance(graph: Graph, node: Node): void {
  const variance = graph.initializers.get(node.inputs[4]);
  const epsilon = node.attributes.float("epsilon", 1e-5);
  const bad = variance && numbers(variance).find((v) => v + epsilon <= 0);
  if (bad !== undefined) throw error("variance-negative", nodeTitle(node), bad, epsilon);
}
