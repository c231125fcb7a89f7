import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatNpz, Random } from "@matchmul/common";
import { afterAll, describe, expect, test } from "vitest";
import { parseCifar10, readCifar10, sampleBytes, sampleValues } from "../../src/index.js";

const folder = mkdtempSync(join(tmpdir(), "cifar10-"));
afterAll(() => rmSync(folder, { recursive: true }));

const random = new Random(10);
const COUNT = 3;
const labels = [0, 9, 4];
/** One pixel's value by image, row, column and channel. */
const pixels = Uint8Array.from({ length: COUNT * 32 * 32 * 3 }, () => random.integer(0, 255));
const pixel = (n: number, y: number, x: number, c: number) => pixels[((n * 32 + y) * 32 + x) * 3 + c];

/** The same images in the binary version. */
function binary(): Uint8Array {
  const bytes: number[] = [];
  for (let n = 0; n < COUNT; n++) {
    bytes.push(labels[n]);
    for (let c = 0; c < 3; c++)
      for (let y = 0; y < 32; y++) for (let x = 0; x < 32; x++) bytes.push(pixel(n, y, x, c));
  }
  return Uint8Array.from(bytes);
}

function file(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const images = { shape: [COUNT, 32, 32, 3], data: pixels };
const archive = (name: string, arrays: Parameters<typeof formatNpz>[0]) => file(name, formatNpz(arrays));
const code = (run: () => unknown): string => {
  try {
    run();
  } catch (thrown) {
    return (thrown as { code: string }).code;
  }
  return "none";
};

describe("CIFAR-10 from the binary version and from .npz", () => {
  test.each([
    ["binary", () => file("test_batch.bin", binary())],
    [".npz", () => archive("a.npz", { images, labels: { shape: [COUNT], data: Int32Array.from(labels) } })],
  ])("%s: every pixel, channels first", (_, make) => {
    const samples = readCifar10(make());
    expect(samples).toMatchObject({ count: COUNT, shape: [3, 32, 32] });
    expect([...samples.labels!]).toEqual(labels);
    for (let n = 0; n < COUNT; n++) {
      const bytes = sampleBytes(samples, n);
      const values = sampleValues(samples, n);
      expect(bytes.length).toBe(3072);
      for (let i = 0; i < 3072; i++) {
        const expected = pixel(n, Math.floor(i / 32) % 32, i % 32, Math.floor(i / 1024));
        expect(bytes[i]).toBe(expected);
        expect(values[i]).toBe((expected - 128) / 128);
      }
    }
  });

  test("an archive may lack labels", () => {
    expect(readCifar10(archive("unlabelled.npz", { images })).labels).toBeUndefined();
  });

  test.each<[string, () => string, string]>([
    ["no file", () => join(folder, "none"), "file-not-found"],
    ["a folder", () => folder, "file-not-found"],
    ["nothing", () => file("empty.bin", new Uint8Array()), "cifar10-size"],
    ["a cut file", () => file("cut.bin", binary().subarray(0, -1)), "cifar10-size"],
    ["CIFAR-100", () => file("train.bin", new Uint8Array(2 * 3074)), "cifar10-size"],
    [
      "more than CIFAR-10 has",
      () => {
        const path = file("large.bin", new Uint8Array(1));
        truncateSync(path, 8 * 2 ** 30); // sparse: takes no space
        return path;
      },
      "cifar10-size",
    ],
    ["other bytes", () => file("noise.bin", new Uint8Array(3073 * 2).fill(200)), "cifar10-label"],
    ["a damaged archive", () => file("bad.npz", Uint8Array.from([0x50, 0x4b, 3, 4, 0])), "npz-invalid"],
    ["no images", () => archive("x.npz", { x: images }), "samples-array"],
    [
      "channels first",
      () => archive("chw.npz", { images: { shape: [COUNT, 3, 32, 32], data: pixels } }),
      "samples-shape",
    ],
    [
      "floats",
      () => archive("float.npz", { images: { shape: [1, 32, 32, 3], data: new Float32Array(3072) } }),
      "samples-shape",
    ],
    [
      "no image",
      () => archive("none.npz", { images: { shape: [0, 32, 32, 3], data: new Uint8Array(0) } }),
      "samples-shape",
    ],
    [
      "too few labels",
      () => archive("few.npz", { images, labels: { shape: [2], data: Int32Array.of(1, 2) } }),
      "samples-labels",
    ],
    [
      "an unknown class",
      () => archive("ten.npz", { images, labels: { shape: [3], data: Int32Array.of(1, 2, 10) } }),
      "samples-labels",
    ],
    [
      "half a class",
      () => archive("half.npz", { images, labels: { shape: [3], data: Float32Array.of(1, 2, 0.5) } }),
      "samples-labels",
    ],
  ])("%s is refused", (_, make, expected) => {
    expect(code(() => readCifar10(make()))).toBe(expected);
  });

  test("the message says what is wrong", () => {
    expect(() => parseCifar10(new Uint8Array(3074), "train.bin")).toThrow(/3074 bytes.*CIFAR-100/);
    const bytes = binary();
    bytes[3073] = 17;
    expect(() => parseCifar10(bytes, "t.bin")).toThrow("image 1 has label 17");
  });
});
