import { error } from "./errors.js";
import type { QuantizedModel } from "./quantized-model.js";
import { formatSafetensors, parseSafetensors, type StoredArray } from "./safetensors.js";
import { validateModel } from "./validate/model.js";

/** In the JSON, an array is named by its tensor in the container. */
interface ArrayReference {
  $tensor: string;
}

const isStored = (value: unknown): value is StoredArray => ArrayBuffer.isView(value);

/** Replaces each typed array by a reference, named by its place in the model. */
function detach(
  value: unknown,
  path: string,
  arrays: Map<string, { shape: number[]; data: StoredArray }>,
): unknown {
  if (isStored(value)) {
    arrays.set(path, { shape: [value.length], data: value });
    return { $tensor: path } satisfies ArrayReference;
  }
  if (Array.isArray(value)) return value.map((v, i) => detach(v, `${path}.${i}`, arrays));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([k, v]) => [k, detach(v, path === "" ? k : `${path}.${k}`, arrays)]),
    );
  return value;
}

function attach(value: unknown, take: (name: string) => StoredArray): unknown {
  if (Array.isArray(value)) return value.map((v) => attach(v, take));
  if (typeof value !== "object" || value === null) return value;
  if ("$tensor" in value && typeof value.$tensor === "string") return take(value.$tensor);
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, attach(v, take)]));
}

/**
 * The model as one file: a safetensors container whose metadata hold the model's structure as JSON. The same model
 * always gives the same bytes. Name such files *.safetensors.
 */
export function saveQuantizedModel(model: QuantizedModel): Uint8Array {
  const arrays = new Map<string, { shape: number[]; data: StoredArray }>();
  const layers = detach(model.layers, "layers", arrays);
  const structure = JSON.stringify({ ...model, layers });
  return formatSafetensors(arrays, { format: model.format, model: structure });
}

/**
 * Reads what saveQuantizedModel wrote. Arrays may be views of `bytes`, so do not change it afterwards.
 * @param where what the bytes are, for messages; normally the file's path
 * @throws MatchMulError int8-model-invalid, accumulator-overflow
 */
export function loadQuantizedModel(bytes: Uint8Array, where = "the file"): QuantizedModel {
  const { arrays, metadata } = parseSafetensors(bytes, where);
  if (metadata.format !== "matchmul-int8")
    throw error("int8-model-invalid", where, "its metadata do not name the format matchmul-int8");
  let structure: unknown;
  try {
    structure = JSON.parse(metadata.model);
  } catch {
    throw error("int8-model-invalid", where, "its metadata do not hold the model's structure");
  }
  const used = new Set<string>();
  const model = attach(structure, (name) => {
    const array = arrays.get(name);
    if (array === undefined) throw error("int8-model-invalid", where, `tensor ${name} is missing`);
    used.add(name);
    return array.data;
  });
  const unused = [...arrays.keys()].find((name) => !used.has(name));
  if (unused !== undefined) throw error("int8-model-invalid", where, `tensor ${unused} belongs to no layer`);
  return validateModel(model, where);
}
