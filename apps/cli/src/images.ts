import { type NdArray, readNpz } from "@matchmul/common";
import type { Graph } from "@matchmul/model";
import { error } from "./diagnostics.js";

/** Images as a model takes them, and their labels where the archive has any. */
export interface Images {
  path: string;
  /** Images in the archive. */
  count: number;
  /** One image's shape, without the batch dimension. */
  shape: number[];
  /** Values of one image. */
  size: number;
  /** [count][size], row major. */
  values: Float32Array;
  labels?: Int32Array;
}

/** The `i`-th image, as a view. */
export function image(images: Images, i: number): Float32Array {
  return images.values.subarray(i * images.size, (i + 1) * images.size);
}

/** The first `limit` of them. */
export function firstImages(images: Images, limit: number): Images {
  const count = Math.min(limit, images.count);
  return {
    ...images,
    count,
    values: images.values.subarray(0, count * images.size),
    labels: images.labels?.subarray(0, count),
  };
}

/** Name and shape, without the batch, of the one input a compiled model has. @throws MatchMulError model-input */
export function modelInput(graph: Graph): { name: string; shape: number[] } {
  if (graph.inputs.length !== 1)
    throw error("model-input", graph.name, `it has ${graph.inputs.length} inputs instead of one`);
  const [{ name, shape, dtype }] = graph.inputs;
  if (dtype !== "float32")
    throw error("model-input", graph.name, `its input ${name} is ${dtype}, not float32`);
  const own = shape?.slice(1);
  if (own === undefined || own.length === 0 || !own.every((d): d is number => typeof d === "number"))
    throw error("model-input", graph.name, `its input ${name} has shape [${shape?.join(", ") ?? "unknown"}]`);
  return { name, shape: own };
}

/**
 * Reads images of `shape` from a .npz (array named as the model's input, or `images`, `x`, `data`) or a lone .npy.
 * Integer arrays are taken as they are, unscaled.
 * @throws MatchMulError file-not-found, npz-*, inputs-array, inputs-shape, inputs-not-finite, labels-invalid
 */
export function readImages(path: string, input: { name: string; shape: number[] }): Images {
  const arrays = readNpz(path);
  const wanted = [input.name, "images", "x", "data"];
  const name = wanted.find((n) => Object.hasOwn(arrays, n));
  if (name === undefined) throw error("inputs-array", path, Object.keys(arrays), [...new Set(wanted)]);
  const array = arrays[name];
  const [count, ...own] = array.shape;
  const { shape } = input;
  if (
    array.shape.length === 0 ||
    count === 0 ||
    own.length !== shape.length ||
    own.some((d, i) => d !== shape[i])
  )
    throw error("inputs-shape", path, name, array.shape, ["N", ...shape]);
  const size = shape.reduce((a, b) => a * b, 1);
  const values = array.data instanceof Float32Array ? array.data : Float32Array.from(array.data);
  const bad = values.findIndex((v) => !Number.isFinite(v));
  if (bad >= 0) throw error("inputs-not-finite", path, name, Math.floor(bad / size));
  return { path, count, shape, size, values, labels: labelsOf(path, arrays.labels ?? arrays.y, count) };
}

function labelsOf(path: string, array: NdArray | undefined, count: number): Int32Array | undefined {
  if (array === undefined) return undefined;
  if (array.shape.length !== 1 || array.shape[0] !== count)
    throw error("labels-invalid", path, `have shape (${array.shape.join(", ")}); there are ${count} images`);
  const labels = Int32Array.from(array.data);
  const bad = labels.findIndex((label, i) => label !== array.data[i] || label < 0);
  if (bad >= 0) throw error("labels-invalid", path, `hold ${array.data[bad]}`);
  return labels;
}

/** How many of `classes` are the images' labels; undefined without labels. */
export function countRight(images: Images, classes: ArrayLike<number>): number | undefined {
  const { labels } = images;
  if (labels === undefined) return undefined;
  let right = 0;
  for (let i = 0; i < images.count; i++) if (labels[i] === classes[i]) right++;
  return right;
}
