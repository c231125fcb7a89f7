import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HISTOGRAM_BINS, TensorStatistics } from "../src/statistics.js";

describe("calibration statistics", () => {
  it("keeps exact extremes and refuses NaN and infinity without adding anything", () => {
    const statistics = new TensorStatistics();
    expect(statistics.add([1, -3, 0])).toBe(true);
    expect(statistics.add([9, Number.NaN])).toBe(false);
    expect(statistics.add([Number.NEGATIVE_INFINITY])).toBe(false);
    expect([statistics.min, statistics.max, statistics.count, statistics.zeros]).toEqual([-3, 1, 3, 1]);
  });

  it("does not depend on the order of the samples", () => {
    const value = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 });
    fc.assert(
      fc.property(fc.array(fc.array(value, { minLength: 1 }), { minLength: 1 }), (samples) => {
        const forward = new TensorStatistics();
        const backward = new TensorStatistics();
        for (const s of samples) forward.add(s);
        for (const s of [...samples].reverse()) backward.add(s);
        expect(Buffer.compare(Buffer.from(forward.bins.buffer), Buffer.from(backward.bins.buffer))).toBe(0);
        expect(forward.binWidth).toBe(backward.binWidth);
      }),
    );
  });

  it("finds percentiles to within a bin", () => {
    const values = Float32Array.from({ length: 20_000 }, (_, i) => ((i * 7919) % 20_000) / 1000 - 10);
    const statistics = new TensorStatistics();
    for (let i = 0; i < values.length; i += 100) statistics.add(values.subarray(i, i + 100));
    const magnitudes = Array.from(values, Math.abs).sort((a, b) => a - b);
    for (const percentile of [50, 90, 99, 99.9]) {
      const exact = magnitudes[Math.ceil((percentile / 100) * magnitudes.length) - 1];
      expect(Math.abs(statistics.magnitudePercentile(percentile) - exact)).toBeLessThanOrEqual(
        statistics.binWidth,
      );
    }
    expect(statistics.magnitudePercentile(100)).toBe(10);
    expect(statistics.binWidth).toBe(16 / HISTOGRAM_BINS);
  });

  it("gives a constant tensor its constant", () => {
    for (const constant of [0, 2.5, -1e-20, 3e30]) {
      const statistics = new TensorStatistics();
      statistics.add([constant, constant]);
      expect(statistics.magnitudePercentile(99.9)).toBeLessThanOrEqual(Math.abs(constant));
      expect(statistics.largestMagnitude).toBe(Math.abs(constant));
    }
  });
});
