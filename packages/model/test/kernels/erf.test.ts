import { expect, test } from "vitest";
import { erf } from "../../src/kernels/erf.js";

/** erf(x) as the integral of 2 / sqrt(pi) * e^(-t^2), by Simpson's rule. */
function integral(x: number): number {
  const steps = 4000;
  const h = x / steps;
  let sum = 1 + Math.exp(-x * x);
  for (let i = 1; i < steps; i++) sum += (i % 2 === 1 ? 4 : 2) * Math.exp(-((i * h) ** 2));
  return (2 / Math.sqrt(Math.PI)) * (h / 3) * sum;
}

test("erf equals its integral on both sides of where the method changes", () => {
  for (const x of [0.01, 0.3, 1, 2, 2.9, 2.999, 3, 3.001, 4, 5.5]) {
    expect(Math.abs(erf(x) - integral(x))).toBeLessThan(1e-13);
    expect(erf(-x)).toBe(-erf(x));
  }
  expect([erf(0), erf(Infinity), erf(-Infinity), erf(Number.NaN)]).toEqual([0, 1, -1, Number.NaN]);
});
