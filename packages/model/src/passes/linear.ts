import { isFloat } from "../dtypes.js";
import { roundArray } from "../float-formats.js";
import type { Node } from "../graph.js";
import { sizeOf, type Tensor } from "../tensor.js";
import { type GraphEditor, isOp } from "./editor.js";

/** A Conv, or a Gemm in canonical form, with constant weights and bias: a linear layer with output channels. */
export interface Linear {
  node: Node;
  weights: Tensor;
  bias: Tensor | undefined;
  outputs: number;
}

/** The node as a linear layer whose parameters are known, or undefined. */
export function linearOf(edit: GraphEditor, node: Node | undefined): Linear | undefined {
  if (node === undefined || !isOp(node, "Conv", "Gemm")) return undefined;
  const { attributes } = node;
  if (node.op === "Gemm") {
    const plain = attributes.int("transB", 0) === 1 && attributes.int("transA", 0) === 0;
    if (!plain || attributes.float("alpha", 1) !== 1 || attributes.float("beta", 1) !== 1) return undefined;
  }
  const weights = edit.constant(node.inputs[1]);
  const hasBias = (node.inputs[2] ?? "") !== "";
  const bias = edit.constant(node.inputs[2]);
  if (weights === undefined || !isFloat(weights.dtype) || (hasBias && bias?.shape.length !== 1))
    return undefined;
  return { node, weights, bias, outputs: weights.shape[0] };
}

/**
 * A constant operand as one number per channel, where it is one for all or varies along the channel dimension
 * alone of a value of this rank (channels at 1, or last for rank 2), and does not widen the value.
 */
export function perChannel(operand: Tensor, rank: number, channels: number): ArrayLike<number> | undefined {
  const data = operand.data as Float32Array;
  if (operand.shape.length > rank || !isFloat(operand.dtype)) return undefined;
  if (data.length === 1) return new Float64Array(channels).fill(data[0]);
  const axis = 1 - (rank - operand.shape.length);
  if (data.length !== channels || operand.shape[axis] !== channels) return undefined;
  return data;
}

/** A tensor of the weights' element type. */
export function like(model: Tensor, shape: readonly number[], values: ArrayLike<number>): Tensor {
  const data = new (model.data.constructor as Float32ArrayConstructor)(sizeOf(shape));
  data.set(values);
  if (data instanceof Float32Array) roundArray(data, model.dtype);
  return { dtype: model.dtype, shape: [...shape], data };
}

/** The weights with each output channel's multiplied by a factor. */
export function scaledRows({ weights, outputs }: Linear, factors: ArrayLike<number>): Tensor {
  const source = weights.data as Float32Array;
  const row = source.length / outputs;
  const values = new Float64Array(source.length);
  for (let o = 0; o < outputs; o++)
    for (let i = o * row; i < (o + 1) * row; i++) values[i] = source[i] * factors[o];
  return like(weights, weights.shape, values);
}

/** The layer with other parameters, reading `input` and writing `output`, in place of the given nodes. */
export function replaceLinear(
  edit: GraphEditor,
  layer: Linear,
  old: readonly Node[],
  changes: { weights?: Tensor; bias?: Tensor; input?: string; output?: string },
): void {
  const { node } = layer;
  const inputs = [
    changes.input ?? node.inputs[0],
    node.inputs[1],
    ...(node.inputs[2] ? [node.inputs[2]] : []),
  ];
  if (changes.weights !== undefined) inputs[1] = edit.define(`${node.inputs[1]}_folded`, changes.weights);
  if (changes.bias !== undefined)
    inputs[2] = edit.define(node.inputs[2] ? `${node.inputs[2]}_folded` : `${node.name}_bias`, changes.bias);
  edit.replace(old, [{ ...node, inputs, outputs: [changes.output ?? node.outputs[0]] }]);
}
