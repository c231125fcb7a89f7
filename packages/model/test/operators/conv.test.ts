import { Random } from "@matchmul/common";
import { expect, test } from "vitest";
import { importOnnx, tensor } from "../../src/index.js";
import { chain, randomTensor } from "../support/graphs.js";
import { type AttributeSpec, onnxModel } from "../support/onnx-writer.js";
import { compare, unknownShape } from "../support/oracle.js";

const random = new Random(24);

test.each<[name: string, x: number[], w: number[], attributes: Record<string, AttributeSpec>]>([
  ["plain", [2, 3, 8, 9], [5, 3, 3, 3], {}],
  ["padded and strided", [1, 3, 9, 8], [4, 3, 3, 2], { pads: [1, 0, 2, 1], strides: [2, 3] }],
  ["dilated", [1, 2, 11, 10], [3, 2, 3, 3], { dilations: [2, 3], pads: [2, 2, 2, 2] }],
  ["grouped", [2, 6, 7, 7], [9, 2, 3, 3], { group: 3 }],
  ["depthwise", [2, 8, 7, 7], [8, 1, 3, 3], { group: 8, pads: [1, 1, 1, 1] }],
  ["depthwise with a multiplier", [1, 4, 6, 6], [8, 1, 3, 3], { group: 4, strides: [2, 2] }],
  ["1 x 1", [1, 16, 5, 5], [32, 16, 1, 1], {}],
  ["one dimension", [2, 4, 15], [6, 4, 5], { pads: [2, 2], dilations: [2] }],
  ["one dimension, causal", [1, 2, 12], [3, 2, 3], { pads: [4, 0], dilations: [2] }],
  ["three dimensions", [1, 2, 5, 6, 4], [3, 2, 2, 3, 2], { pads: [1, 1, 0, 0, 1, 1], strides: [1, 2, 1] }],
  ["SAME_UPPER", [1, 3, 9, 8], [4, 3, 2, 3], { auto_pad: "SAME_UPPER", strides: [2, 2] }],
  ["SAME_LOWER", [1, 3, 9, 8], [4, 3, 2, 3], { auto_pad: "SAME_LOWER", strides: [2, 2] }],
  ["VALID", [1, 3, 9, 8], [4, 3, 2, 3], { auto_pad: "VALID", strides: [3, 2] }],
  ["long sums in several chunks", [1, 96, 40, 40], [8, 96, 3, 3], { pads: [1, 1, 1, 1] }],
])("Conv, %s, as ONNX Runtime", async (_, x, w, attributes) => {
  const y: [string, "float32", string[]][] = [["y", "float32", unknownShape(x.length)]];
  const [input, weights] = [randomTensor(random, x), randomTensor(random, w)];
  await compare("Conv", [input, weights], y, attributes, 13, 2e-5);
  await compare("Conv", [input, weights, randomTensor(random, [w[0]])], y, attributes, 13, 2e-5);
});

test("channels that do not fit, and windows larger than the input, are refused", () => {
  const conv = (x: number[], w: number[], attributes = {}) =>
    importOnnx(
      onnxModel(
        chain(x, [["Conv", ["w"], attributes]], ["a", "b", "c", "d"], { w: randomTensor(random, w) }),
      ),
    );
  expect(() => conv([1, 3, 8, 8], [4, 2, 3, 3])).toThrow("Conv node Conv_0: shapes conflict");
  expect(() => conv([1, 2, 2, 8], [4, 2, 3, 3])).toThrow(
    "Conv node Conv_0: a window of 3 over a length of 2",
  );
  expect(() => conv([1, 2, 8, 8], [4, 2, 3, 3], { strides: [0, 1] })).toThrow("strides [0, 1]");
  expect(() => conv([1, 2, 8, 8], [4, 2, 3, 3], { pads: [0, 0, -1, 0] })).toThrow("pads [0, 0, -1, 0]");
});

test("a symbolic height gives a symbolic height", () => {
  const graph = importOnnx(
    onnxModel(
      chain(["N", 1, "H", 8], [["Conv", ["w"]]], ["N", 2, "h", 6], {
        w: tensor([2, 1, 3, 3], new Array(18).fill(1)),
      }),
    ),
  );
  expect(graph.outputs[0].shape).toEqual(["N", 2, "h", 6]);
});
