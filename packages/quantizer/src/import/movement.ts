import type { Node } from "@matchmul/model";
import { runOnIndices } from "../lower/movement.js";
import { elementCount } from "../quantize-input.js";
import type { QuantizedTensor } from "../quantized-model.js";
import type { ImportContext, Quantization, State } from "./context.js";
import { type Pending, quantizeReal } from "./pending.js";
import { sameMeaning } from "./pools.js";
import { evaluate, type FunctionState } from "./qdq.js";

/** Flatten, Reshape and their like: the same integers under another name. */
export function importReshape(node: Node, context: ImportContext): void {
  const [value] = node.inputs;
  const [result] = node.outputs;
  const state = context.state(value, node);
  if (elementCount(context.shapeOf(value, node)) !== elementCount(context.shapeOf(result, node)))
    throw context.fail(node, "it moves elements between the batch and the other dimensions");
  if (state.kind !== "function") context.states.set(result, state);
  else if (state.nodes.length === 1) context.states.set(result, sameMeaning(state, state.tensor, result));
  else {
    const renamed: Node = { ...node, op: "Identity", inputs: [value], outputs: [result] };
    context.states.set(result, { ...state, nodes: [...state.nodes, renamed] });
  }
}

/** Transpose, Slice, Split, Pad, Gather: integers moved to other places. */
export function importMovement(node: Node, context: ImportContext): void {
  const [value] = node.inputs;
  const state = context.state(value, node);
  const { tensor, fill } = source(node, state, context);
  const shape = context.shapeOf(value, node);
  const moved = runOnIndices(node, shape, context.graph);
  node.outputs.forEach((result, k) => {
    if (result === "") return;
    const indices = Int32Array.from(moved[k], (v) => v - 1);
    const outShape = context.shapeOf(result, node);
    if (indices.length !== elementCount(outShape))
      throw context.fail(node, "it moves elements between the images of a batch");
    const range: [number, number] = indices.includes(-1)
      ? [Math.min(tensor.range[0], fill), Math.max(tensor.range[1], fill)]
      : tensor.range;
    const output: QuantizedTensor = { ...tensor, name: result, shape: outShape, range };
    context.tensors[result] = output;
    context.layers.push({
      kind: "rearrange",
      name: k === 0 ? node.name : context.freshName(`${node.name}-${k}`),
      input: tensor.name,
      output: result,
      indices,
      fill: indices.includes(-1) ? fill : range[0],
    });
    context.states.set(result, sameMeaning(state, output, result));
  });
}

/** The integers a node moves, and the one that stands for what Pad fills in. */
function source(node: Node, state: State, context: ImportContext): { tensor: QuantizedTensor; fill: number } {
  const constant = context.constant(node.inputs[2]);
  const value = constant === undefined ? node.attributes.float("value", 0) : Number(constant.data[0]);
  if (state.kind === "integers") return { tensor: state.tensor, fill: value };
  const { tensor, quantization } = context.dequantized(node.inputs[0], node);
  return { tensor, fill: quantizeReal(value, quantization) };
}

/** Concat: of integers as they are; of real numbers, each input first takes the scale of the QuantizeLinear behind. */
export function importConcat(node: Node, context: ImportContext): void {
  const [result] = node.outputs;
  const shape = context.shapeOf(result, node);
  const axis = node.attributes.int("axis", 1);
  const at = (axis < 0 ? axis + shape.length + 1 : axis) - 1;
  if (at < 0) throw context.fail(node, "it joins images of the batch");
  const states = node.inputs.map((value) => context.state(value, node));
  const join = (parts: readonly QuantizedTensor[], name: string): QuantizedTensor => {
    const shaped = parts.map((part, k) => reshaped(part, context.shapeOf(node.inputs[k], node), context));
    const range: [number, number] = [
      Math.min(...parts.map((part) => part.range[0])),
      Math.max(...parts.map((part) => part.range[1])),
    ];
    const output: QuantizedTensor = { ...parts[0], name, shape, range };
    context.tensors[name] = output;
    const inputs = shaped.map((part) => part.name);
    context.layers.push({ kind: "concat", name: node.name, inputs, output: name, axis: at });
    return output;
  };
  if (states.every((state) => state.kind === "integers")) {
    const tensor = join(
      states.map((state) => state.tensor),
      result,
    );
    context.states.set(result, { kind: "integers", tensor });
    return;
  }
  const parts = states.map((state, k) => {
    if (state.kind === "function") return { state, value: node.inputs[k] };
    throw context.fail(node, `its input ${node.inputs[k]} is not a dequantized activation`);
  });
  context.states.set(result, { kind: "pending", pending: new PendingConcat(node, context, parts, join) });
}

class PendingConcat implements Pending {
  constructor(
    private readonly node: Node,
    private readonly context: ImportContext,
    private readonly parts: { state: FunctionState; value: string }[],
    private readonly join: (parts: readonly QuantizedTensor[], name: string) => QuantizedTensor,
  ) {}

  clamp(): void {
    throw this.context.fail(
      this.node,
      "an activation function follows it; put it before, or quantize between",
    );
  }
  multiply(): boolean {
    return false;
  }
  add(): boolean {
    return false;
  }

  quantized(name: string, quantization: Quantization): QuantizedTensor {
    const [quantize] = this.context.readers(this.node.outputs[0]).filter((n) => n.outputs[0] === name);
    const parts = this.parts.map(({ state, value }, k) => {
      const result = this.context.freshName(`${name}-${k}`);
      const own: Node = { ...quantize, inputs: [value, ...quantize.inputs.slice(1)], outputs: [result] };
      return evaluate(state, own, result, quantization, this.context);
    });
    return this.join(parts, name);
  }

  logits(): QuantizedTensor {
    throw this.context.fail(this.node, "it makes the graph's result; quantize it");
  }
}

/** A tensor whose shape is another one's after a Reshape: a copy that has the shape. */
function reshaped(part: QuantizedTensor, shape: number[], context: ImportContext): QuantizedTensor {
  if (shape.join() === part.shape.join()) return part;
  const name = context.freshName(`${part.name}-reshaped`);
  const copy: QuantizedTensor = { ...part, name, shape };
  context.tensors[name] = copy;
  const indices = Int32Array.from({ length: elementCount(shape) }, (_, i) => i);
  context.layers.push({
    kind: "rearrange",
    name,
    input: part.name,
    output: name,
    indices,
    fill: part.range[0],
  });
  return copy;
}
