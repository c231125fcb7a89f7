import { type Graph, type Node, numberData, runGraph, tensor } from "@matchmul/model";
import { identity } from "../activation.js";
import { error } from "../errors.js";
import { elementCount } from "../quantize-input.js";
import type { QuantizedTensor } from "../quantized-model.js";
import { idealOutputs } from "../shift-lut.js";
import { pushLookup } from "./activation.js";
import type { Lowering, LoweringContext } from "./context.js";

/** Concat along any axis but the batch; inputs of another scale are rescaled by a lookup first. */
export const lowerConcat: Lowering = (node, context) => {
  const shape = context.shapeOf(node.outputs[0], node);
  const rank = shape.length + 1;
  const axis = node.attributes.int("axis", 1);
  const at = (axis < 0 ? axis + rank : axis) - 1;
  if (at < 0) throw error("quantize-structure", node.name, "it joins images of the batch");
  const constant = node.inputs.find((name) => context.isConstant(name));
  if (constant !== undefined)
    throw error("quantize-structure", node.name, `its input ${constant} is constant`);
  const output = context.activation(node.outputs[0], shape);
  const parts = node.inputs.map((value) =>
    atScale(reshapedTo(context.shapeOf(value, node), context.bytesOf(value, node), context), output, context),
  );
  output.range = [
    Math.min(...parts.map((part) => part.range[0])),
    Math.max(...parts.map((part) => part.range[1])),
  ];
  context.layers.push({
    kind: "concat",
    name: node.name,
    inputs: parts.map((part) => part.name),
    output: output.name,
    axis: at,
  });
};

/** The tensor itself, or its integers translated to another tensor's scale. */
function atScale(part: QuantizedTensor, output: QuantizedTensor, context: LoweringContext): QuantizedTensor {
  if (part.scale === output.scale) return part;
  const name = context.freshName(`${part.name}-rescaled`);
  const made = context.likewise(name, part.shape, { ...output, range: part.range });
  const spec = {
    activation: identity,
    unit: { times: [part.scale] },
    outputScale: output.scale,
    outputRange: part.range,
    reach: part.range,
  };
  pushLookup(name, part, made, "none", context, (values) => idealOutputs(spec, values));
  return made;
}

/** The tensor itself where it has the shape, or a copy that has. */
function reshapedTo(shape: number[], part: QuantizedTensor, context: LoweringContext): QuantizedTensor {
  if (shape.join() === part.shape.join()) return part;
  const name = context.freshName(`${part.name}-reshaped`);
  const made = context.likewise(name, shape, part);
  const indices = Int32Array.from({ length: elementCount(shape) }, (_, i) => i);
  context.layers.push({ kind: "rearrange", name, input: part.name, output: name, indices, fill: 0 });
  return made;
}

/**
 * Transpose, Slice, Split, Pad, Gather and their like move elements and make none. Where each comes from is
 * found by running the node on the numbers 1, 2, 3, ...: 0 is then what padding put there.
 */
export const lowerMovement: Lowering = (node, context) => {
  const input = context.bytesOf(node.inputs[0], node);
  const shape = context.shapeOf(node.inputs[0], node);
  const moved = runOnIndices(node, shape, context.graph);
  const fill = node.op === "Pad" ? paddingOf(node, input, context) : 0;
  node.outputs.forEach((value, k) => {
    if (value === "") return;
    const outShape = context.shapeOf(value, node);
    const indices = Int32Array.from(moved[k], (v) => v - 1);
    if (indices.length !== elementCount(outShape))
      throw error("quantize-structure", node.name, "it moves elements between the images of a batch");
    if (indices.length === elementCount(shape) && indices.every((v, i) => v === i)) {
      context.alias(value, input);
      return;
    }
    const range: [number, number] = [Math.min(input.range[0], fill), Math.max(input.range[1], fill)];
    const output = context.likewise(value, outShape, { ...input, range });
    context.layers.push({
      kind: "rearrange",
      name: k === 0 ? node.name : context.freshName(`${node.name}-${k}`),
      input: input.name,
      output: output.name,
      indices,
      fill,
    });
  });
};

/** The integer that Pad's constant is in the input's scale. */
function paddingOf(node: Node, input: QuantizedTensor, context: LoweringContext): number {
  const value = context.constant(node, 2)?.[0] ?? node.attributes.float("value", 0);
  const spec = {
    activation: identity,
    unit: { times: [value] },
    outputScale: input.scale,
    outputRange: [-128, 127] as const,
    reach: [0, 1] as const,
  };
  return idealOutputs(spec, [1])[0];
}

/**
 * For each output of a node that moves elements, where each of its elements comes from, counted from 1; 0 is
 * padding.
 */
export function runOnIndices(node: Node, shape: readonly number[], graph: Graph): ArrayLike<number>[] {
  const length = elementCount(shape);
  // Indices are exact in float32 up to 2^24, far above any image a switch takes.
  if (length >= 2 ** 24)
    throw error("quantize-structure", node.name, "its input has more than 2^24 elements");
  const [name] = node.inputs;
  // Padding with zero, whatever the constant: zero marks it.
  const inputs = node.op === "Pad" ? node.inputs.map((v, i) => (i === 2 ? "" : v)) : node.inputs;
  const attributes = node.op === "Pad" ? node.attributes.with({ value: undefined }) : node.attributes;
  const part: Graph = {
    ...graph,
    inputs: [{ name, dtype: "float32", shape: undefined }],
    outputs: node.outputs
      .filter((v) => v !== "")
      .map((v) => ({ name: v, dtype: "float32", shape: undefined })),
    nodes: [{ ...node, inputs, attributes }],
    initializers: new Map([...graph.initializers].filter(([v]) => node.inputs.includes(v))),
    values: new Map(),
  };
  const data = Float32Array.from({ length }, (_, i) => i + 1);
  const results = runGraph(part, { [name]: tensor([1, ...shape], data) });
  return node.outputs.map((value) => (value === "" ? [] : numberData(results[value])));
}
