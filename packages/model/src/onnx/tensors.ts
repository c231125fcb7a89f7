import { error } from "../diagnostics.js";
import { type DType, dtypeOfOnnx, dtypes, onnxTypeName, type TensorData } from "../dtypes.js";
import { floatTable } from "../float-formats.js";
import { checkExtent, type Tensor } from "../tensor.js";
import { readExternalData } from "./external-data.js";
import { readTensorProto, type TensorProto } from "./protos.js";

/** Reads a TensorProto file's bytes, such as input_0.pb of an ONNX backend test case. */
export function parseTensor(bytes: Uint8Array, source = "the tensor"): Tensor & { name: string } {
  const proto = readTensorProto(bytes, source);
  return { name: proto.name, ...decodeTensor(proto, undefined) };
}

/**
 * The tensor of a TensorProto. Where its bytes are aligned for its element type they are viewed in place, else
 * copied. External data are looked for in `folder`.
 * @throws MatchMulError tensor-dtype, tensor-invalid, tensor-too-large, external-data-missing, external-data-path
 */
export function decodeTensor(proto: TensorProto, folder: string | undefined): Tensor {
  const name = proto.name === "" ? "(unnamed)" : proto.name;
  const dtype = dtypeOfOnnx(proto.dataType);
  if (dtype === undefined) throw error("tensor-dtype", `tensor ${name}`, onnxTypeName(proto.dataType));
  let count = 1;
  for (const d of proto.dims) {
    if (!Number.isSafeInteger(d) || d < 0)
      throw error("tensor-invalid", name, `dimension ${d} in shape [${proto.dims.join(", ")}]`);
    count *= d;
  }
  checkExtent(proto.dims, `tensor ${name}`);
  const shape = proto.dims;
  if (proto.external !== undefined) {
    const bytes = readExternalData(name, proto.external, byteLength(dtype, count), folder);
    return { dtype, shape, data: fromBytes(bytes, dtype, count, name) };
  }
  if (proto.raw !== undefined) return { dtype, shape, data: fromBytes(proto.raw, dtype, count, name) };
  return { dtype, shape, data: fromTypedField(proto, dtype, count, name) };
}

function byteLength(dtype: DType, count: number): number {
  return Math.ceil((count * dtypes[dtype].bits) / 8);
}

function check(name: string, dtype: DType, expected: number, present: number, unit: string): void {
  if (present !== expected)
    throw error(
      "tensor-invalid",
      name,
      `its ${dtype} shape asks for ${expected} ${unit}, the file has ${present}`,
    );
}

/** raw_data: little endian, row major, elements of less than a byte packed low bits first. */
function fromBytes(bytes: Uint8Array, dtype: DType, count: number, name: string): TensorData {
  check(name, dtype, byteLength(dtype, count), bytes.length, "bytes");
  const { bits, array } = dtypes[dtype];
  if (bits < 8) return decodeCodes(unpack(bytes, bits, count), dtype);
  if (array.BYTES_PER_ELEMENT * 8 !== bits) {
    const codes = bits === 8 ? bytes : (aligned(bytes, Uint16Array, count) as Uint16Array);
    return decodeCodes(codes, dtype);
  }
  if (dtype === "bool") return bytes.map((b) => (b === 0 ? 0 : 1));
  return aligned(bytes, array, count);
}

function aligned(bytes: Uint8Array, array: (typeof dtypes)[DType]["array"], count: number): TensorData {
  const width = array.BYTES_PER_ELEMENT;
  if (bytes.byteOffset % width === 0) return new array(bytes.buffer, bytes.byteOffset, count);
  const copy = new Uint8Array(count * width);
  copy.set(bytes);
  return new array(copy.buffer, 0, count);
}

function unpack(bytes: Uint8Array, bits: number, count: number): Uint8Array {
  const codes = new Uint8Array(count);
  const perByte = 8 / bits;
  const mask = (1 << bits) - 1;
  for (let i = 0; i < count; i++)
    codes[i] = (bytes[Math.floor(i / perByte)] >> ((i % perByte) * bits)) & mask;
  return codes;
}

/** From codes of a type narrower than its array: sign extension of small integers, values of small floats. */
function decodeCodes(codes: Uint8Array | Uint16Array, dtype: DType): TensorData {
  const { bits, kind } = dtypes[dtype];
  if (kind === "uint") return codes as Uint8Array;
  if (kind === "int") return Int8Array.from(codes, (c) => (c << (32 - bits)) >> (32 - bits));
  const out = new Float32Array(codes.length);
  if (dtype === "bfloat16") {
    // A bfloat16 is the upper half of a float32.
    const halves = new Uint16Array(out.buffer);
    for (let i = 0; i < codes.length; i++) halves[2 * i + 1] = codes[i];
    return out;
  }
  const table = floatTable(dtype);
  for (let i = 0; i < codes.length; i++) out[i] = table[codes[i]];
  return out;
}

/** The typed fields: which one holds which element type is said at TensorProto in onnx.proto. */
function fromTypedField(proto: TensorProto, dtype: DType, count: number, name: string): TensorData {
  const wide = (
    list: { bytes(): Uint8Array } | undefined,
    array: (typeof dtypes)[DType]["array"],
  ): TensorData => {
    const bytes = list?.bytes() ?? new Uint8Array(0);
    const width = array.BYTES_PER_ELEMENT;
    check(name, dtype, count, bytes.length / width, "elements");
    return aligned(bytes, array, count);
  };
  switch (dtype) {
    case "float32":
      return wide(proto.floatData, Float32Array);
    case "float64":
      return wide(proto.doubleData, Float64Array);
    case "int64":
      return wide(proto.int64Data, BigInt64Array);
    case "uint64":
      return wide(proto.uint64Data, BigUint64Array);
    case "uint32":
      return Uint32Array.from(wide(proto.uint64Data, BigUint64Array) as BigUint64Array, Number);
    case "int32":
      return wide(proto.int32Data, Int32Array);
  }
  const { bits, kind, array } = dtypes[dtype];
  if (bits < 8) {
    // Packed as in raw_data, one byte of packed elements per int32.
    const bytes = Uint8Array.from((proto.int32Data?.bytes() ?? []).filter((_, i) => i % 4 === 0));
    return fromBytes(bytes, dtype, count, name);
  }
  const values = wide(proto.int32Data, Int32Array) as Int32Array;
  if (kind === "float") return decodeCodes(Uint16Array.from(values), dtype);
  if (kind === "bool") return Uint8Array.from(values, (v) => (v === 0 ? 0 : 1));
  const out = new array(count) as Int32Array;
  out.set(values);
  return out;
}
