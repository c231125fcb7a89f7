/**
 * The int8 model: what the quantizer makes, the reference executes, and the planner lowers. All of it is
 * integers; the scales are kept only to translate to and from real numbers at the edges. docs/arithmetic.md
 * defines every layer's result.
 */
import type { Requantization, ShiftLut } from "./requantization.js";

export type * from "./requantization.js";

/** real = scale * (q - zeroPoint); `scale` is one number, zero point 0 for symmetric int8. */
export interface QuantizedTensor {
  name: string;
  /** Without the batch dimension; channels first. */
  shape: number[];
  dtype: "int8" | "uint8" | "int32";
  scale: number;
  zeroPoint: number;
  /** Smallest and largest integer the tensor can hold (after ReLU: 0 to 127, so no sign plane). */
  range: [min: number, max: number];
}

/**
 * A fully connected layer: acc[o] = bias[o] + sum over i of weights[o * inFeatures + i] * x[i] in int32, then
 * requantized to int8, or left as int32 (the last layer's logits) where `requantization` is null. One whose
 * requantization is of another kind is a 1x1 convolution of a 1x1 image instead.
 */
export interface FullyConnectedLayer {
  kind: "fully-connected";
  name: string;
  input: string;
  output: string;
  inFeatures: number;
  outFeatures: number;
  /** Row major [outFeatures][inFeatures], symmetric, -127 to 127. */
  weights: Int8Array;
  /** One per output, at the accumulator's scale (input scale * weight scale), rounding term included. */
  bias: Int32Array;
  /** One value, or one per output (per channel). */
  weightScale: number[];
  activation: "none" | "relu";
  requantization: ShiftLut | null;
  /**
   * Per output, the largest magnitude any partial sum can take, in any order of summation, for any input in the input
   * tensor's range: |bias| + sum of |weight| * max |x|. Less than 2^31, so int32 never overflows.
   */
  accumulatorBound?: Int32Array;
}

/** How a window of two spatial dimensions moves over an image; one-dimensional layers have height 1. */
export interface Window {
  /** [height, width], as all pairs here. */
  inSize: [number, number];
  outSize: [number, number];
  kernel: [number, number];
  stride: [number, number];
  dilation: [number, number];
  /** Rows above and columns left of the image; below and to the right is whatever outSize needs. */
  padBefore: [number, number];
}

/**
 * A convolution (cross-correlation), grouped or depthwise where groups > 1:
 * acc[o][y][x] = bias[o] + sum over c, i, j of weights[o][c][i][j] * in[g][c][y * stride + i * dilation - pad][...],
 * where positions outside the image count as `padValue`. Then requantized, or left int32 where that is null.
 */
export interface ConvolutionLayer {
  kind: "convolution";
  name: string;
  input: string;
  output: string;
  inChannels: number;
  outChannels: number;
  groups: number;
  window: Window;
  /** The integer that stands for zero in the input: its zero point. */
  padValue: number;
  /**
   * Row major [outChannels][inChannels / groups][kernel height][kernel width]; int16 only in models quantized elsewhere,
   * whose weights less their zero point need more than 8 bits.
   */
  weights: Int8Array | Int16Array;
  /** One per output channel: the float bias, the input's zero point and the rounding term together. */
  bias: Int32Array;
  /** One value, or one per output channel. */
  weightScale: number[];
  /** For people and reports; its effect is in the requantization. */
  activation: string;
  requantization: Requantization | null;
  /** Per output channel, as in a fully connected layer. */
  accumulatorBound?: Int32Array;
}

/** The largest element in each window, channel by channel; positions outside the image do not count. */
export interface MaxPoolLayer {
  kind: "max-pool";
  name: string;
  input: string;
  output: string;
  channels: number;
  window: Window;
}

/**
 * The mean of each window, channel by channel: acc = bias + multiplier * (sum of the elements inside the image), then
 * requantized. Where windows hold different numbers of elements (at borders that are not counted), each count has
 * its multiplier: multiplier * count is the same for all, so one requantization is right for all.
 */
export interface AveragePoolLayer {
  kind: "average-pool";
  name: string;
  input: string;
  output: string;
  channels: number;
  window: Window;
  /** Multiplier by number of elements inside the image; counts that do not occur have 0. */
  multipliers: Int32Array;
  /** Rounding term and zero point. */
  bias: number;
  activation: string;
  requantization: Requantization | null;
  /** Largest magnitude of any partial sum. */
  accumulatorBound?: number;
}

/**
 * The element-by-element sum of two tensors of one shape (a residual connection):
 * acc = bias + multipliers[0] * a + multipliers[1] * b, requantized.
 */
export interface AddLayer {
  kind: "add";
  name: string;
  inputs: [string, string];
  output: string;
  multipliers: [number, number];
  bias: number;
  activation: string;
  requantization: Requantization | null;
  /** Largest magnitude of any partial sum. */
  accumulatorBound?: number;
}

/** An activation function or a change of scale: y = table[x - low], low the smallest value of x's data type. */
export interface LookupLayer {
  kind: "lookup";
  name: string;
  input: string;
  output: string;
  activation: string;
  /** 256 entries of the output's data type. */
  table: Int8Array | Uint8Array;
}

/** Tensors one after another along an axis (0 is the channels); all have the same scale. */
export interface ConcatLayer {
  kind: "concat";
  name: string;
  inputs: string[];
  output: string;
  axis: number;
}

/** Elements moved, dropped or padded with a constant: y[i] = x[indices[i]], or `fill` where indices[i] is -1. */
export interface RearrangeLayer {
  kind: "rearrange";
  name: string;
  input: string;
  output: string;
  indices: Int32Array;
  fill: number;
}

/** The class: index of the largest value, the lowest such index on a tie. */
export interface ArgMaxLayer {
  kind: "arg-max";
  name: string;
  input: string;
  output: string;
}

export type QuantizedLayer =
  | FullyConnectedLayer
  | ConvolutionLayer
  | MaxPoolLayer
  | AveragePoolLayer
  | AddLayer
  | LookupLayer
  | ConcatLayer
  | RearrangeLayer
  | ArgMaxLayer;

/**
 * What the host does to an image before it is quantized: x = fl(fl(x - offset) * scale) in float32, with one offset and
 * scale for all elements or for each (scikit-learn's StandardScaler).
 */
export interface Preprocessing {
  offset: number[];
  scale: number[];
}

export interface QuantizedModel {
  format: "matchmul-int8";
  version: 1;
  name: string;
  /** Names of tensors; the first input is the image. */
  input: string;
  /** The int32 logits (of a network that ends otherwise, its last activations). */
  logits: string;
  tensors: Record<string, QuantizedTensor>;
  /** Part of quantizeInput, where the network begins so. */
  preprocessing?: Preprocessing;
  /** In execution order. */
  layers: QuantizedLayer[];
}

/** Names of the tensors a layer reads. */
export function layerInputs(layer: QuantizedLayer): string[] {
  return "inputs" in layer ? [...layer.inputs] : [layer.input];
}
