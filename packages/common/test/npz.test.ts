import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { formatNpy, formatNpz, type NdArray, parseNpy, readFileOrFail, readNpz } from "../src/npz.js";

const work = mkdtempSync(join(tmpdir(), "npz-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const path = join(work, "arrays.npz");
const write = (bytes: Uint8Array | string) => writeFileSync(path, bytes);
const code = (expected: string) => expect.objectContaining({ code: expected });

const kinds = [
  Float32Array,
  Float64Array,
  Int8Array,
  Uint8Array,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
];
const arrays: fc.Arbitrary<NdArray> = fc
  .tuple(fc.constantFrom(...kinds), fc.array(fc.nat(4), { maxLength: 4 }), fc.nat())
  .map(([Kind, shape, seed]) => ({
    shape,
    data: new Kind(shape.reduce((a, b) => a * b, 1)).map((_: number, i: number) => (seed + i * 37) % 100),
  }));

test("arrays read back as they were written, of every type and shape", () => {
  fc.assert(
    fc.property(arrays, arrays, (a, b) => {
      write(formatNpz({ a, b }));
      expect(readNpz(path)).toEqual({ a, b });
      write(formatNpy(a));
      expect(readNpz(path)).toEqual({ data: a });
    }),
    { numRuns: 60 },
  );
});

test("the same arrays give the same bytes", () => {
  const a = { shape: [2], data: Int8Array.of(1, 2) };
  expect(formatNpz({ a })).toEqual(formatNpz({ a }));
});

/** A .npy as NumPy writes it, with any header. */
function npy(header: string, data: Uint8Array, version = 1): Uint8Array {
  const wide = version > 1;
  const length = wide
    ? [header.length & 255, header.length >> 8, 0, 0]
    : [header.length & 255, header.length >> 8];
  return Uint8Array.from([
    0x93,
    ...Buffer.from("NUMPY"),
    version,
    0,
    ...length,
    ...Buffer.from(header),
    ...data,
  ]);
}
const header = (descr: string, shape: string, fortran = "False") =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': (${shape}), }\n`;

describe("what NumPy writes", () => {
  test("int64 is narrowed, and refused where it does not fit", () => {
    const values = BigInt64Array.of(-3n, 7n);
    const small = npy(header("<i8", "2,"), new Uint8Array(values.buffer));
    expect([...parseNpy(small, "f").data]).toEqual([-3, 7]);
    const large = BigInt64Array.of(1n << 40n);
    expect(() => parseNpy(npy(header("<i8", "1,"), new Uint8Array(large.buffer)), "f")).toThrow(
      /more than 32 bits/,
    );
  });

  test("a scalar, format 2, and Fortran order of one dimension", () => {
    expect(parseNpy(npy(header("|u1", ""), Uint8Array.of(9)), "f")).toEqual({
      shape: [],
      data: Uint8Array.of(9),
    });
    expect(parseNpy(npy(header("|u1", "1,"), Uint8Array.of(9), 2), "f").shape).toEqual([1]);
    expect(parseNpy(npy(header("|u1", "1,", "True"), Uint8Array.of(9)), "f").shape).toEqual([1]);
  });
});

describe("refuses", () => {
  test.each([
    ["big endian", npy(header(">f4", "1,"), new Uint8Array(4)), "npz-dtype"],
    ["objects", npy(header("|O", "1,"), new Uint8Array(8)), "npz-dtype"],
    ["Fortran order of two dimensions", npy(header("|u1", "2, 2", "True"), new Uint8Array(4)), "npz-invalid"],
    ["too few data", npy(header("<f4", "1000000000000,"), new Uint8Array(4)), "npz-invalid"],
    ["a negative dimension", npy(header("<f4", "-1,"), new Uint8Array(4)), "npz-invalid"],
    ["a header that is cut off", npy(header("<f4", "1,"), new Uint8Array(4)).subarray(0, 30), "npz-invalid"],
    [
      "a header without shape",
      npy("{'descr': '<f4', 'fortran_order': False}", new Uint8Array(4)),
      "npz-invalid",
    ],
    ["other bytes", Uint8Array.from({ length: 64 }, (_, i) => i), "npz-invalid"],
  ])("%s", (_, bytes, expected) => {
    expect(() => parseNpy(bytes, "f.npy")).toThrow(code(expected));
  });

  test("a file that is not there, no archive, or one without arrays", () => {
    expect(() => readFileOrFail(join(work, "nowhere"))).toThrow(code("file-not-found"));
    write("not an archive");
    expect(() => readNpz(path)).toThrow(code("npz-invalid"));
    write(formatNpz({ a: { shape: [1], data: Int8Array.of(1) } }).subarray(0, 40));
    expect(() => readNpz(path)).toThrow(code("npz-invalid"));
    write(formatNpz({}));
    expect(() => readNpz(path)).toThrow(code("npz-invalid"));
  });

  test("a member that claims gigabytes, before it asks for them", () => {
    const good = formatNpz({ a: { shape: [2], data: Float32Array.of(1, 2) } });
    const claim = Buffer.from(good);
    // The uncompressed size in the central directory, whose records begin with PK 1 2.
    claim.writeUInt32LE(0xf0000000, claim.indexOf(Buffer.from([0x50, 0x4b, 1, 2])) + 24);
    write(claim);
    expect(() => readNpz(path)).toThrow(/larger than what it unpacks to/);
  });

  test("any damage of one byte, without another kind of error", () => {
    const good = formatNpz({ a: { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) } });
    for (let i = 0; i < good.length; i++) {
      const bad = Uint8Array.from(good);
      bad[i] ^= 0x5a;
      write(bad);
      try {
        readNpz(path);
      } catch (thrown) {
        expect(thrown).toMatchObject({ name: "MatchMulError" });
      }
    }
  });
});
