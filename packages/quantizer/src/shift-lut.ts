import type { Activation } from "./activation.js";
import type { ShiftLut } from "./quantized-model.js";

/** Entries of a requantization table: its index is one key byte. */
export const LUT_SIZE = 256;

export interface ShiftLutSpec {
  activation: Activation;
  /** Product of these is the accumulator's scale: input scale, weight scale. */
  accumulatorScale: readonly number[];
  outputScale: number;
  /** Smallest and largest integer of the output tensor. */
  outputRange: readonly [number, number];
  /** Smallest and largest accumulator, rounding term not included, the layer can reach. */
  reach: readonly [number, number];
}

/** The output integer for an accumulator, by the real-valued definition. */
function ideal(spec: ShiftLutSpec, accumulator: number): number {
  const [low, high] = spec.outputRange;
  const value = spec.activation.quantized([accumulator, ...spec.accumulatorScale], spec.outputScale);
  return Math.min(Math.max(value, low), high);
}

/** Whether the output is the same from `edge` outwards to `limit`, so that clamping the index at `edge` loses nothing. */
function constantBeyond(spec: ShiftLutSpec, edge: number, limit: number): boolean {
  if (Math.abs(limit) <= Math.abs(edge) && Math.sign(limit) !== -Math.sign(edge)) return true;
  const value = ideal(spec, edge);
  const steps = 32;
  for (let k = 1; k <= steps; k++)
    if (ideal(spec, Math.round(edge + ((limit - edge) * k) / steps)) !== value) return false;
  return true;
}

/**
 * Builds the requantization of a layer: the smallest shift whose 256 indices reach every accumulator that
 * still changes the output. Entry i is the output at the accumulator (low + i) * 2^shift, the middle of the 2^shift
 * accumulators that share it, rounded half to even from exact arithmetic.
 */
export function buildShiftLut(spec: ShiftLutSpec): ShiftLut {
  const low = spec.activation.constantBelowZero ? 0 : -LUT_SIZE / 2;
  const high = low + LUT_SIZE - 1;
  let shift = 0;
  for (; shift < 31; shift++) {
    const step = 2 ** shift;
    const above = spec.reach[1] <= high * step || constantBeyond(spec, high * step, spec.reach[1]);
    const below = low === 0 || spec.reach[0] >= low * step || constantBeyond(spec, low * step, spec.reach[0]);
    if (above && below) break;
  }
  return { kind: "shift-lut", shift, low, table: lutEntries(spec, shift, low) };
}

/** The 256 entries of a table whose shift and lowest index are given. */
export function lutEntries(spec: ShiftLutSpec, shift: number, low: number): Int8Array {
  const step = 2 ** shift;
  const table = new Int8Array(LUT_SIZE);
  for (let i = 0; i < LUT_SIZE; i++) table[i] = ideal(spec, (low + i) * step);
  return table;
}

/** The term the layer's bias includes so that the shift rounds to nearest (half up): 2^(shift-1), or 0. */
export function roundingTerm(shift: number): number {
  return shift === 0 ? 0 : 2 ** (shift - 1);
}
