import { error } from "./errors.js";

/**
 * The safetensors container: an 8-byte little-endian header length, a JSON header of tensor names to data type, shape
 * and byte range, then the data without holes. https://github.com/huggingface/safetensors#format
 */

export type StoredArray = Int8Array | Uint8Array | Int16Array | Int32Array;

const types = [
  ["I32", Int32Array],
  ["I16", Int16Array],
  ["I8", Int8Array],
  ["U8", Uint8Array],
] as const;

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** Same arrays and metadata, same bytes: wide types first, so that all are aligned, each group in the given order. */
export function formatSafetensors(
  arrays: ReadonlyMap<string, { shape: number[]; data: StoredArray }>,
  metadata: Record<string, string>,
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  const placed: [number, StoredArray][] = [];
  let offset = 0;
  for (const [dtype, type] of types)
    for (const [name, { shape, data }] of arrays) {
      if (!(data instanceof type)) continue;
      header[name] = { dtype, shape, data_offsets: [offset, offset + data.byteLength] };
      placed.push([offset, data]);
      offset += data.byteLength;
    }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = Math.ceil(json.length / 8) * 8;
  const out = new Uint8Array(8 + headerLength + offset).fill(0x20, 8, 8 + headerLength);
  new DataView(out.buffer).setBigUint64(0, BigInt(headerLength), true);
  out.set(json, 8);
  for (const [at, data] of placed)
    out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 8 + headerLength + at);
  return out;
}

/**
 * Reads a container. The arrays are views of `bytes` where its alignment allows, copies otherwise.
 * @param where what the bytes are, for messages
 * @throws MatchMulError int8-model-invalid
 */
export function parseSafetensors(
  bytes: Uint8Array,
  where: string,
): { arrays: Map<string, { shape: number[]; data: StoredArray }>; metadata: Record<string, string> } {
  const fail = (why: string) => error("int8-model-invalid", where, why);
  if (bytes.length < 8) throw fail("it is too short to hold a header");
  const headerLength = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (headerLength > bytes.length - 8)
    throw fail("the header's length is beyond the file's end: it is cut off, or no safetensors file");
  let header: Record<string, unknown>;
  try {
    header = JSON.parse(
      new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + headerLength)),
    );
  } catch {
    throw fail("the header is not JSON");
  }
  if (typeof header !== "object" || header === null || Array.isArray(header))
    throw fail("the header is not an object");
  const body = bytes.subarray(8 + headerLength);
  const arrays = new Map<string, { shape: number[]; data: StoredArray }>();
  let metadata: Record<string, string> = {};
  const ranges: [number, number][] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === "__metadata__") {
      if (!isRecord(value) || Object.values(value).some((v) => typeof v !== "string"))
        throw fail("its metadata is not text");
      metadata = value as Record<string, string>;
      continue;
    }
    const entry = checkEntry(value, body.length, (why) => fail(`tensor ${name} ${why}`));
    ranges.push(entry.data_offsets);
    const type = types.find(([dtype]) => dtype === entry.dtype)![1];
    const [begin, end] = entry.data_offsets;
    const at = body.byteOffset + begin;
    const data =
      at % type.BYTES_PER_ELEMENT === 0
        ? new type(body.buffer as ArrayBuffer, at, (end - begin) / type.BYTES_PER_ELEMENT)
        : new type(body.slice(begin, end).buffer as ArrayBuffer);
    arrays.set(name, { shape: entry.shape, data });
  }
  ranges.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let covered = 0;
  for (const [begin, end] of ranges) {
    if (begin !== covered) throw fail("the tensors' data overlap or leave holes");
    covered = end;
  }
  if (covered !== body.length) throw fail(`${body.length} bytes of data present, ${covered} named`);
  return { arrays, metadata };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function checkEntry(value: unknown, bodyLength: number, fail: (why: string) => Error): Entry {
  const natural = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;
  if (!isRecord(value)) throw fail("has no entry");
  const { dtype, shape, data_offsets: offsets } = value;
  const type = types.find(([name]) => name === dtype)?.[1];
  if (type === undefined) throw fail(`has data type ${String(dtype)}, which int8 models do not use`);
  if (!Array.isArray(shape) || !shape.every(natural)) throw fail("has no valid shape");
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(natural) || offsets[1] < offsets[0])
    throw fail("has no valid byte range");
  if (offsets[1] > bodyLength) throw fail("lies beyond the file's end: the file is cut off");
  if (shape.reduce((a, b) => a * b, 1) * type.BYTES_PER_ELEMENT !== offsets[1] - offsets[0])
    throw fail("has a byte range of another size than its shape");
  return { dtype: dtype as string, shape, data_offsets: offsets as [number, number] };
}
