import { expect, test } from "vitest";
import { type DType, dtypes, numbers, parseTensor } from "../../src/index.js";
import { MessageWriter } from "../support/protobuf-writer.js";

function proto(dtype: DType, dims: number[], write: (w: MessageWriter) => void): Uint8Array {
  const w = new MessageWriter().string(8, "t");
  for (const d of dims) w.int(1, d);
  w.int(2, dtypes[dtype].onnx);
  write(w);
  return w.finish();
}

const raw = (dtype: DType, dims: number[], bytes: number[]) =>
  numbers(parseTensor(proto(dtype, dims, (w) => w.bytes(9, Uint8Array.from(bytes)))));

test("raw data of every type", () => {
  expect(raw("float32", [2], [0, 0, 128, 63, 0, 0, 32, 192])).toEqual([1, -2.5]);
  expect(raw("float64", [1], [0, 0, 0, 0, 0, 0, 4, 192])).toEqual([-2.5]);
  expect(raw("float16", [5], [0, 0x3c, 0, 0xc1, 1, 0, 0, 0x7c, 0xff, 0x7b])).toEqual([
    1,
    -2.5,
    2 ** -24,
    Infinity,
    65504,
  ]);
  expect(raw("bfloat16", [2], [0x80, 0x3f, 0x20, 0xc0])).toEqual([1, -2.5]);
  expect(raw("int8", [2], [255, 127])).toEqual([-1, 127]);
  expect(raw("uint8", [2], [255, 127])).toEqual([255, 127]);
  expect(raw("int16", [1], [0xfe, 0xff])).toEqual([-2]);
  expect(raw("uint16", [1], [0xfe, 0xff])).toEqual([65534]);
  expect(raw("int32", [1], [0xfe, 0xff, 0xff, 0xff])).toEqual([-2]);
  expect(raw("uint32", [1], [0xfe, 0xff, 0xff, 0xff])).toEqual([4294967294]);
  expect(raw("int64", [1], [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])).toEqual([-2]);
  expect(raw("uint64", [1], [1, 0, 0, 0, 1, 0, 0, 0])).toEqual([4294967297]);
  expect(raw("bool", [3], [0, 1, 2])).toEqual([0, 1, 1]);
  expect(raw("int4", [3], [0xf1, 0x08])).toEqual([1, -1, -8]);
  expect(raw("uint4", [3], [0xf1, 0x08])).toEqual([1, 15, 8]);
  expect(raw("int2", [5], [0b11_10_01_00, 0b10])).toEqual([0, 1, -2, -1, -2]);
  expect(raw("uint2", [4], [0b11_10_01_00])).toEqual([0, 1, 2, 3]);
  expect(raw("float8e4m3fn", [4], [0x38, 0xb8, 0x7e, 0x01])).toEqual([1, -1, 448, 2 ** -9]);
  expect(raw("float8e5m2", [4], [0x3c, 0xc0, 0x7b, 0x7c])).toEqual([1, -2, 57344, Infinity]);
  expect(raw("float8e4m3fnuz", [3], [0x40, 0x80, 0x7f])).toEqual([1, Number.NaN, 240]);
  expect(raw("float8e5m2fnuz", [2], [0x40, 0x7f])).toEqual([1, 57344]);
  expect(raw("float8e8m0", [3], [127, 0, 254])).toEqual([1, 2 ** -127, 2 ** 127]);
  expect(raw("float4e2m1", [4], [0x21, 0xf7])).toEqual([0.5, 1, 6, -6]);
});

test("typed fields of every type", () => {
  const typed = (dtype: DType, dims: number[], write: (w: MessageWriter) => void) =>
    numbers(parseTensor(proto(dtype, dims, write)));
  expect(typed("float32", [2], (w) => w.float(4, 1.5).float(4, -2))).toEqual([1.5, -2]);
  expect(typed("float64", [1], (w) => w.bytes(10, new Uint8Array(Float64Array.of(0.1).buffer)))).toEqual([
    0.1,
  ]);
  expect(typed("int64", [2], (w) => w.int(7, -3).int(7, 9))).toEqual([-3, 9]);
  expect(typed("uint64", [1], (w) => w.int(11, 2 ** 40))).toEqual([2 ** 40]);
  expect(typed("uint32", [1], (w) => w.int(11, 4294967295))).toEqual([4294967295]);
  for (const dtype of ["int32", "int16", "int8"] as DType[])
    expect(typed(dtype, [2], (w) => w.int(5, -3).int(5, 9))).toEqual([-3, 9]);
  for (const dtype of ["uint16", "uint8"] as DType[])
    expect(typed(dtype, [1], (w) => w.int(5, 200))).toEqual([200]);
  expect(typed("bool", [2], (w) => w.int(5, 1).int(5, 0))).toEqual([1, 0]);
  expect(typed("float16", [1], (w) => w.int(5, 0x3c00))).toEqual([1]);
  expect(typed("bfloat16", [1], (w) => w.int(5, 0x3f80))).toEqual([1]);
  expect(typed("uint4", [3], (w) => w.int(5, 0xf1).int(5, 0x08))).toEqual([1, 15, 8]);
});

test("empty tensors and scalars are tensors", () => {
  expect(raw("float32", [0, 3], [])).toEqual([]);
  expect(raw("uint8", [], [7])).toEqual([7]);
});

test("data that do not fit the shape, negative dimensions and strings are refused", () => {
  expect(() => raw("float32", [2], [0, 0, 128, 63])).toThrow("asks for 8 bytes, the file has 4");
  expect(() => raw("float32", [-1], [])).toThrow("dimension -1");
  expect(() => raw("float32", [2 ** 20, 2 ** 20], [])).toThrow("more than the limit");
  const text = new MessageWriter().int(1, 1).int(2, 8).string(8, "names").string(6, "a").finish();
  expect(() => parseTensor(text)).toThrow("tensor names has element type string, which is not supported");
});

test("aligned data are viewed in place, unaligned ones copied", () => {
  const bytes = proto("uint8", [4], (w) => w.bytes(9, Uint8Array.of(1, 2, 3, 4)));
  expect(parseTensor(bytes).data.buffer).toBe(bytes.buffer);
  for (const name of ["a", "ab", "abc", "abcd"]) {
    const w = new MessageWriter().string(8, name).int(1, 1).int(2, 1);
    const t = parseTensor(w.bytes(9, new Uint8Array(Float32Array.of(3.5).buffer)).finish());
    expect(numbers(t)).toEqual([3.5]);
  }
});
