import type { Node } from "@matchmul/model";
import { error } from "../errors.js";
import type { Window } from "../quantized-model.js";

/** Who knows the shapes of values, without their batch dimension. */
export interface ShapeSource {
  shapeOf(value: string, node: Node): number[];
}

/** An image's shape as channels, height and width; one-dimensional images have height 1. */
export interface ImageShape {
  channels: number;
  size: [number, number];
}

/** A value's shape [N, C, L] or [N, C, H, W]. @throws MatchMulError quantize-structure */
export function imageShape(value: string, node: Node, context: ShapeSource): ImageShape {
  const shape = context.shapeOf(value, node);
  if (shape.length !== 2 && shape.length !== 3)
    throw error(
      "quantize-structure",
      node.name,
      `${shape.length - 1} spatial dimensions; one or two are compiled`,
    );
  const [channels, ...size] = shape;
  return { channels, size: size.length === 1 ? [1, size[0]] : [size[0], size[1]] };
}

/** The window of Conv or a pooling node, padding by auto_pad resolved. */
export function windowOf(node: Node, kernel: readonly number[], context: ShapeSource): Window {
  const { size: inSize } = imageShape(node.inputs[0], node, context);
  const { size: outSize } = imageShape(node.outputs[0], node, context);
  const rank = kernel.length;
  const ones = new Array<number>(rank).fill(1);
  const { attributes } = node;
  const stride = attributes.ints("strides", ones);
  const dilation = attributes.ints("dilations", ones);
  const pads = attributes.ints("pads", new Array(2 * rank).fill(0)).slice(0, rank);
  const auto = attributes.string("auto_pad", "NOTSET");
  if (auto.startsWith("SAME"))
    for (let d = 0; d < rank; d++) {
      const at = d + 2 - rank;
      const extent = (kernel[d] - 1) * dilation[d] + 1;
      const total = Math.max(0, (outSize[at] - 1) * stride[d] + extent - inSize[at]);
      pads[d] = auto === "SAME_LOWER" ? Math.ceil(total / 2) : Math.floor(total / 2);
    }
  else if (auto === "VALID") pads.fill(0);
  const pair = (values: readonly number[], filler: number): [number, number] =>
    rank === 1 ? [filler, values[0]] : [values[0], values[1]];
  return {
    inSize,
    outSize,
    kernel: pair(kernel, 1),
    stride: pair(stride, 1),
    dilation: pair(dilation, 1),
    padBefore: pair(pads, 0),
  };
}

/**
 * Whether ceil_mode lets a window reach beyond the padding: such a window averages over fewer elements than the
 * others even where padding counts.
 */
export function leavesPadding(
  node: Node,
  { inSize, outSize, kernel, stride, dilation, padBefore }: Window,
): boolean {
  const pads = node.attributes.ints("pads", []);
  if (node.attributes.int("ceil_mode", 0) === 0) return false;
  const rank = pads.length / 2;
  return [0, 1].some((d) => {
    const padAfter = pads[rank + d - (2 - rank)] ?? 0;
    const end = (outSize[d] - 1) * stride[d] + (kernel[d] - 1) * dilation[d] + 1;
    return end > padBefore[d] + inSize[d] + padAfter;
  });
}

/** The window that is the whole image. */
export function globalWindow(size: [number, number]): Window {
  return { inSize: size, outSize: [1, 1], kernel: size, stride: [1, 1], dilation: [1, 1], padBefore: [0, 0] };
}
