import type { Node } from "../graph.js";
import { sizeOf } from "../tensor.js";
import type { GraphEditor, Pass } from "./editor.js";
import { type Linear, like, linearOf, perChannel, replaceLinear } from "./linear.js";

/**
 * Takes a constant factor or offset of a Conv's or Gemm's input into its parameters. An offset before a Conv must
 * not meet padding, which is zero after it, not before.
 */
export const foldInputAffine: Pass = {
  name: "fold-input-affine",
  rewrite: (edit, node) => {
    const layer = linearOf(edit, node);
    const before = layer && edit.privateProducer(node.inputs[0], "Mul", "Add");
    const constant = before && edit.constant(before.inputs[1]);
    const shape = edit.shape(node.inputs[0]);
    if (layer === undefined || before === undefined || constant === undefined || shape === undefined)
      return false;
    const channels = shape[1];
    // The operand must not widen the value: its shape before and after is the same.
    if (typeof channels !== "number" || edit.shape(before.inputs[0])?.length !== shape.length) return false;
    if (edit.shape(before.inputs[0])?.[1] !== channels) return false;
    const values = perChannel(constant, shape.length, channels);
    if (values === undefined) return false;
    if (before.op === "Mul") foldFactor(edit, layer, before, values);
    else if (node.op === "Gemm" || padsAreZero(node)) foldOffset(edit, layer, before, values);
    else return false;
    return true;
  },
};

function padsAreZero(node: Node): boolean {
  const autoPad = node.attributes.string("auto_pad", "NOTSET");
  return (
    autoPad === "VALID" || (autoPad === "NOTSET" && node.attributes.ints("pads", []).every((p) => p === 0))
  );
}

/** Visits the weights with the index of the input channel and of the output channel each belongs to. */
function eachWeight(layer: Linear, visit: (i: number, input: number, output: number) => void): void {
  const { weights, node, outputs } = layer;
  const perGroup = weights.shape[1];
  const taps = sizeOf(weights.shape.slice(2));
  const groups = node.op === "Conv" ? node.attributes.int("group", 1) : 1;
  for (let o = 0, i = 0; o < outputs; o++) {
    const first = Math.floor(o / (outputs / groups)) * perGroup;
    for (let c = 0; c < perGroup; c++) for (let t = 0; t < taps; t++, i++) visit(i, first + c, o);
  }
}

function foldFactor(edit: GraphEditor, layer: Linear, before: Node, factors: ArrayLike<number>): void {
  const source = layer.weights.data as Float32Array;
  const values = new Float64Array(source.length);
  eachWeight(layer, (i, input) => {
    values[i] = source[i] * factors[input];
  });
  const weights = like(layer.weights, layer.weights.shape, values);
  replaceLinear(edit, layer, [before, layer.node], { weights, input: before.inputs[0] });
}

function foldOffset(edit: GraphEditor, layer: Linear, before: Node, offsets: ArrayLike<number>): void {
  const source = layer.weights.data as Float32Array;
  const sums = Float64Array.from(
    (layer.bias?.data as Float32Array | undefined) ?? new Float64Array(layer.outputs),
  );
  eachWeight(layer, (i, input, output) => {
    sums[output] += source[i] * offsets[input];
  });
  const bias = like(layer.weights, [layer.outputs], sums);
  replaceLinear(edit, layer, [before, layer.node], { bias, input: before.inputs[0] });
}
