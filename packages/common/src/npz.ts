import { readFileSync } from "node:fs";
import { unzipSync, zipSync } from "fflate";
import { defineDiagnostics, MatchMulError } from "./diagnostics.js";

/** A dense array as NumPy stores it: C order, little endian. int64 is narrowed to int32 on reading (checked). */
export interface NdArray {
  shape: number[];
  data:
    | Float32Array
    | Float64Array
    | Int8Array
    | Uint8Array
    | Int16Array
    | Uint16Array
    | Int32Array
    | Uint32Array;
}

const error = defineDiagnostics("npz", {
  "file-not-found": (path: string) => ({
    message: `${path} does not exist or cannot be read`,
    hint: "check the path",
  }),
  "npz-invalid": (path: string, why: string) => ({
    message: `${path} is not a NumPy .npy or .npz file: ${why}`,
    hint: "write it with numpy.savez(path, images=..., labels=...)",
  }),
  "npz-dtype": (path: string, dtype: string) => ({
    message: `${path} has element type ${dtype}, which is not read`,
    hint: "use uint8, int8, int16, int32, int64, float32 or float64, little endian",
  }),
});

/** Reads a whole file, or says in one diagnostic that it is not there. */
export function readFileOrFail(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch {
    throw error("file-not-found", path);
  }
}

/** Parses one .npy (format 1.0 to 3.0). @throws MatchMulError npz-invalid, npz-dtype */
export function parseNpy(bytes: Uint8Array, path: string): NdArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 10 || bytes[0] !== 0x93 || String.fromCharCode(...bytes.subarray(1, 6)) !== "NUMPY")
    throw error("npz-invalid", path, "the magic bytes are missing");
  const wide = bytes[6] >= 2;
  const headerLength = wide && bytes.length >= 12 ? view.getUint32(8, true) : view.getUint16(8, true);
  const start = (wide ? 12 : 10) + headerLength;
  if (start > bytes.length) throw error("npz-invalid", path, "the header is cut off");
  const header = new TextDecoder("latin1").decode(bytes.subarray(wide ? 12 : 10, start));
  const dtype = /'descr':\s*'([^']+)'/.exec(header)?.[1];
  const fortran = /'fortran_order':\s*(True|False)/.exec(header)?.[1];
  const dims = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1];
  if (dtype === undefined || fortran === undefined || dims === undefined)
    throw error("npz-invalid", path, "the header lacks descr, fortran_order or shape");
  const shape = dims
    .split(",")
    .map((d) => d.trim())
    .filter((d) => d !== "")
    .map(Number);
  if (shape.some((d) => !Number.isSafeInteger(d) || d < 0))
    throw error("npz-invalid", path, `shape (${dims})`);
  if (fortran === "True" && shape.filter((d) => d > 1).length > 1)
    throw error("npz-invalid", path, "Fortran order is not read; save numpy.ascontiguousarray(x)");
  const count = shape.reduce((a, b) => a * b, 1);
  const body = bytes.subarray(start);
  const take = (size: number): ArrayBuffer => {
    if (body.length < count * size)
      throw error("npz-invalid", path, `${count * size} bytes of data expected, ${body.length} present`);
    // A Buffer's own slice would be a view of the whole file.
    return Uint8Array.prototype.slice.call(body, 0, count * size).buffer as ArrayBuffer;
  };
  switch (dtype.replace(/^[|=]/, "<").replace("<", "")) {
    case "f4":
      return { shape, data: new Float32Array(take(4)) };
    case "f8":
      return { shape, data: new Float64Array(take(8)) };
    case "i1":
      return { shape, data: new Int8Array(take(1)) };
    case "u1":
    case "b1":
      return { shape, data: new Uint8Array(take(1)) };
    case "i2":
      return { shape, data: new Int16Array(take(2)) };
    case "u2":
      return { shape, data: new Uint16Array(take(2)) };
    case "i4":
      return { shape, data: new Int32Array(take(4)) };
    case "u4":
      return { shape, data: new Uint32Array(take(4)) };
    case "i8": {
      const wideValues = new BigInt64Array(take(8));
      const data = new Int32Array(count);
      for (let i = 0; i < count; i++) {
        const v = wideValues[i];
        if (v !== BigInt.asIntN(32, v))
          throw error("npz-invalid", path, `int64 value ${v} needs more than 32 bits`);
        data[i] = Number(v);
      }
      return { shape, data };
    }
    default:
      throw error("npz-dtype", path, dtype);
  }
}

/** Most bytes an array may unpack to, so that a damaged archive never asks for gigabytes. */
const mostBytes = 2 ** 30;

/** Lets .npy members through whose size can be true: deflate makes at most 1,032 bytes of one. */
function admit(path: string, name: string, packedBytes: number, bytes: number): boolean {
  if (!name.endsWith(".npy")) return false;
  if (bytes > 1032 * packedBytes + 64)
    throw error("npz-invalid", path, `${name} is larger than what it unpacks to`);
  if (bytes > mostBytes)
    throw error("npz-invalid", path, `${name} has ${bytes} bytes; up to ${mostBytes} are read`);
  return true;
}

/** Reads a .npz archive into its arrays by name; a lone .npy gives one array named `data`. */
export function readNpz(path: string): Record<string, NdArray> {
  const bytes = readFileOrFail(path);
  if (bytes[0] === 0x93) return { data: parseNpy(bytes, path) };
  let members: Record<string, Uint8Array>;
  try {
    members = unzipSync(bytes, {
      filter: ({ name, size, originalSize }) => admit(path, name, size, originalSize),
    });
  } catch (cause) {
    if (cause instanceof MatchMulError) throw cause;
    throw error("npz-invalid", path, "the zip archive cannot be read");
  }
  const arrays: Record<string, NdArray> = {};
  for (const [name, member] of Object.entries(members)) {
    arrays[name.slice(0, -4)] = parseNpy(member, `${path}:${name}`);
  }
  if (Object.keys(arrays).length === 0) throw error("npz-invalid", path, "it holds no .npy member");
  return arrays;
}

const dtypes: [new (n: number) => NdArray["data"], string][] = [
  [Float32Array, "<f4"],
  [Float64Array, "<f8"],
  [Int8Array, "|i1"],
  [Uint8Array, "|u1"],
  [Int16Array, "<i2"],
  [Uint16Array, "<u2"],
  [Int32Array, "<i4"],
  [Uint32Array, "<u4"],
];

/** One array as the bytes of a .npy file, format 1.0. */
export function formatNpy(array: NdArray): Uint8Array {
  const dtype = dtypes.find(([type]) => array.data instanceof type)![1];
  const shape = array.shape.length === 1 ? `${array.shape[0]},` : array.shape.join(", ");
  let header = `{'descr': '${dtype}', 'fortran_order': False, 'shape': (${shape}), }`;
  header = `${header.padEnd(Math.ceil((10 + header.length + 1) / 64) * 64 - 11)}\n`;
  const { data } = array;
  const out = new Uint8Array(10 + header.length + data.byteLength);
  out.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8]);
  out.set(new TextEncoder().encode(header), 10);
  out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 10 + header.length);
  return out;
}

/** The bytes of a .npz archive; the same arrays always give the same bytes. */
export function formatNpz(arrays: Record<string, NdArray>): Uint8Array {
  const members: Record<string, Uint8Array> = {};
  for (const [name, array] of Object.entries(arrays)) members[`${name}.npy`] = formatNpy(array);
  return zipSync(members, { level: 6, mtime: "1980-01-01T00:00:00" });
}
