import { statSync } from "node:fs";
import { readFileOrFail } from "@matchmul/common";
import { error } from "./diagnostics.js";
import { type ByteSamples, readByteArchive } from "./samples.js";

/** CIFAR-10's classes, by label. */
export const cifar10Classes: readonly string[] = [
  ...["airplane", "automobile", "bird", "cat", "deer"],
  ...["dog", "frog", "horse", "ship", "truck"],
];

const CHANNELS = 3;
const SIDE = 32;
const PIXELS = SIDE * SIDE;
const IMAGE_BYTES = CHANNELS * PIXELS;
/** A record of the binary version: the label, then the red, green and blue plane, rows first. */
const RECORD_BYTES = 1 + IMAGE_BYTES;
/** All of CIFAR-10 in one file. */
const MOST_IMAGES = 60_000;
/** CIFAR-100's records have a coarse and a fine label. */
const CIFAR100_RECORD_BYTES = RECORD_BYTES + 1;

/**
 * Reads CIFAR-10 images: a file of the binary version (`test_batch.bin`, `data_batch_1.bin`; see
 * https://www.cs.toronto.edu/~kriz/cifar.html), or a .npz with `images`, uint8 (N, 32, 32, 3), and `labels` (N).
 * @returns samples of shape 3 x 32 x 32, always with labels from the binary version
 * @throws MatchMulError file-not-found, cifar10-size, cifar10-label, and what readByteArchive throws
 */
export function readCifar10(path: string): ByteSamples {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > MOST_IMAGES * RECORD_BYTES)
    throw error("cifar10-size", path, `its ${size} bytes are more than ${MOST_IMAGES} images have`);
  const bytes = readFileOrFail(path);
  // "PK" starts a zip archive, and as a label would be out of range.
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return channelsFirst(readNpzImages(path));
  return parseCifar10(bytes, path);
}

/** Parses the binary version. @throws MatchMulError cifar10-size, cifar10-label */
export function parseCifar10(bytes: Uint8Array, path: string): ByteSamples {
  const count = bytes.length / RECORD_BYTES;
  if (count === 0) throw error("cifar10-size", path, "it is empty");
  if (!Number.isInteger(count)) {
    const other = bytes.length % CIFAR100_RECORD_BYTES === 0 ? "; CIFAR-100 has such files" : "";
    throw error(
      "cifar10-size",
      path,
      `its ${bytes.length} bytes are no whole number of records of ${RECORD_BYTES} bytes${other}`,
    );
  }
  const labels = new Int32Array(count);
  const images = new Uint8Array(count * IMAGE_BYTES);
  for (let n = 0; n < count; n++) {
    const start = n * RECORD_BYTES;
    labels[n] = bytes[start];
    if (labels[n] >= cifar10Classes.length) throw error("cifar10-label", path, n, labels[n]);
    images.set(bytes.subarray(start + 1, start + RECORD_BYTES), n * IMAGE_BYTES);
  }
  return { path, count, shape: [CHANNELS, SIDE, SIDE], bytes: images, labels };
}

const readNpzImages = (path: string): ByteSamples =>
  readByteArchive(path, ["images"], [SIDE, SIDE, CHANNELS], cifar10Classes.length);

/** (height, width, channels), as image files have them, to (channels, height, width). */
function channelsFirst(samples: ByteSamples): ByteSamples {
  const [height, width, channels] = samples.shape;
  const area = height * width;
  const bytes = new Uint8Array(samples.bytes.length);
  for (let n = 0; n < samples.count; n++) {
    const start = n * area * channels;
    for (let p = 0; p < area; p++)
      for (let c = 0; c < channels; c++)
        bytes[start + c * area + p] = samples.bytes[start + p * channels + c];
  }
  return { ...samples, shape: [channels, height, width], bytes };
}
