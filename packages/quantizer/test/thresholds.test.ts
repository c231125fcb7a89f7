import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clip, identity, leakyRelu, relu } from "../src/activation.js";
import { idealOutputs } from "../src/shift-lut.js";
import { isMonotone, packThresholds, specThresholds } from "../src/thresholds.js";

const scale = fc.float({ noNaN: true, min: Math.fround(1e-4), max: 10 });

describe("thresholds", () => {
  it("reproduce the real-valued definition for every accumulator that decides", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(identity, relu, leakyRelu(0.1), clip(-1, 6), clip(0, 6)),
        scale,
        scale,
        fc.integer({ min: 0, max: 2 ** 30 }),
        fc.constantFrom([-128, 127] as const, [0, 127] as const, [0, 255] as const),
        (activation, unit, outputScale, reach, outputRange) => {
          const spec = {
            activation,
            unit: { times: [unit] },
            outputScale,
            outputRange,
            reach: [-reach, reach] as const,
          };
          expect(isMonotone(spec)).toBe(true);
          const thresholds = specThresholds(spec);
          const count = (acc: number) => outputRange[0] + thresholds.filter((t) => t <= acc).length;
          const points = [...thresholds.flatMap((t) => [t - 1, t]), -reach, 0, reach].filter(
            (a) => Math.abs(a) <= reach,
          );
          const ideal = idealOutputs(spec, points);
          points.forEach((acc, i) => {
            expect(count(acc)).toBe(ideal[i]);
          });
        },
      ),
      { numRuns: 300 },
    );
  });

  it("are packed in rows of one length", () => {
    expect(packThresholds(-3, [[1, 2, 3], [5], []])).toEqual({
      kind: "threshold",
      lowest: -3,
      count: 3,
      thresholds: Int32Array.of(1, 2, 3, 5, 2 ** 31 - 1, 2 ** 31 - 1, 2 ** 31 - 1, 2 ** 31 - 1, 2 ** 31 - 1),
    });
  });
});
