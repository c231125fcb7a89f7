import { Attributes } from "../attributes.js";
import type { Node } from "../graph.js";
import { stridesOf } from "../tensor.js";
import { type GraphEditor, isOp, type Pass } from "./editor.js";
import { like, linearOf, replaceLinear } from "./linear.js";

/** Operators that map each element by itself, so that a transpose may move to behind them. */
const elementwise = [
  "Relu",
  "LeakyRelu",
  "Clip",
  "Sigmoid",
  "Tanh",
  "HardSigmoid",
  "HardSwish",
  "Elu",
  "Gelu",
  "Selu",
];

/**
 * Joins two transposes, moves one to behind an activation function, and takes one between a Conv's layout and the
 * weights of a Gemm (Transpose, Flatten, Gemm: how Keras models flatten) into those weights.
 */
export const simplifyTransposes: Pass = {
  name: "simplify-transposes",
  rewrite: (edit, node) => joinTwo(edit, node) || moveDown(edit, node) || absorb(edit, node),
};

function permutation(edit: GraphEditor, node: Node): number[] | undefined {
  const rank = edit.shape(node.inputs[0])?.length;
  return (
    node.attributes.ints("perm") ??
    (rank === undefined ? undefined : Array.from({ length: rank }, (_, i) => rank - 1 - i))
  );
}

function joinTwo(edit: GraphEditor, node: Node): boolean {
  const first = isOp(node, "Transpose") ? edit.producer(node.inputs[0]) : undefined;
  if (first === undefined || !isOp(first, "Transpose")) return false;
  const [inner, outer] = [permutation(edit, first), permutation(edit, node)];
  if (inner === undefined || outer === undefined) return false;
  const perm = outer.map((p) => inner[p]);
  edit.update(node, { inputs: [first.inputs[0]], attributes: Attributes.of({ perm }) });
  return true;
}

function moveDown(edit: GraphEditor, node: Node): boolean {
  if (!isOp(node, ...elementwise)) return false;
  const before = edit.privateProducer(node.inputs[0], "Transpose");
  if (before === undefined) return false;
  const middle = edit.fresh(`${node.outputs[0]}_before_transpose`);
  edit.replace(
    [before, node],
    [
      { ...node, inputs: [before.inputs[0], ...node.inputs.slice(1)], outputs: [middle] },
      { ...before, inputs: [middle], outputs: [node.outputs[0]] },
    ],
  );
  return true;
}

function absorb(edit: GraphEditor, node: Node): boolean {
  const layer = isOp(node, "Gemm") ? linearOf(edit, node) : undefined;
  const flatten = layer && edit.privateProducer(node.inputs[0], "Flatten");
  if (layer === undefined || flatten === undefined || flatten.attributes.int("axis", 1) !== 1) return false;
  const turn = edit.privateProducer(flatten.inputs[0], "Transpose");
  const perm = turn && permutation(edit, turn);
  const shape = turn && edit.shape(turn.inputs[0]);
  if (turn === undefined || shape === undefined || perm?.[0] !== 0) return false;
  const inner = shape.slice(1);
  if (inner.some((d) => typeof d !== "number")) return false;
  const dims = inner as number[];
  const order = perm.slice(1).map((p) => p - 1);
  // columnOf[j]: which column of the old weights belongs to element j of the value before the transpose.
  const newShape = order.map((p) => dims[p]);
  const [oldStrides, newStrides] = [stridesOf(dims), stridesOf(newShape)];
  const features = layer.weights.shape[1];
  const columnOf = Int32Array.from({ length: features }, (_, j) => {
    let column = 0;
    order.forEach((p, i) => {
      column += (Math.floor(j / oldStrides[p]) % dims[p]) * newStrides[i];
    });
    return column;
  });
  const source = layer.weights.data as Float32Array;
  const values = new Float32Array(source.length);
  for (let o = 0; o < layer.outputs; o++)
    for (let j = 0; j < features; j++) values[o * features + j] = source[o * features + columnOf[j]];
  const weights = like(layer.weights, layer.weights.shape, values);
  edit.replace([turn, flatten], [{ ...flatten, inputs: [turn.inputs[0]] }]);
  replaceLinear(edit, layer, [layer.node], { weights });
  return true;
}
