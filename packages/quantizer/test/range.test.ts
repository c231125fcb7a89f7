import { Random } from "@matchmul/common";
import { describe, expect, it } from "vitest";
import { roundHalfEven } from "../src/exact.js";
import { entropy } from "../src/range/entropy.js";
import { meanSquaredError } from "../src/range/mse.js";
import { ranges } from "../src/range/registry.js";
import { TensorStatistics } from "../src/statistics.js";

/** Sums of 12 uniform numbers: about normal, with standard deviation 1. */
function bell(count: number, seed: number): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: count }, () => {
    let sum = -6;
    for (let k = 0; k < 12; k++) sum += random.next();
    return sum;
  });
}

function statisticsOf(values: ArrayLike<number>): TensorStatistics {
  const statistics = new TensorStatistics();
  statistics.add(values);
  return statistics;
}

function squaredError(values: Float32Array, range: number): number {
  const scale = range / 127;
  let sum = 0;
  for (const x of values) sum += (x - Math.max(-127, Math.min(127, roundHalfEven(x / scale))) * scale) ** 2;
  return sum;
}

describe("calibration ranges", () => {
  const values = Float32Array.from([...bell(50_000, 1), 40, -35]);
  const statistics = statisticsOf(values);

  it("mse finds the least squared error over all ranges", () => {
    const found = squaredError(values, meanSquaredError(statistics));
    let least = Number.POSITIVE_INFINITY;
    for (let range = 1; range <= 40; range += 0.5) least = Math.min(least, squaredError(values, range));
    expect(found).toBeLessThan(least * 1.02);
    expect(found).toBeLessThan(squaredError(values, 40) * 0.9);
  });

  it("entropy leaves outliers out and the bulk in", () => {
    const range = entropy(statistics);
    expect(range).toBeGreaterThan(2.5);
    expect(range).toBeLessThan(20);
  });

  it("every method keeps the full range of values that fill it evenly", () => {
    const random = new Random(4);
    const even = statisticsOf(Float32Array.from({ length: 50_000 }, () => random.next() * 2 - 1));
    for (const [name, range] of Object.entries(ranges))
      expect(range(even, 99.99), name).toBeGreaterThan(0.98);
  });

  it("every method is defined for constants, zeros and single values", () => {
    for (const sample of [[0], [3], [-1e-20, -1e-20], [0, 0, 1e20]])
      for (const [name, range] of Object.entries(ranges)) {
        const found = range(statisticsOf(sample), 99.9);
        expect(found, `${name} of ${sample}`).toBeGreaterThanOrEqual(0);
        expect(found, `${name} of ${sample}`).toBeLessThanOrEqual(Math.max(...sample.map(Math.abs)));
      }
  });
});
