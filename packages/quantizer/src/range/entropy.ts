import { HISTOGRAM_BINS, type TensorStatistics } from "../statistics.js";

/** Levels of a magnitude in 8 bits, zero apart. */
const LEVELS = 127;

/**
 * Relative entropy of the magnitudes, saturated at `end` bins, to the same merged into 127 levels and spread evenly
 * over each level's occupied bins (S. Migacz, "8-bit inference with TensorRT", 2017).
 */
function divergence(bins: Float64Array, end: number, total: number): number {
  let inside = 0;
  for (let i = 0; i < end; i++) inside += bins[i];
  const saturated = total - inside;
  let sum = 0;
  for (let level = 0; level < LEVELS; level++) {
    const first = Math.floor((level * end) / LEVELS);
    const last = Math.floor(((level + 1) * end) / LEVELS);
    let mass = 0;
    let occupied = 0;
    for (let i = first; i < last; i++) {
      mass += bins[i];
      if (bins[i] > 0 || (i === end - 1 && saturated > 0)) occupied++;
    }
    if (occupied === 0) continue;
    for (let i = first; i < last; i++) {
      const p = (bins[i] + (i === end - 1 ? saturated : 0)) / total;
      if (p === 0) continue;
      // A level that holds nothing but the saturated mass has none to spread.
      const q = Math.max(mass / occupied / inside, 1e-12);
      sum += p * Math.log(p / q);
    }
  }
  return sum;
}

/**
 * The range that loses the least information by the histogram of non-zero magnitudes: the smallest relative
 * entropy over all ranges of at least 127 bins.
 */
export function entropy(statistics: TensorStatistics): number {
  const { bins, binWidth, largestMagnitude } = statistics;
  const used = Math.min(HISTOGRAM_BINS, Math.ceil(largestMagnitude / binWidth));
  const total = bins.reduce((a, b) => a + b, 0);
  if (total === 0 || used <= LEVELS) return largestMagnitude;
  let best = used;
  let least = divergence(bins, used, total);
  for (let end = LEVELS; end < used; end += 8) {
    const d = divergence(bins, end, total);
    if (d < least) {
      least = d;
      best = end;
    }
  }
  return Math.min(best * binWidth, largestMagnitude);
}
