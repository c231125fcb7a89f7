/**
 * Exact rounding of products and quotients of doubles. Every finite double is a dyadic rational, so
 * (a1 * a2 * ...) / (b1 * b2 * ...) is a rational number that bigint arithmetic rounds without error.
 */

interface Dyadic {
  mantissa: bigint;
  exponent: number;
}

const view = new DataView(new ArrayBuffer(8));

/** value = mantissa * 2^exponent, exactly. */
function dyadic(value: number): Dyadic {
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const mantissa = biased === 0 ? fraction : fraction | 0x10000000000000n;
  return { mantissa: bits >> 63n ? -mantissa : mantissa, exponent: Math.max(biased, 1) - 1075 };
}

/** numerator / denominator to the nearest integer, ties to even; the denominator is not zero. */
export function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  const d = denominator < 0n ? -denominator : denominator;
  const n = denominator < 0n ? -numerator : numerator;
  let quotient = n / d;
  let remainder = n % d;
  if (remainder < 0n) {
    remainder += d;
    quotient -= 1n;
  }
  const twice = 2n * remainder;
  return twice > d || (twice === d && quotient & 1n) ? quotient + 1n : quotient;
}

function exactRatio(numerators: readonly number[], denominators: readonly number[]): [bigint, bigint] {
  let n = 1n;
  let d = 1n;
  let exponent = 0;
  for (const value of numerators) {
    const part = dyadic(value);
    n *= part.mantissa;
    exponent += part.exponent;
  }
  for (const value of denominators) {
    const part = dyadic(value);
    d *= part.mantissa;
    exponent -= part.exponent;
  }
  return exponent >= 0 ? [n << BigInt(exponent), d] : [n, d << BigInt(-exponent)];
}

/** Above this a double's own rounding could hide a tie, so the exact path decides. */
const SAFE = 2 ** 40;

/**
 * (product of `numerators`) / (product of `denominators`), rounded to the nearest integer, ties to even,
 * as if computed in real arithmetic. Results beyond 2^53 are returned as the nearest double; all factors are finite,
 * no denominator is zero.
 */
export function roundRatio(numerators: readonly number[], denominators: readonly number[]): number {
  let estimate = 1;
  for (const value of numerators) {
    if (value === 0) return 0;
    estimate *= value;
  }
  for (const value of denominators) estimate /= value;
  // A handful of roundings: the relative error is far below 2^-48, unless a step under- or overflowed.
  if (Math.abs(estimate) < SAFE && Math.abs(estimate) > 2 ** -900) {
    const nearest = Math.round(estimate);
    const toTie = Math.abs(Math.abs(estimate - Math.floor(estimate)) - 0.5);
    if (toTie > Math.abs(estimate) * 2 ** -48) return nearest + 0;
  }
  const [n, d] = exactRatio(numerators, denominators);
  return Number(divideHalfEven(n, d));
}

/** A double rounded to the nearest integer, ties to even. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest > 0.5 || (rest === 0.5 && floor % 2 !== 0)) return floor + 1;
  return floor;
}
