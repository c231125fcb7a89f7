import { readNpz } from "@matchmul/common";
import { type ByteSamples, readCifar10, readPackets, sampleValues } from "@matchmul/model";
import type { QuantizedModel } from "@matchmul/quantizer";
import { firstImages, type Images, readImages } from "../images.js";

/**
 * Inputs for a model that is known by its int8 form alone: a .npz as `verify` takes it, a file of CIFAR-10's binary
 * version, or a .npz of bytes (`images`, uint8, channels last; `packets`, uint8), which enter as (byte - 128) / 128.
 *
 * @throws MatchMulError file-not-found, npz-*, inputs-*, labels-invalid, cifar10-*, samples-*
 */
export function imagesFor(model: QuantizedModel, path: string, limit = Number.POSITIVE_INFINITY): Images {
  const { name, shape } = model.tensors[model.input];
  const samples = bytesOf(path, shape);
  const images = samples === undefined ? readImages(path, { name, shape: [...shape] }) : valuesOf(samples);
  return firstImages(images, limit);
}

/** The file's bytes, where bytes are what it holds. */
function bytesOf(path: string, shape: readonly number[]): ByteSamples | undefined {
  if (/\.bin$/i.test(path)) return readCifar10(path);
  if (!/\.npz$/i.test(path)) return undefined;
  const arrays = readNpz(path);
  if (Object.hasOwn(arrays, "packets")) return readPackets(path);
  const [channels, ...size] = shape;
  const channelsLast = arrays.images?.shape.slice(1).join() === [...size, channels].join();
  return channelsLast && arrays.images.data instanceof Uint8Array ? readCifar10(path) : undefined;
}

function valuesOf(samples: ByteSamples): Images {
  const { path, count, shape, labels } = samples;
  const size = shape.reduce((a, b) => a * b, 1);
  const values = new Float32Array(count * size);
  for (let i = 0; i < count; i++) values.set(sampleValues(samples, i), i * size);
  return { path, count, shape, size, values, labels };
}
