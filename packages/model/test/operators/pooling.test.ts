import { Random } from "@matchmul/common";
import { test } from "vitest";
import { randomTensor } from "../support/graphs.js";
import type { AttributeSpec } from "../support/onnx-writer.js";
import { compare, unknownShape } from "../support/oracle.js";

const random = new Random(25);

test.each<[x: number[], attributes: Record<string, AttributeSpec>]>([
  [[2, 3, 8, 8], { kernel_shape: [2, 2], strides: [2, 2] }],
  [[1, 2, 7, 8], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }],
  [[1, 2, 7, 8], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], count_include_pad: 1 }],
  [[1, 2, 7, 8], { kernel_shape: [3, 2], strides: [2, 3], ceil_mode: 1 }],
  [[1, 1, 10], { kernel_shape: [4], strides: [3] }],
  [[1, 2, 5, 6, 7], { kernel_shape: [2, 2, 3] }],
  [[1, 2, 9, 9], { kernel_shape: [3, 3], auto_pad: "SAME_UPPER", strides: [2, 2] }],
  [[1, 2, 9, 9], { kernel_shape: [2, 2], auto_pad: "SAME_LOWER" }],
  [[1, 2, 9, 9], { kernel_shape: [3, 3], dilations: [2, 1] }],
])("AveragePool of %j, %j, as ONNX Runtime", async (shape, attributes) => {
  await compare(
    "AveragePool",
    [randomTensor(random, shape)],
    [["y", "float32", unknownShape(shape.length)]],
    attributes,
    19,
    1e-6,
  );
});

test.each(["GlobalAveragePool", "GlobalMaxPool"])("%s as ONNX Runtime", async (op) => {
  for (const shape of [
    [2, 3, 7],
    [1, 4, 5, 6],
    [1, 2, 3, 4, 5],
  ])
    await compare(
      op,
      [randomTensor(random, shape)],
      [["y", "float32", unknownShape(shape.length)]],
      {},
      13,
      1e-6,
    );
});

test("ReduceMean, -Sum, -Max, -Min and -Prod as ONNX Runtime", async () => {
  for (const op of ["ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd"])
    for (const [axes, keepdims] of [
      [[2, 3], 0],
      [[-1], 1],
      [[0, 2], 1],
    ] as [number[], number][]) {
      const attributes: Record<string, AttributeSpec> = { axes, keepdims };
      const rank = keepdims ? 4 : 4 - axes.length;
      await compare(
        op,
        [randomTensor(random, [2, 3, 4, 5])],
        [["y", "float32", unknownShape(rank)]],
        attributes,
        11,
        1e-5,
      );
    }
});

test("BatchNormalization as ONNX Runtime", async () => {
  const c = () => randomTensor(random, [3], 0.1, 2);
  for (const shape of [
    [4, 3],
    [2, 3, 5],
    [2, 3, 4, 5],
  ])
    await compare(
      "BatchNormalization",
      [randomTensor(random, shape), c(), c(), c(), c()],
      [["y", "float32", shape]],
      { epsilon: { float: 0.001 } },
      15,
      1e-5,
    );
});
