import { roundHalfEven, roundRatio } from "./exact.js";

/** The real value of one accumulator step: the product of `times` divided by `over`. */
export interface Unit {
  times: readonly number[];
  over?: number;
}

/**
 * An activation function as requantization needs it: the integer nearest to f(value) / scale, where value is given
 * as an integer and its unit, so that piecewise linear functions are rounded exactly.
 */
export interface Activation {
  /** For people: "relu", "sigmoid+mul". */
  name: string;
  /** True where f is constant for negative values, so that requantization indices start at 0. */
  constantBelowZero: boolean;
  /** True where f differs from channel to channel. */
  perChannel: boolean;
  /** For each accumulator a, the integer nearest to f(a * unit) / scale, ties to even. */
  quantized(accumulators: readonly number[], unit: Unit, scale: number, channel: number): number[];
}

/** A function of one accumulator at a time, the same in all channels. */
function exact(
  name: string,
  constantBelowZero: boolean,
  one: (accumulator: number, unit: Unit, scale: number) => number,
): Activation {
  return {
    name,
    constantBelowZero,
    perChannel: false,
    quantized: (accumulators, unit, scale) => accumulators.map((a) => one(a, unit, scale)),
  };
}

/** a * unit * slope / scale, rounded once. */
const linear = (a: number, { times, over }: Unit, scale: number, slope = 1): number =>
  roundRatio([a, ...times, slope], over === undefined ? [scale] : [scale, over]);

export const identity = exact("none", false, linear);

export const relu = exact("relu", true, (a, unit, scale) => (a <= 0 ? 0 : linear(a, unit, scale)));

/** slope * x below zero. */
export function leakyRelu(slope: number): Activation {
  return exact("leaky-relu", slope === 0, (a, unit, scale) => linear(a, unit, scale, a < 0 ? slope : 1));
}

/** x limited to [min, max]; rounding does not change order, so the rounded ends are the ends. */
export function clip(min: number, max: number): Activation {
  return exact("clip", min >= 0, (a, unit, scale) => {
    const value = linear(a, unit, scale);
    const low = Number.isFinite(min) ? roundRatio([min], [scale]) : min;
    const high = Number.isFinite(max) ? roundRatio([max], [scale]) : max;
    return Math.min(Math.max(value, low), high);
  });
}

/**
 * Any other function, computed by `evaluate` in floating point, then divided and rounded half to even in double
 * precision.
 */
export function evaluated(
  name: string,
  perChannel: boolean,
  evaluate: (values: Float32Array, channel: number) => ArrayLike<number>,
): Activation {
  return {
    name,
    constantBelowZero: false,
    perChannel,
    quantized: (accumulators, { times, over = 1 }, scale, channel) => {
      const step = times.reduce((a, b) => a * b, 1) / over;
      const values = evaluate(
        Float32Array.from(accumulators, (a) => a * step),
        channel,
      );
      return Array.from(values, (v) => roundHalfEven(v / scale));
    },
  };
}
