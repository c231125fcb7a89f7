import { type DType, integerRange, isFloat } from "../dtypes.js";
import { roundHalfEven, roundToFloat } from "../float-formats.js";
import { broadcastStrides } from "../operators/elementwise.js";
import { sizeOf, type Tensor } from "../tensor.js";

/**
 * The arithmetic of ONNX's quantized operators. All of it is in float32, each operation rounded by itself, as
 * ONNX Runtime computes it: dividing, multiplying and converting are separate roundings, and the last one, to an
 * integer, takes halves to the even neighbour. docs/onnx.md has it in one place.
 */

/** saturate(round(x / scale) + zeroPoint), or for a float type the nearest value of x / scale. */
export function quantize(x: number, scale: number, zeroPoint: number, dtype: DType, saturate = true): number {
  const q = Math.fround(x / scale);
  if (isFloat(dtype)) return roundToFloat(q, dtype, saturate);
  return clampTo(roundHalfEven(q) + zeroPoint, dtype);
}

/** Keeps an integer in the range of its type; NaN becomes the lowest value. */
export function clampTo(x: number, dtype: DType): number {
  const [low, high] = integerRange(dtype);
  return x >= high ? high : x > low ? x : low;
}

/**
 * From an int32 accumulator at scale xScale * wScale to an 8-bit integer at scale yScale: the product of
 * accumulator and multiplier, both float32, rounded to float32, then to an integer.
 */
export function requantize(accumulator: number, multiplier: number, zeroPoint: number, dtype: DType): number {
  return clampTo(roundHalfEven(Math.fround(Math.fround(accumulator) * multiplier)) + zeroPoint, dtype);
}

/** xScale * wScale / yScale, with float32 roundings after the product and after the quotient. */
export function multiplierOf(xScale: number, wScale: number, yScale: number): number {
  return Math.fround(Math.fround(xScale * wScale) / yScale);
}

/** The elements less their zero points (a scalar, or a shape that broadcasts), in floats that hold them exactly. */
export function centred(
  x: Tensor,
  zeroPoint: Tensor | undefined,
  zeroPointShape?: readonly number[],
): Float32Array {
  const source = x.data as Int8Array;
  const out = new Float32Array(source.length);
  if (zeroPoint === undefined || zeroPoint.data.length === 1) {
    const z = zeroPoint === undefined ? 0 : Number(zeroPoint.data[0]);
    for (let i = 0; i < out.length; i++) out[i] = source[i] - z;
    return out;
  }
  const z = zeroPoint.data as Int8Array;
  eachBroadcast(x.shape, zeroPointShape ?? zeroPoint.shape, (i, j) => {
    out[i] = source[i] - z[j];
  });
  return out;
}

/** Visits all elements of a shape, with the offset of the element of a smaller shape that broadcasts to it. */
export function eachBroadcast(
  shape: readonly number[],
  small: readonly number[],
  visit: (i: number, j: number) => void,
): void {
  const strides = broadcastStrides(small, shape);
  const total = sizeOf(shape);
  const index = new Array<number>(shape.length).fill(0);
  let j = 0;
  for (let i = 0; i < total; i++) {
    visit(i, j);
    for (let d = shape.length - 1; d >= 0; d--) {
      j += strides[d];
      if (++index[d] < shape[d]) break;
      j -= strides[d] * shape[d];
      index[d] = 0;
    }
  }
}
