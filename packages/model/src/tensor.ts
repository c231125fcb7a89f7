import { error } from "./diagnostics.js";
import { type BigData, type DType, dtypes, isBig, type NumberData, type TensorData } from "./dtypes.js";

/** A dense tensor, row major (the last dimension runs fastest). */
export interface Tensor {
  readonly dtype: DType;
  /** [] is a scalar with one element. */
  readonly shape: readonly number[];
  /** The elements; see DType for the array that holds each type. */
  readonly data: TensorData;
}

/** Most elements one tensor may have, so that a damaged model never asks for gigabytes. */
export const maxElements = 2 ** 27;

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  let n = 1;
  for (const d of shape) n *= d;
  return n;
}

/** Most dimensions a value may have. */
export const maxRank = 64;

/**
 * Refuses shapes that are too large to walk through: the product of all dimensions, zeros left out, is bounded, so
 * that a loop over some of an empty tensor's dimensions ends soon too.
 * @throws MatchMulError tensor-too-large
 */
export function checkExtent(shape: readonly number[], what: string): void {
  const extent = extentOf(shape);
  if (!(extent <= maxElements)) throw error("tensor-too-large", what, extent, maxElements);
  if (shape.length > maxRank)
    throw error("tensor-too-large", `the list of dimensions of ${what}`, shape.length, maxRank);
}

/** The product of the dimensions that are not zero. */
export function extentOf(shape: readonly number[]): number {
  let n = 1;
  for (const d of shape) if (d !== 0) n *= d;
  return n;
}

/** A number as a 64-bit integer, cut towards zero; what is not finite becomes 0. */
export function toBig(value: number): bigint {
  return Number.isFinite(value) ? BigInt(Math.trunc(value)) : 0n;
}

/** A zeroed array for `length` elements. @throws MatchMulError tensor-too-large */
export function allocate(dtype: DType, length: number, what = "a tensor"): TensorData {
  if (!(length <= maxElements)) throw error("tensor-too-large", what, length, maxElements);
  return new dtypes[dtype].array(length);
}

const arrayTypes: [new (...args: never[]) => TensorData, DType][] = [
  [Float32Array, "float32"],
  [Float64Array, "float64"],
  [Int8Array, "int8"],
  [Uint8Array, "uint8"],
  [Int16Array, "int16"],
  [Uint16Array, "uint16"],
  [Int32Array, "int32"],
  [Uint32Array, "uint32"],
  [BigInt64Array, "int64"],
  [BigUint64Array, "uint64"],
];

/**
 * Makes a tensor. Typed arrays are taken as they are (no copy); their class gives the element type unless
 * `dtype` is given. Plain numbers are converted (float32 unless `dtype` is given).
 * @throws MatchMulError tensor-invalid when the number of elements is not the shape's
 */
export function tensor(
  shape: readonly number[],
  data: TensorData | readonly number[],
  dtype?: DType,
): Tensor {
  if (!Array.isArray(data)) {
    const own = arrayTypes.find(([type]) => data instanceof type)?.[1];
    const type = dtype ?? own;
    if (type === undefined || !(data instanceof dtypes[type].array))
      throw error("tensor-invalid", "given", `a ${data.constructor.name} does not hold ${type}`);
    if (data.length !== sizeOf(shape))
      throw error("tensor-invalid", "given", `${data.length} elements for shape [${shape.join(", ")}]`);
    return { dtype: type, shape: [...shape], data: data as TensorData };
  }
  const type = dtype ?? "float32";
  const out = allocate(type, data.length);
  if (isBig(type)) for (let i = 0; i < data.length; i++) out[i] = toBig(data[i]);
  else (out as NumberData).set(data);
  return tensor(shape, out, type);
}

/** A tensor of the shape filled with zeros. */
export function zeros(shape: readonly number[], dtype: DType = "float32"): Tensor {
  return { dtype, shape: [...shape], data: allocate(dtype, sizeOf(shape)) };
}

/** A scalar or one-dimensional int64 tensor of numbers, as ONNX writes shapes and axes. */
export function int64s(values: readonly number[], shape: readonly number[] = [values.length]): Tensor {
  return { dtype: "int64", shape: [...shape], data: BigInt64Array.from(values, (v) => BigInt(v)) };
}

/** All elements as JavaScript numbers (int64 beyond 2^53 is rounded, which is harmless for axes and shapes). */
export function numbers(t: Tensor): number[] {
  return Array.from(t.data as ArrayLike<number | bigint>, Number);
}

/** The data as a non-bigint array: the array itself, or a Float64Array copy of 64-bit integers. */
export function numberData(t: Tensor): NumberData {
  return isBig(t.dtype) ? Float64Array.from(t.data as BigData, Number) : (t.data as NumberData);
}

/** The same data with another shape of as many elements. */
export function reshaped(t: Tensor, shape: readonly number[]): Tensor {
  return { dtype: t.dtype, shape: [...shape], data: t.data };
}

/** "float32[1, 3, 32, 32]" */
export function describeTensor(t: Tensor): string {
  return `${t.dtype}[${t.shape.join(", ")}]`;
}

/** Row-major strides, in elements. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let s = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = s;
    s *= shape[i];
  }
  return strides;
}
