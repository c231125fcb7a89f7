import { accumulatorBounds, INT32_MAX } from "../accumulator.js";
import type { Activation } from "../activation.js";
import { error } from "../errors.js";
import { roundHalfEven, roundRatio } from "../exact.js";
import type { QuantizedTensor, Requantization } from "../quantized-model.js";
import { symmetricScale } from "../scale.js";
import { buildShiftLut, LUT_SIZE, type RequantizationSpec, roundingTerm } from "../shift-lut.js";
import { isMonotone, packThresholds, specThresholds } from "../thresholds.js";
import type { LoweringOptions } from "./options.js";

/** A weighted sum per output, in floats. */
export interface FloatLinear {
  /** Row major [outputs][weights per output]. */
  weights: Float32Array;
  bias: Float32Array;
}

/** What a weighted sum is quantized between. */
export interface LinearPlace {
  name: string;
  input: Pick<QuantizedTensor, "scale" | "range">;
  output: Pick<QuantizedTensor, "dtype" | "scale" | "range">;
  activation: Activation;
  /** The mean of the input that weight `index` of output `o` meets; needed for bias correction. */
  inputMean?: (o: number, index: number) => number;
}

export interface IntegerLinear {
  weights: Int8Array;
  bias: Int32Array;
  weightScale: number[];
  requantization: Requantization | null;
  accumulatorBound: Int32Array;
}

/** w / scale to the nearest integer, ties to even, within -127 to 127. Exact: both are float32. */
export function quantizeWeights(weights: Float32Array, scale: number, out = new Int8Array(weights.length)) {
  for (let i = 0; i < weights.length; i++)
    out[i] = Math.max(-127, Math.min(127, roundHalfEven(weights[i] / scale)));
  return out;
}

/** Row o of a matrix with equal rows. */
const row = <A extends Float32Array | Int8Array>(matrix: A, o: number, rows: number): A =>
  matrix.subarray((o * matrix.length) / rows, ((o + 1) * matrix.length) / rows) as A;

function largestMagnitude(values: Float32Array): number {
  let largest = 0;
  for (const v of values) largest = Math.max(largest, Math.abs(v));
  return largest;
}

/**
 * Quantizes weights and bias, and builds the requantization to `output` (none where that is int32). If an
 * accumulator could overflow, its weight scale is doubled until it cannot.
 * @throws MatchMulError accumulator-overflow where no scale helps
 */
export function quantizeLinear(
  float: FloatLinear,
  place: LinearPlace,
  options: LoweringOptions,
): IntegerLinear {
  const outputs = float.bias.length;
  // Logits are compared with each other, so they keep one scale.
  const perChannel = options.weights === "per-channel" && place.output.dtype !== "int32" && outputs > 1;
  const scales = perChannel
    ? Array.from({ length: outputs }, (_, o) =>
        symmetricScale(largestMagnitude(row(float.weights, o, outputs)), options.scales),
      )
    : new Array<number>(outputs).fill(symmetricScale(largestMagnitude(float.weights), options.scales));
  for (;;) {
    const made = withScales(float, place, options, scales, perChannel);
    const bounds = accumulatorBounds(made.weights, made.bias, place.input.range);
    const over = bounds.findIndex((b) => !(b < INT32_MAX));
    if (over === -1)
      return {
        weights: made.weights,
        bias: Int32Array.from(made.bias),
        weightScale: perChannel ? scales : [scales[0]],
        requantization: made.requantization,
        accumulatorBound: Int32Array.from(bounds),
      };
    // Even weights of zero do not help a bias that is too large for the input's scale.
    if (scales[over] > 2 ** 120) throw error("accumulator-overflow", place.name, bounds[over]);
    for (let o = 0; o < outputs; o++) if (!perChannel || !(bounds[o] < INT32_MAX)) scales[o] *= 2;
  }
}

function withScales(
  float: FloatLinear,
  place: LinearPlace,
  options: LoweringOptions,
  scales: readonly number[],
  perChannel: boolean,
): { weights: Int8Array; bias: number[]; requantization: Requantization | null } {
  const outputs = scales.length;
  const weights = new Int8Array(float.weights.length);
  const bias: number[] = [];
  for (let o = 0; o < outputs; o++) {
    const exact = row(float.weights, o, outputs);
    const rounded = quantizeWeights(exact, scales[o], row(weights, o, outputs));
    let b = float.bias[o];
    if (place.inputMean !== undefined)
      for (let i = 0; i < exact.length; i++) b -= (rounded[i] * scales[o] - exact[i]) * place.inputMean(o, i);
    bias.push(roundRatio([b], [place.input.scale, scales[o]]));
  }
  if (place.output.dtype === "int32") return { weights, bias, requantization: null };
  const reaches = bias.map((b, o) => reachOf(row(weights, o, outputs), b, place.input.range));
  const spec = (o: number, reach: readonly [number, number]): RequantizationSpec => ({
    activation: place.activation,
    unit: { times: [place.input.scale, scales[o]] },
    outputScale: place.output.scale,
    outputRange: place.output.range,
    reach,
    channel: o,
  });
  const specs =
    perChannel || place.activation.perChannel
      ? reaches.map((reach, o) => spec(o, reach))
      : [spec(0, [Math.min(...reaches.map((r) => r[0])), Math.max(...reaches.map((r) => r[1]))])];
  const { requantization, rounding } = buildRequantization(specs, options.requantization);
  return { weights, bias: bias.map((b, o) => b + rounding[rounding.length === 1 ? 0 : o]), requantization };
}

/**
 * The requantization of one channel after another (or of all alike, with one spec), and the rounding terms their
 * biases need. Functions that decrease somewhere have no thresholds and get tables.
 */
export function buildRequantization(
  specs: readonly RequantizationSpec[],
  wanted: LoweringOptions["requantization"],
): { requantization: Requantization; rounding: number[] } {
  if (wanted === "threshold" && specs.every(isMonotone))
    return {
      requantization: packThresholds(specs[0].outputRange[0], specs.map(specThresholds)),
      rounding: [0],
    };
  const luts = specs.map(buildShiftLut);
  const rounding = luts.map((lut) => roundingTerm(lut.shift));
  if (luts.length === 1) return { requantization: luts[0], rounding };
  const tables = new Int8Array(luts.length * LUT_SIZE);
  luts.forEach((lut, o) => {
    tables.set(lut.table, o * LUT_SIZE);
  });
  return {
    requantization: {
      kind: "channel-shift-lut",
      shifts: Int32Array.from(luts, (lut) => lut.shift),
      low: luts[0].low,
      tables,
    },
    rounding,
  };
}

/** Smallest and largest value the accumulator can end at. */
function reachOf(weights: Int8Array, bias: number, [low, high]: readonly [number, number]): [number, number] {
  let min = bias;
  let max = bias;
  for (let i = 0; i < weights.length; i++) {
    const w = weights[i];
    min += w > 0 ? w * low : w * high;
    max += w > 0 ? w * high : w * low;
  }
  return [min, max];
}
