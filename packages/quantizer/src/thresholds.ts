import { INT32_MAX } from "./accumulator.js";
import type { Threshold } from "./requantization.js";
import { idealOutputs, type RequantizationSpec } from "./shift-lut.js";

/**
 * The thresholds of one function from accumulators to integers that does not decrease: element k is the smallest
 * accumulator within `reach` whose output is at least lowest + k + 1. Fewer than highest - lowest where larger outputs
 * are not reached.
 */
export function findThresholds(
  f: (accumulator: number) => number,
  lowest: number,
  highest: number,
  reach: readonly [number, number],
): number[] {
  const thresholds: number[] = [];
  let from = reach[0];
  let stride = 1;
  for (let y = lowest + 1; y <= highest; y++) {
    // Gallop from the last threshold, by about the last distance, until y is reached; then halve.
    let below = from - 1;
    let at = from;
    if (f(at) < y) {
      let step = Math.max(1, stride);
      do {
        if (at >= reach[1]) return thresholds;
        below = at;
        at = Math.min(at + step, reach[1]);
        step *= 2;
      } while (f(at) < y);
    }
    while (at - below > 1) {
      const middle = Math.floor((below + at) / 2);
      if (f(middle) < y) below = middle;
      else at = middle;
    }
    stride = Math.max(1, at - from);
    from = at;
    thresholds.push(at);
  }
  return thresholds;
}

/** Rows of thresholds, one per channel or one for all, as one requantization. */
export function packThresholds(lowest: number, rows: readonly (readonly number[])[]): Threshold {
  const count = Math.max(...rows.map((row) => row.length));
  const thresholds = new Int32Array(rows.length * count).fill(INT32_MAX);
  rows.forEach((row, r) => {
    thresholds.set(row, r * count);
  });
  return { kind: "threshold", lowest, count, thresholds };
}

/** Whether f does not decrease on a grid of accumulators over its reach; a threshold needs that. */
export function isMonotone(spec: RequantizationSpec): boolean {
  const [least, most] = spec.reach;
  const points = Array.from({ length: 1025 }, (_, i) => Math.round(least + ((most - least) * i) / 1024));
  const outputs = idealOutputs(spec, points);
  return outputs.every((y, i) => i === 0 || y >= outputs[i - 1]);
}

/** The thresholds that reproduce the real-valued definition exactly, for a function that does not decrease. */
export function specThresholds(spec: RequantizationSpec): number[] {
  const [lowest, highest] = spec.outputRange;
  return findThresholds((a) => idealOutputs(spec, [a])[0], lowest, highest, spec.reach);
}
