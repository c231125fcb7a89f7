import fc from "fast-check";
import { expect, test } from "vitest";
import { floatTable, roundHalfEven, roundToFloat } from "../src/float-formats.js";
import type { DType } from "../src/index.js";

const narrow: DType[] = [
  "float16",
  "bfloat16",
  "float8e4m3fn",
  "float8e4m3fnuz",
  "float8e5m2",
  "float8e5m2fnuz",
  "float4e2m1",
];

/** The finite values of a type in order, each once. */
const valuesOf = (dtype: DType) =>
  [...new Set(floatTable(dtype).filter((v) => Number.isFinite(v)))].map((v) => v + 0).sort((a, b) => a - b);

test.each(narrow)("%s: every value of the type rounds to itself", (dtype) => {
  for (const v of floatTable(dtype)) if (Number.isFinite(v)) expect(roundToFloat(v, dtype)).toBe(v);
});

test.each(narrow)(
  "%s: between two neighbours the nearer one is taken, and halfway the even code",
  (dtype) => {
    const values = valuesOf(dtype);
    const table = floatTable(dtype);
    const codes = new Map([...table].map((v, code) => [v + 0, code]));
    for (let i = 0; i + 1 < values.length; i += Math.ceil(values.length / 3000)) {
      const [low, high] = [values[i], values[i + 1]];
      const middle = (low + high) / 2;
      const even = (codes.get(low)! & 1) === 0 ? low : high;
      expect(roundToFloat(low + (high - low) * 0.49, dtype) + 0).toBe(low);
      expect(roundToFloat(low + (high - low) * 0.51, dtype) + 0).toBe(high);
      expect(roundToFloat(middle, dtype) + 0).toBe(even);
    }
  },
);

test("beyond the largest value", () => {
  expect(roundToFloat(65519, "float16")).toBe(65504);
  expect(roundToFloat(65520, "float16")).toBe(Infinity);
  expect(roundToFloat(1e9, "float8e4m3fn")).toBeNaN();
  expect(roundToFloat(-1e9, "float8e4m3fn", true)).toBe(-448);
  expect(roundToFloat(Infinity, "float8e5m2", true)).toBe(57344);
  expect(roundToFloat(100, "float4e2m1")).toBe(6);
});

test("halves round to the even integer", () => {
  expect([0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 2 ** 40 + 0.5].map((x) => roundHalfEven(x) + 0)).toEqual([
    0,
    2,
    2,
    0,
    -2,
    -2,
    2 ** 40,
  ]);
  fc.assert(
    fc.property(fc.double({ min: -1e9, max: 1e9, noNaN: true }), (x) => {
      const r = roundHalfEven(x);
      expect(Math.abs(r - x)).toBeLessThanOrEqual(0.5);
      expect(Number.isInteger(r)).toBe(true);
      if (Math.abs(r - x) === 0.5) expect(Math.abs(r % 2)).toBe(0);
    }),
  );
});
