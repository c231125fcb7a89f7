import { closeSync, fstatSync, openSync, readSync, realpathSync } from "node:fs";
import { isAbsolute, join, sep } from "node:path";
import { error } from "../diagnostics.js";

/**
 * The bytes of a tensor kept outside the .onnx file (docs/ExternalData.md of ONNX). Only files inside the
 * model's folder are read, symbolic links resolved, so that a foreign model cannot name /etc/passwd.
 * @throws MatchMulError external-data-missing, external-data-path, tensor-invalid
 */
export function readExternalData(
  tensor: string,
  entries: ReadonlyMap<string, string>,
  expected: number,
  folder: string | undefined,
): Uint8Array {
  const location = entries.get("location") ?? "";
  const parts = location.split(/[\\/]/);
  if (
    location === "" ||
    location.includes("\0") ||
    isAbsolute(location) ||
    /^[a-z]:/i.test(location) ||
    parts.includes("..")
  )
    throw error("external-data-path", tensor, location);
  if (folder === undefined) throw error("external-data-missing", tensor, location);
  const path = join(folder, location);
  let descriptor: number;
  try {
    const real = realpathSync(path);
    const root = realpathSync(folder);
    if (!real.startsWith(root.endsWith(sep) ? root : root + sep))
      throw error("external-data-path", tensor, location);
    descriptor = openSync(real, "r");
  } catch (cause) {
    if (cause instanceof Error && cause.name === "MatchMulError") throw cause;
    throw error("external-data-missing", tensor, path);
  }
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) throw error("external-data-missing", tensor, path);
    const offset = number(tensor, entries, "offset", 0);
    const length = number(tensor, entries, "length", expected);
    if (length !== expected)
      throw error(
        "tensor-invalid",
        tensor,
        `its shape asks for ${expected} bytes, its external length is ${length}`,
      );
    if (offset + length > stat.size)
      throw error(
        "tensor-invalid",
        tensor,
        `bytes ${offset} to ${offset + length} of ${path}, which has ${stat.size}`,
      );
    const bytes = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const count = readSync(descriptor, bytes, done, length - done, offset + done);
      if (count === 0) throw error("external-data-missing", tensor, path);
      done += count;
    }
    return bytes;
  } catch (cause) {
    if (cause instanceof Error && cause.name === "MatchMulError") throw cause;
    throw error("external-data-missing", tensor, path);
  } finally {
    closeSync(descriptor);
  }
}

function number(tensor: string, entries: ReadonlyMap<string, string>, key: string, fallback: number): number {
  const text = entries.get(key);
  if (text === undefined) return fallback;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value))
    throw error("tensor-invalid", tensor, `external ${key} ${JSON.stringify(text)}`);
  return value;
}
