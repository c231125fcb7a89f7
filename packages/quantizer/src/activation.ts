import { roundHalfEven, roundRatio } from "./exact.js";

/**
 * An activation function as tables need it: the integer nearest to f(value) / scale, where value is
 * a product of doubles given as its factors, so that piecewise linear functions are rounded exactly.
 */
export interface Activation {
  name: string;
  /** True where f is constant for negative values, so that requantization indices start at 0. */
  constantBelowZero: boolean;
  quantized(factors: readonly number[], scale: number): number;
}

const isNegative = (factors: readonly number[]): boolean =>
  factors.some((f) => f === 0) ? false : factors.filter((f) => f < 0).length % 2 === 1;

export const identity: Activation = {
  name: "none",
  constantBelowZero: false,
  quantized: (factors, scale) => roundRatio(factors, [scale]),
};

export const relu: Activation = {
  name: "relu",
  constantBelowZero: true,
  quantized: (factors, scale) => (isNegative(factors) ? 0 : roundRatio(factors, [scale])),
};

/** A smooth function, computed in double precision and rounded half to even. */
export function smooth(name: string, f: (x: number) => number): Activation {
  return {
    name,
    constantBelowZero: false,
    quantized: (factors, scale) => roundHalfEven(f(factors.reduce((a, b) => a * b, 1)) / scale),
  };
}
