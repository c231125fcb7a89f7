import type { TensorStatistics } from "../statistics.js";

/** The largest magnitude seen: nothing saturates, and outliers cost resolution. */
export function minMax(statistics: TensorStatistics): number {
  return statistics.largestMagnitude;
}
