import type { DType } from "./dtypes.js";

/**
 * The narrow floating-point formats, by their parameters. Rounding is to nearest, ties to even, as ONNX Cast
 * and IEEE 754 have it. Sources: IEEE 754 binary16; "FP8 Formats for Deep Learning" (arXiv:2209.05433) for
 * e4m3fn and e5m2; arXiv:2206.02915 for the fnuz forms; the OCP Microscaling specification 1.0 for e2m1 and
 * e8m0.
 */
interface FloatFormat {
  exponentBits: number;
  mantissaBits: number;
  bias: number;
  /** "ieee": top exponent is infinity and NaN; "fn": only all ones is NaN; "fnuz": only the code of -0 is NaN; "finite": neither. */
  special: "ieee" | "fn" | "fnuz" | "finite";
}

const formats: Partial<Record<DType, FloatFormat>> = {
  float16: { exponentBits: 5, mantissaBits: 10, bias: 15, special: "ieee" },
  bfloat16: { exponentBits: 8, mantissaBits: 7, bias: 127, special: "ieee" },
  float8e4m3fn: { exponentBits: 4, mantissaBits: 3, bias: 7, special: "fn" },
  float8e4m3fnuz: { exponentBits: 4, mantissaBits: 3, bias: 8, special: "fnuz" },
  float8e5m2: { exponentBits: 5, mantissaBits: 2, bias: 15, special: "ieee" },
  float8e5m2fnuz: { exponentBits: 5, mantissaBits: 2, bias: 16, special: "fnuz" },
  float4e2m1: { exponentBits: 2, mantissaBits: 1, bias: 1, special: "finite" },
};

/** The value of every code of the format: 65,536 floats at most, made once. */
const tables = new Map<DType, Float32Array>();

function decodeOne(code: number, f: FloatFormat): number {
  const magnitudeBits = f.exponentBits + f.mantissaBits;
  const magnitude = code & ((1 << magnitudeBits) - 1);
  const negative = code >> magnitudeBits === 1;
  const exponent = magnitude >> f.mantissaBits;
  const mantissa = magnitude & ((1 << f.mantissaBits) - 1);
  const top = (1 << f.exponentBits) - 1;
  if (f.special === "ieee" && exponent === top)
    return mantissa !== 0 ? Number.NaN : negative ? -Infinity : Infinity;
  if (f.special === "fn" && magnitude === (1 << magnitudeBits) - 1) return Number.NaN;
  if (f.special === "fnuz" && negative && magnitude === 0) return Number.NaN;
  const value =
    exponent === 0
      ? mantissa * 2 ** (1 - f.bias - f.mantissaBits)
      : (mantissa + (1 << f.mantissaBits)) * 2 ** (exponent - f.bias - f.mantissaBits);
  return negative ? -value : value;
}

/** The values of all codes of a narrow float type, indexed by code. */
export function floatTable(dtype: DType): Float32Array {
  let table = tables.get(dtype);
  if (table !== undefined) return table;
  if (dtype === "float8e8m0")
    table = Float32Array.from({ length: 256 }, (_, code) => (code === 255 ? Number.NaN : 2 ** (code - 127)));
  else {
    const format = formats[dtype]!;
    const codes = 1 << (1 + format.exponentBits + format.mantissaBits);
    table = Float32Array.from({ length: codes }, (_, code) => decodeOne(code, format));
  }
  tables.set(dtype, table);
  return table;
}

/** Rounds to an integer, halves to the even one: ONNX's Round, and the rounding of all its quantizations. */
export function roundHalfEven(x: number): number {
  // Adding and taking away 1.5 * 2^52 rounds to an integer in the double format's own way.
  return Math.abs(x) < 2 ** 51 ? x + 6755399441055744 - 6755399441055744 : Math.round(x);
}

/**
 * The value of a narrow float type nearest to x (ties to even). Beyond the largest value: infinity where the
 * format has it, else NaN, or the largest value when `saturate` is set.
 */
export function roundToFloat(x: number, dtype: DType, saturate = false): number {
  if (dtype === "float32") return Math.fround(x);
  if (dtype === "float64") return x;
  if (dtype === "float8e8m0") return roundToPowerOfTwo(x, "up", saturate);
  const f = formats[dtype];
  if (f === undefined) return x;
  if (Number.isNaN(x)) return f.special === "finite" ? 0 : x;
  const top = (1 << f.exponentBits) - 1;
  const full = (1 << f.mantissaBits) - 1;
  const largest =
    f.special === "ieee"
      ? (full + (1 << f.mantissaBits)) * 2 ** (top - 1 - f.bias - f.mantissaBits)
      : (full + (1 << f.mantissaBits) - (f.special === "fn" ? 1 : 0)) * 2 ** (top - f.bias - f.mantissaBits);
  const magnitude = Math.abs(x);
  let rounded: number;
  if (magnitude === Infinity) rounded = Infinity;
  else {
    const exponent = magnitude === 0 ? 0 : Math.floor(Math.log2(magnitude));
    // log2 may be off by one next to a power of two; the unit below is right either way after the correction.
    const exact =
      2 ** exponent > magnitude ? exponent - 1 : 2 ** (exponent + 1) <= magnitude ? exponent + 1 : exponent;
    const unit = 2 ** (Math.max(exact, 1 - f.bias) - f.mantissaBits);
    rounded = roundHalfEven(magnitude / unit) * unit;
  }
  if (rounded > largest)
    rounded = saturate || f.special === "finite" ? largest : f.special === "ieee" ? Infinity : Number.NaN;
  if (rounded === 0 && f.special === "fnuz") return 0;
  return x < 0 || Object.is(x, -0) ? -rounded : rounded;
}

/**
 * The power of two of float8e8m0 (2^-127 to 2^127, no sign) for x >= 0: the next above, the next below, or the
 * nearest (halfway up). Out of range: the nearest end if `saturate` is set, else NaN (ONNX Cast, operator set 25).
 */
export function roundToPowerOfTwo(x: number, mode: "up" | "down" | "nearest", saturate: boolean): number {
  if (Number.isNaN(x) || x < 0) return Number.NaN;
  const [least, most] = [2 ** -127, 2 ** 127];
  if (x < least || x > most) return saturate ? Math.min(most, Math.max(least, x)) : Number.NaN;
  let below = least;
  while (below * 2 <= x) below *= 2;
  if (below === x || mode === "down") return below;
  return mode === "up" || x >= 1.5 * below ? below * 2 : below;
}

/** Rounds every element of an array in place to what the type can represent (nothing to do for float32). */
export function roundArray(data: Float32Array, dtype: DType): void {
  if (dtype === "float32") return;
  for (let i = 0; i < data.length; i++) data[i] = roundToFloat(data[i], dtype);
}
