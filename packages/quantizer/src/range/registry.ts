import type { TensorStatistics } from "../statistics.js";
import { entropy } from "./entropy.js";
import { minMax } from "./min-max.js";
import { meanSquaredError } from "./mse.js";

/** How the magnitude that a scale must hold is taken from a tensor's statistics, by method. */
export const ranges = {
  "min-max": minMax,
  percentile: (statistics: TensorStatistics, percentile: number) =>
    statistics.magnitudePercentile(percentile),
  entropy,
  mse: meanSquaredError,
} satisfies Record<string, (statistics: TensorStatistics, percentile: number) => number>;

export type CalibrationMethod = keyof typeof ranges;
