import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { identity, relu } from "../src/activation.js";
import { buildShiftLut, roundingTerm } from "../src/shift-lut.js";

const scale = fc.float({ noNaN: true, min: Math.fround(1e-5), max: Math.fround(10) });

describe("shift-lut requantization", () => {
  it("differs from the real-valued definition by no more than its index resolution", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(identity, relu),
        scale,
        scale,
        scale,
        fc.integer({ min: 1, max: 2 ** 29 }),
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 20, maxLength: 20 }),
        (activation, inputScale, weightScale, outputScale, reach, fractions) => {
          const outputRange: [number, number] = activation === relu ? [0, 127] : [-128, 127];
          const lut = buildShiftLut({
            activation,
            unit: { times: [inputScale, weightScale] },
            outputScale,
            outputRange,
            reach: [-reach, reach],
          });
          expect(lut.low).toBe(activation === relu ? 0 : -128);
          const unit = (inputScale * weightScale) / outputScale;
          for (const f of fractions) {
            const acc = Math.round(f * reach);
            const index = Math.min(
              255,
              Math.max(0, ((acc + roundingTerm(lut.shift)) >> lut.shift) - lut.low),
            );
            const y = lut.table[index];
            const real = Math.min(outputRange[1], Math.max(outputRange[0], acc * unit));
            // Half an index step in the accumulator, half an output step of rounding, and a shade for doubles.
            const allowed = (lut.shift === 0 ? 0 : 2 ** (lut.shift - 1) * unit) + 0.5;
            expect(Math.abs(y - real)).toBeLessThanOrEqual(allowed * (1 + 1e-9));
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it("takes the finest shift that still reaches saturation", () => {
    const spec = {
      activation: relu,
      unit: { times: [1, 1] },
      outputScale: 16,
      outputRange: [0, 127] as [number, number],
      reach: [-1e6, 1e6] as [number, number],
    };
    const lut = buildShiftLut(spec);
    // 127 * 16 = 2032 = 127 << 4: shift 3 reaches 255 * 8 = 2040, shift 2 only 1020.
    expect(lut.shift).toBe(3);
    expect(lut.table[255]).toBe(127);
    // Index 1 is accumulator 8: half an output step, a tie that goes to the even 0; index 3 is 1.5 steps: to 2.
    expect(Array.from(lut.table.subarray(0, 8))).toEqual([0, 0, 1, 2, 2, 2, 3, 4]);
  });

  it("does not shift where the accumulators are small", () => {
    const lut = buildShiftLut({
      activation: identity,
      unit: { times: [1, 1] },
      outputScale: 1,
      outputRange: [-128, 127],
      reach: [-100, 100],
    });
    expect(lut.shift).toBe(0);
    expect(Array.from(lut.table)).toEqual(Array.from({ length: 256 }, (_, i) => i - 128));
  });
});
