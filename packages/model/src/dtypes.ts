/**
 * Element types of tensors, and the JavaScript arrays that hold them. Types JavaScript has no array for are
 * held widened: float16, bfloat16, the float8 and float4 types in a Float32Array whose every value the narrow
 * type can represent, 2- and 4-bit integers one per byte. bool is a Uint8Array of 0 and 1.
 */
export type DType =
  | "float32"
  | "float64"
  | "float16"
  | "bfloat16"
  | "float8e4m3fn"
  | "float8e4m3fnuz"
  | "float8e5m2"
  | "float8e5m2fnuz"
  | "float8e8m0"
  | "float4e2m1"
  | "int2"
  | "uint2"
  | "int4"
  | "uint4"
  | "int8"
  | "uint8"
  | "int16"
  | "uint16"
  | "int32"
  | "uint32"
  | "int64"
  | "uint64"
  | "bool";

export type NumberData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;
export type BigData = BigInt64Array | BigUint64Array;
export type TensorData = NumberData | BigData;

export interface DTypeInfo {
  /** TensorProto.DataType in onnx.proto. */
  onnx: number;
  /** Width of one element in a file, in bits. */
  bits: number;
  kind: "float" | "int" | "uint" | "bool";
  array: {
    new (length: number): TensorData;
    new (buffer: ArrayBufferLike, offset: number, length: number): TensorData;
    readonly BYTES_PER_ELEMENT: number;
  };
}

export const dtypes: Record<DType, DTypeInfo> = {
  float32: { onnx: 1, bits: 32, kind: "float", array: Float32Array },
  float64: { onnx: 11, bits: 64, kind: "float", array: Float64Array },
  float16: { onnx: 10, bits: 16, kind: "float", array: Float32Array },
  bfloat16: { onnx: 16, bits: 16, kind: "float", array: Float32Array },
  float8e4m3fn: { onnx: 17, bits: 8, kind: "float", array: Float32Array },
  float8e4m3fnuz: { onnx: 18, bits: 8, kind: "float", array: Float32Array },
  float8e5m2: { onnx: 19, bits: 8, kind: "float", array: Float32Array },
  float8e5m2fnuz: { onnx: 20, bits: 8, kind: "float", array: Float32Array },
  float8e8m0: { onnx: 24, bits: 8, kind: "float", array: Float32Array },
  float4e2m1: { onnx: 23, bits: 4, kind: "float", array: Float32Array },
  int2: { onnx: 26, bits: 2, kind: "int", array: Int8Array },
  uint2: { onnx: 25, bits: 2, kind: "uint", array: Uint8Array },
  int4: { onnx: 22, bits: 4, kind: "int", array: Int8Array },
  uint4: { onnx: 21, bits: 4, kind: "uint", array: Uint8Array },
  int8: { onnx: 3, bits: 8, kind: "int", array: Int8Array },
  uint8: { onnx: 2, bits: 8, kind: "uint", array: Uint8Array },
  int16: { onnx: 5, bits: 16, kind: "int", array: Int16Array },
  uint16: { onnx: 4, bits: 16, kind: "uint", array: Uint16Array },
  int32: { onnx: 6, bits: 32, kind: "int", array: Int32Array },
  uint32: { onnx: 12, bits: 32, kind: "uint", array: Uint32Array },
  int64: { onnx: 7, bits: 64, kind: "int", array: BigInt64Array },
  uint64: { onnx: 13, bits: 64, kind: "uint", array: BigUint64Array },
  bool: { onnx: 9, bits: 8, kind: "bool", array: Uint8Array },
};

const byOnnxCode = new Map<number, DType>();
for (const [name, info] of Object.entries(dtypes)) byOnnxCode.set(info.onnx, name as DType);

/** The element type of a TensorProto.DataType number; undefined for strings, complex and unknown types. */
export function dtypeOfOnnx(code: number): DType | undefined {
  return byOnnxCode.get(code);
}

/** What a person calls a TensorProto.DataType number, also of the types that are not supported. */
export function onnxTypeName(code: number): string {
  const others: Record<number, string> = { 0: "undefined", 8: "string", 14: "complex64", 15: "complex128" };
  return byOnnxCode.get(code) ?? others[code] ?? `number ${code}`;
}

export function isFloat(dtype: DType): boolean {
  return dtypes[dtype].kind === "float";
}

/** True for int64 and uint64, whose data are bigint. */
export function isBig(dtype: DType): dtype is "int64" | "uint64" {
  return dtype === "int64" || dtype === "uint64";
}

/** Smallest and largest value of an integer type. */
export function integerRange(dtype: DType): [min: number, max: number] {
  const { bits, kind } = dtypes[dtype];
  return kind === "int" ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
}
