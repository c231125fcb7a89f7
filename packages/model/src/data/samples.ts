import { type NdArray, readNpz } from "@matchmul/common";
import { error } from "./diagnostics.js";

/** Images or packets as a data set stores them: bytes, and where known what they are. */
export interface ByteSamples {
  /** Where they come from, for messages. */
  path: string;
  count: number;
  /** One sample's shape as the model takes it: channels first, no batch dimension. */
  shape: number[];
  /** [count][...shape], row major. */
  bytes: Uint8Array;
  /** The class of each. */
  labels?: Int32Array;
}

/** The `i`-th sample's bytes, as a view. */
export function sampleBytes(samples: ByteSamples, i: number): Uint8Array {
  const size = samples.bytes.length / samples.count;
  return samples.bytes.subarray(i * size, (i + 1) * size);
}

/**
 * Bytes as the project's byte models take them: (byte - 128) / 128, from -1 to 127/128, exact in binary. At the input
 * scale 1/128 the int8 value is byte - 128, the byte with its highest bit flipped.
 */
export function centredBytes(bytes: Uint8Array): Float32Array {
  return Float32Array.from(bytes, (b) => (b - 128) / 128);
}

/** The `i`-th sample as the model takes it. */
export function sampleValues(samples: ByteSamples, i: number): Float32Array {
  return centredBytes(sampleBytes(samples, i));
}

const words = (array: NdArray): string =>
  `${array.data.constructor.name.replace("Array", "").toLowerCase()} (${array.shape.join(", ")})`;

/**
 * Reads bytes of shape (N, ...stored) and, where there are any, `labels` (N) below `classes` from a .npz.
 * @param names array names that are looked for, in this order
 * @throws MatchMulError file-not-found, npz-invalid, npz-dtype, samples-array, samples-shape, samples-labels
 */
export function readByteArchive(
  path: string,
  names: readonly string[],
  stored: readonly number[],
  classes: number,
): ByteSamples {
  const arrays = readNpz(path);
  const name = names.find((n) => Object.hasOwn(arrays, n));
  if (name === undefined) throw error("samples-array", path, Object.keys(arrays), names);
  const { data, shape } = arrays[name];
  const fits = shape.length === stored.length + 1 && stored.every((d, i) => d === shape[i + 1]);
  if (!(data instanceof Uint8Array) || !fits || shape[0] === 0)
    throw error("samples-shape", path, name, words(arrays[name]), `uint8 (N, ${stored.join(", ")})`);
  const labels = Object.hasOwn(arrays, "labels")
    ? labelsOf(path, arrays.labels, shape[0], classes)
    : undefined;
  return { path, count: shape[0], shape: [...stored], bytes: data, labels };
}

function labelsOf(path: string, array: NdArray, count: number, classes: number): Int32Array {
  if (array.shape.length !== 1 || array.shape[0] !== count)
    throw error("samples-labels", path, `have shape (${array.shape.join(", ")}); there are ${count} samples`);
  const labels = Int32Array.from(array.data);
  const bad = labels.findIndex((label, i) => label !== array.data[i] || label < 0 || label >= classes);
  if (bad >= 0)
    throw error("samples-labels", path, `hold ${array.data[bad]}, which is none of 0 to ${classes - 1}`);
  return labels;
}
