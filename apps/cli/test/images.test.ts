import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatNpy, formatNpz, type NdArray } from "@matchmul/common";
import { importOnnx } from "@matchmul/model";
import { expect, test } from "vitest";
import { countRight, firstImages, image, modelInput, readImages } from "../src/images.js";
import { model, temporaryDirectory, testImages } from "./support/matchmul.js";

const work = temporaryDirectory();
const input = { name: "image", shape: [2, 2] };
const pixels: NdArray = { shape: [3, 2, 2], data: Uint8Array.from({ length: 12 }, (_, i) => i) };
const labels: NdArray = { shape: [3], data: Int32Array.of(0, 1, 2) };

function archive(arrays: Record<string, NdArray>): string {
  const path = join(work, "images.npz");
  writeFileSync(path, formatNpz(arrays));
  return path;
}

test.each(["image", "images", "x", "data"])("reads the array %s, integers unscaled", (name) => {
  const images = readImages(archive({ [name]: pixels, labels }), input);
  expect(images).toMatchObject({ count: 3, size: 4, shape: [2, 2] });
  expect([...image(images, 2)]).toEqual([8, 9, 10, 11]);
  expect(countRight(images, [0, 1, 1])).toBe(2);
});

test("prefers the array that is named as the model's input", () => {
  const other = { shape: [1, 2, 2], data: new Float32Array(4) };
  expect(readImages(archive({ images: other, image: pixels }), input).count).toBe(3);
});

test("reads a lone .npy, without labels", () => {
  const path = join(work, "images.npy");
  writeFileSync(path, formatNpy(pixels));
  const images = readImages(path, input);
  expect([...images.values]).toEqual([...pixels.data]);
  expect(countRight(images, [0, 0, 0])).toBeUndefined();
});

test("takes the first images with their labels", () => {
  const two = firstImages(readImages(archive({ images: pixels, labels }), input), 2);
  expect(two.count).toBe(2);
  expect(two.values).toHaveLength(8);
  expect(countRight(two, [0, 1])).toBe(2);
});

test.each<[string, Record<string, NdArray>, string]>([
  ["no image", { images: { shape: [0, 2, 2], data: new Float32Array(0) } }, "inputs-shape"],
  ["no batch dimension", { images: { shape: [2, 2], data: new Float32Array(4) } }, "inputs-shape"],
  ["another shape", { images: { shape: [1, 4], data: new Float32Array(4) } }, "inputs-shape"],
  [
    "infinity",
    { images: { shape: [1, 2, 2], data: Float32Array.of(0, 1, Number.POSITIVE_INFINITY, 2) } },
    "inputs-not-finite",
  ],
  ["too few labels", { images: pixels, labels: { shape: [2], data: Int32Array.of(0, 1) } }, "labels-invalid"],
  [
    "a negative label",
    { images: pixels, labels: { shape: [3], data: Int32Array.of(0, -1, 2) } },
    "labels-invalid",
  ],
  [
    "a broken label",
    { images: pixels, labels: { shape: [3], data: Float32Array.of(0, 0.5, 2) } },
    "labels-invalid",
  ],
])("refuses %s", (_, arrays, code) => {
  expect(() => readImages(archive(arrays), input)).toThrow(expect.objectContaining({ code }));
});

test("images with their channels last are told how to be turned", () => {
  const path = archive({ images: { shape: [1, 4, 5, 3], data: new Float32Array(60) } });
  const hint = "the channels come last there: save numpy.transpose(images, (0, 3, 1, 2))";
  expect(() => readImages(path, { name: "x", shape: [3, 4, 5] })).toThrow(expect.objectContaining({ hint }));
});

test("the digits are what their README says", () => {
  const graph = importOnnx(model);
  expect(modelInput(graph)).toEqual({ name: "image", shape: [64] });
  const images = readImages(testImages, modelInput(graph));
  expect(images.count).toBe(450);
  // Pixels 0 to 16, divided by 16.
  expect(images.values.every((v) => Number.isInteger(v * 16) && v >= 0 && v <= 1)).toBe(true);
  expect(new Set(images.labels)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
});
