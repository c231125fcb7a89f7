import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { divideHalfEven, roundHalfEven, roundRatio } from "../src/exact.js";

/** A double as an exact fraction, written independently of the implementation: by scaling with powers of two. */
function fraction(value: number): [bigint, bigint] {
  let v = value;
  let d = 1n;
  while (!Number.isInteger(v)) {
    v *= 2;
    d *= 2n;
  }
  return [BigInt(v), d];
}

/** Nearest integer by comparing the distances to the two neighbours. */
function naive(n: bigint, d: bigint): bigint {
  const floor = (n - (((n % d) + d) % d)) / d;
  const below = n - floor * d;
  const above = (floor + 1n) * d - n;
  if (below !== above) return below < above ? floor : floor + 1n;
  return floor % 2n === 0n ? floor : floor + 1n;
}

describe("exact rounding", () => {
  it("rounds ties to even, on both sides of zero", () => {
    expect([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5].map(roundHalfEven)).toEqual(
      [-2, -2, 0, 0, 2, 2].map((v) => v + 0),
    );
    expect(divideHalfEven(-5n, 2n)).toBe(-2n);
    expect(divideHalfEven(5n, -2n)).toBe(-2n);
    expect(divideHalfEven(7n, 2n)).toBe(4n);
  });

  it("equals rational arithmetic on random factors", () => {
    const factor = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000 });
    const divisor = fc.float({ noNaN: true, min: Math.fround(2 ** -12), max: 1000 });
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 31 }), factor, divisor, (a, b, c) => {
        const [bn, bd] = fraction(b);
        const [cn, cd] = fraction(c);
        expect(roundRatio([a, b], [c])).toBe(Number(naive(BigInt(a) * bn * cd, bd * cn)));
      }),
      { numRuns: 2000 },
    );
  });

  it("decides ties that double arithmetic cannot see", () => {
    // 1/3 as a double is a little less, so 3 * it * 3 / 2 is just below 1.5; in doubles it is exactly 1.5, a tie.
    const third = 1 / 3;
    expect(third * 3).toBe(1);
    expect(roundRatio([3, third, 3], [2])).toBe(1);
    expect(roundRatio([3, 0.5], [1])).toBe(2);
    expect(roundRatio([5, 0.5], [1])).toBe(2);
  });
});
