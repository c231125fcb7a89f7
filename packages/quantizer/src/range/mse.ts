import { roundHalfEven } from "../exact.js";
import { HISTOGRAM_BINS, type TensorStatistics } from "../statistics.js";

/** Ranges tried, as equal steps down from the largest magnitude. */
const CANDIDATES = 200;

/** Sum of squared errors when magnitudes are rounded to multiples of range / 127 and saturate at 127 of them. */
function squaredError(statistics: TensorStatistics, range: number): number {
  const scale = range / 127;
  const { bins, binWidth } = statistics;
  let sum = 0;
  for (let i = 0; i < HISTOGRAM_BINS; i++) {
    if (bins[i] === 0) continue;
    const x = (i + 0.5) * binWidth;
    const error = x - Math.min(127, roundHalfEven(x / scale)) * scale;
    sum += bins[i] * error * error;
  }
  return sum;
}

/**
 * The range with the least mean squared error between values and their integers, by the histogram: saturating a few
 * large values is weighed against finer steps for all others.
 */
export function meanSquaredError(statistics: TensorStatistics): number {
  const { largestMagnitude } = statistics;
  let best = largestMagnitude;
  let least = squaredError(statistics, best);
  // Below a tenth the histogram's bins are no longer fine against the steps.
  for (let k = CANDIDATES - 1; k > CANDIDATES / 10; k--) {
    const range = (largestMagnitude * k) / CANDIDATES;
    const error = squaredError(statistics, range);
    if (error < least) {
      least = error;
      best = range;
    }
  }
  return best;
}
