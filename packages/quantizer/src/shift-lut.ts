import type { Activation, Unit } from "./activation.js";
import type { ShiftLut } from "./requantization.js";

/** Entries of a requantization table: its index is one key byte. */
export const LUT_SIZE = 256;

/** What the output of a layer should be, for any accumulator of one channel. */
export interface RequantizationSpec {
  activation: Activation;
  /** What one step of the accumulator is worth: input scale times weight scale. */
  unit: Unit;
  outputScale: number;
  /** Smallest and largest integer of the output tensor. */
  outputRange: readonly [number, number];
  /** Smallest and largest accumulator, rounding term not included, the layer can reach. */
  reach: readonly [number, number];
  /** Which channel, for activation functions that differ. */
  channel?: number;
}

/** The output integers for accumulators, by the real-valued definition. */
export function idealOutputs(spec: RequantizationSpec, accumulators: readonly number[]): number[] {
  const { activation, unit, outputScale, outputRange, channel = 0 } = spec;
  const [low, high] = outputRange;
  return activation
    .quantized(accumulators, unit, outputScale, channel)
    .map((y) => Math.min(Math.max(y, low), high));
}

/**
 * Whether the output is the same from `edge` outwards to `limit`, so that clamping the index at `edge` loses
 * nothing.
 */
function constantBeyond(spec: RequantizationSpec, edge: number, limit: number): boolean {
  const steps = 32;
  const points = Array.from({ length: steps + 1 }, (_, k) => Math.round(edge + ((limit - edge) * k) / steps));
  const [value, ...others] = idealOutputs(spec, points);
  return others.every((y) => y === value);
}

/**
 * Builds the requantization of a layer: the smallest shift whose 256 indices reach every accumulator that
 * still changes the output. Entry i is the output at the accumulator (low + i) * 2^shift, the middle of the
 * 2^shift accumulators that share it, rounded half to even from exact arithmetic.
 */
export function buildShiftLut(spec: RequantizationSpec): ShiftLut {
  const low = spec.activation.constantBelowZero ? 0 : -LUT_SIZE / 2;
  const high = low + LUT_SIZE - 1;
  const [least, most] = spec.reach;
  let shift = 0;
  for (; shift < 31; shift++) {
    const step = 2 ** shift;
    const above = most <= high * step || constantBeyond(spec, high * step, most);
    const below = low === 0 || least >= low * step || constantBeyond(spec, low * step, least);
    if (above && below) break;
  }
  const step = 2 ** shift;
  const centres = Array.from({ length: LUT_SIZE }, (_, i) => (low + i) * step);
  return { kind: "shift-lut", shift, low, table: Int8Array.from(idealOutputs(spec, centres)) };
}

/** The term the layer's bias includes so that the shift rounds to nearest (half up): 2^(shift-1), or 0. */
export function roundingTerm(shift: number): number {
  return shift === 0 ? 0 : 2 ** (shift - 1);
}
