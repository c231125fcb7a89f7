import { accumulatorBounds, INT32_MAX, largestInput } from "../accumulator.js";
import { type Activation, identity, relu } from "../activation.js";
import { error } from "../errors.js";
import { roundHalfEven, roundRatio } from "../exact.js";
import type { QuantizedTensor, ShiftLut } from "../quantized-model.js";
import { type ScaleKind, symmetricScale } from "../scale.js";
import { buildShiftLut, roundingTerm } from "../shift-lut.js";

/** A weighted sum per output, in floats. */
export interface FloatLinear {
  /** Row major [outputs][weights per output]. */
  weights: Float32Array;
  bias: Float32Array;
}

export interface IntegerLinear {
  weights: Int8Array;
  bias: Int32Array;
  weightScale: number[];
  requantization: ShiftLut | null;
  accumulatorBound: Int32Array;
}

/** w / scale to the nearest integer, ties to even, within -127 to 127. Exact: both are float32. */
export function quantizeWeights(weights: Float32Array, scale: number): Int8Array {
  const out = new Int8Array(weights.length);
  for (let i = 0; i < weights.length; i++)
    out[i] = Math.max(-127, Math.min(127, roundHalfEven(weights[i] / scale)));
  return out;
}

/**
 * Quantizes weights and bias, and builds the requantization to `output` (none where that is int32). If the
 * accumulators could overflow, the weight scale is doubled until they cannot.
 * @throws MatchMulError accumulator-overflow where no scale helps
 */
export function quantizeLinear(
  name: string,
  float: FloatLinear,
  input: Pick<QuantizedTensor, "scale" | "range">,
  output: Pick<QuantizedTensor, "dtype" | "scale" | "range">,
  activation: Activation,
  scales: ScaleKind,
): IntegerLinear {
  let magnitude = 0;
  for (const w of float.weights) magnitude = Math.max(magnitude, Math.abs(w));
  let largest = Number.POSITIVE_INFINITY;
  for (let scale = symmetricScale(magnitude, scales); Number.isFinite(scale); scale *= 2) {
    const weights = quantizeWeights(float.weights, scale);
    const bias = Array.from(float.bias, (b) => roundRatio([b], [input.scale, scale]));
    let requantization: ShiftLut | null = null;
    if (output.dtype !== "int32") {
      const reach = reachOf(weights, bias, input.range);
      requantization = buildShiftLut({
        activation,
        accumulatorScale: [input.scale, scale],
        outputScale: output.scale,
        outputRange: output.range,
        reach,
      });
      const rounding = roundingTerm(requantization.shift);
      for (let o = 0; o < bias.length; o++) bias[o] += rounding;
    }
    const bounds = accumulatorBounds(weights, bias, input.range);
    largest = bounds.reduce((a, b) => Math.max(a, b), 0);
    if (largest < INT32_MAX)
      return {
        weights,
        bias: Int32Array.from(bias),
        weightScale: [scale],
        requantization,
        accumulatorBound: Int32Array.from(bounds),
      };
    // Even weights of zero would not help a bias that is too large for the input's scale.
    if (scale > 2 ** 100 * Math.max(1, largestInput(input.range))) break;
  }
  throw error("accumulator-overflow", name, largest);
}

/** Smallest and largest value any accumulator can end at, over all outputs. */
function reachOf(
  weights: Int8Array,
  bias: readonly number[],
  [low, high]: readonly [number, number],
): [number, number] {
  const perOutput = weights.length / bias.length;
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let o = 0; o < bias.length; o++) {
    let min = bias[o];
    let max = bias[o];
    for (let i = o * perOutput, end = i + perOutput; i < end; i++) {
      const w = weights[i];
      min += w > 0 ? w * low : w * high;
      max += w > 0 ? w * high : w * low;
    }
    least = Math.min(least, min);
    most = Math.max(most, max);
  }
  return [least, most];
}

/** Activation functions by ONNX operator. */
export const activations: Record<string, Activation> = { none: identity, Relu: relu };
