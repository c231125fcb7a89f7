/**
 * The int8 model: what the quantizer makes, the reference executes, and the planner lowers. All of it is
 * integers; the scales are kept only to translate to and from real numbers at the edges.
 */

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
 * Requantization `shift-lut`: y = table[clamp((acc + 2^(shift-1)) >> shift, low, low + table.length - 1) - low].
 * The rounding term is already part of the layer's bias, so the switch only shifts, clamps and looks up.
 * Scale and activation function are in the table.
 */
export interface ShiftLut {
  kind: "shift-lut";
  /** Arithmetic right shift, 0 to 31. */
  shift: number;
  /** Smallest index value: 0 where the activation function is constant below zero (ReLU), else -table.length/2. */
  low: number;
  /** One int8 per index value; 256 entries, so that an index is one key byte. */
  table: Int8Array;
}

/**
 * A fully connected layer: acc[o] = bias[o] + sum over i of weights[o * inFeatures + i] * x[i] in int32, then
 * requantized to int8, or left as int32 (the last layer's logits) where `requantization` is null.
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

/** The class: index of the largest value, the lowest such index on a tie. */
export interface ArgMaxLayer {
  kind: "arg-max";
  name: string;
  input: string;
  output: string;
}

export type QuantizedLayer = FullyConnectedLayer | ArgMaxLayer;

export interface QuantizedModel {
  format: "matchmul-int8";
  version: 1;
  name: string;
  /** Names of tensors; the first input is the image. */
  input: string;
  /** The int32 logits. */
  logits: string;
  tensors: Record<string, QuantizedTensor>;
  /** In execution order. */
  layers: QuantizedLayer[];
}
