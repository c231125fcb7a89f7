import type { Node } from "@matchmul/model";
import { error } from "../errors.js";
import { elementCount } from "../quantize-input.js";
import type { QuantizedTensor } from "../quantized-model.js";
import { idealOutputs } from "../shift-lut.js";
import { lowerAddition } from "./add.js";
import { affineOf } from "./affine.js";
import type { Lowering, LoweringContext } from "./context.js";
import { findRegion, type Region } from "./elementwise.js";
import { emitLinear } from "./emit.js";

/**
 * An element-wise operator that no layer before it could take in: on two activations a sum; with constants
 * that differ by channel a depthwise convolution; otherwise a lookup of 256 entries.
 */
export const lowerElementwise: Lowering = (node, context) => {
  const activations = [...new Set(node.inputs.filter((name) => name !== "" && !context.isConstant(name)))];
  const region = findRegion(activations[0], context, node);
  if (region === undefined) {
    if (activations.length === 2 && ["Add", "Sub", "Sum"].includes(node.op))
      return lowerAddition(node, context);
    if (affineOf(node, activations[0], context) === undefined)
      throw error("quantize-structure", node.name, `${node.op} of these inputs is not compiled`);
  }
  const perChannel = region === undefined || region.activation.perChannel;
  if (perChannel) emitDepthwise(node, activations[0], context);
  else emitLookup(activations[0], region, context);
};

/** A multiplication by 1 per channel, into which emitLinear takes the node and what follows it. */
function emitDepthwise(node: Node, value: string, context: LoweringContext): void {
  const input = context.bytesOf(value, node);
  const shape = context.shapeOf(value, node);
  const [channels] = shape;
  const area = elementCount(shape.slice(1));
  const size: [number, number] = [1, area];
  // The node is folded as if it followed a layer that makes `value`; other readers of `value` keep it.
  const affine = affineOf(node, value, context);
  const weights = new Float32Array(channels).fill(1);
  const bias = new Float32Array(channels);
  let made = value;
  if (affine !== undefined) {
    for (let c = 0; c < channels; c++) {
      weights[c] = affine.scale[affine.scale.length === 1 ? 0 : c];
      bias[c] = affine.shift[affine.shift.length === 1 ? 0 : c];
    }
    made = node.outputs[0];
  } else if (context.readers(value).length > 1)
    throw error(
      "quantize-structure",
      node.name,
      "its input is also read elsewhere, and its constants differ by channel",
    );
  const convolution = {
    inChannels: channels,
    groups: channels,
    window: {
      inSize: size,
      outSize: size,
      kernel: [1, 1] as [number, number],
      stride: [1, 1] as [number, number],
      dilation: [1, 1] as [number, number],
      padBefore: [0, 0] as [number, number],
    },
  };
  emitLinear({ node, made, input, float: { weights, bias }, shape, convolution }, context);
}

function emitLookup(value: string, region: Region, context: LoweringContext): void {
  const [node] = region.nodes;
  const input = context.bytesOf(value, node);
  const output = context.activation(region.output, context.shapeOf(region.output, node));
  for (const taken of region.nodes) context.fused.add(taken);
  pushLookup(node.name, input, output, region.activation.name, context, (values) =>
    idealOutputs(
      {
        activation: region.activation,
        unit: { times: [input.scale] },
        outputScale: output.scale,
        outputRange: output.range,
        reach: input.range,
      },
      values,
    ),
  );
}

/** Adds a lookup layer whose entries are the outputs for all 256 values of the input's data type. */
export function pushLookup(
  name: string,
  input: QuantizedTensor,
  output: QuantizedTensor,
  activation: string,
  context: Pick<LoweringContext, "layers">,
  outputs: (values: number[]) => number[],
): void {
  const low = input.dtype === "int8" ? -128 : 0;
  const entries = outputs(Array.from({ length: 256 }, (_, i) => low + i));
  context.layers.push({
    kind: "lookup",
    name,
    input: input.name,
    output: output.name,
    activation,
    table: output.dtype === "uint8" ? Uint8Array.from(entries) : Int8Array.from(entries),
  });
}
