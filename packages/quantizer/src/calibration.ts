import { error } from "./errors.js";
import { type CalibrationMethod, ranges } from "./range/registry.js";
import type { TensorStatistics } from "./statistics.js";

export type { CalibrationMethod };

export interface CalibrationOptions {
  /** How a tensor's range is taken from its statistics; default min-max. */
  method?: CalibrationMethod;
  /** For `percentile`: the share of values inside the range, in percent; default 99.99. */
  percentile?: number;
}

/** What calibration found: the statistics of every float value of the graph, by value name. */
export interface Calibration {
  options: Required<CalibrationOptions>;
  samples: number;
  statistics: Map<string, TensorStatistics>;
}

/** The magnitude a tensor's scale must hold. @throws MatchMulError calibration-missing */
export function calibratedMagnitude(calibration: Calibration, tensor: string): number {
  const { method, percentile } = calibration.options;
  return ranges[method](statisticsOf(calibration, tensor), percentile);
}

/** @throws MatchMulError calibration-missing */
export function statisticsOf(calibration: Calibration, tensor: string): TensorStatistics {
  const statistics = calibration.statistics.get(tensor);
  if (statistics === undefined) throw error("calibration-missing", tensor);
  return statistics;
}

/** Options with their defaults. @throws MatchMulError calibration-percentile, quantize-option */
export function checkCalibrationOptions(options: CalibrationOptions): Required<CalibrationOptions> {
  const { method = "min-max", percentile = 99.99 } = options;
  if (!Object.hasOwn(ranges, method))
    throw error("quantize-option", "method", method, Object.keys(ranges).join(", "));
  if (!(percentile >= 50 && percentile <= 100)) throw error("calibration-percentile", percentile);
  return { method, percentile };
}

/** The same statistics read by another method, without running the graph again. */
export function recalibrate(calibration: Calibration, options: CalibrationOptions): Calibration {
  return { ...calibration, options: checkCalibrationOptions(options) };
}
