import { Random } from "@matchmul/common";
import { expect, test } from "vitest";
import { type DType, importOnnx, runGraph, sizeOf, tensor } from "../../src/index.js";
import { randomTensor } from "../support/graphs.js";
import { onnxModel } from "../support/onnx-writer.js";
import { compare, unknownShape } from "../support/oracle.js";

const random = new Random(22);
const shapes: [number[], number[]][] = [
  [
    [2, 3, 4],
    [2, 3, 4],
  ],
  [[2, 3, 4], [4]],
  [
    [3, 1],
    [2, 1, 5],
  ],
  [[], [2, 2]],
  [
    [2, 3, 1, 1],
    [3, 4, 5],
  ],
];

test.each(["Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Sum"])(
  "%s broadcasts as in ONNX Runtime",
  async (op) => {
    for (const [a, b] of shapes)
      await compare(
        op,
        [randomTensor(random, a, 0.1, 3), randomTensor(random, b, 0.1, 3)],
        [["y", "float32", unknownShape(Math.max(a.length, b.length))]],
        {},
        15,
        1e-6,
      );
  },
);

test.each(["Less", "LessOrEqual", "Greater", "GreaterOrEqual", "Equal"])(
  "%s as in ONNX Runtime",
  async (op) => {
    for (const dtype of ["float32", "int32", "int64"] as DType[])
      for (const [a, b] of shapes) {
        const some = (shape: number[]) =>
          tensor(
            shape,
            Array.from({ length: sizeOf(shape) }, () => random.integer(-2, 2)),
            dtype,
          );
        await compare(
          op,
          [some(a), some(b)],
          [["y", "bool", unknownShape(Math.max(a.length, b.length))]],
          {},
          16,
        );
      }
  },
);

test.each(["Add", "Sub", "Mul", "Div"])(
  "%s of integers wraps and truncates as in ONNX Runtime",
  async (op) => {
    for (const dtype of ["int32", "int64"] as DType[]) {
      const low = dtype === "int32" ? -(2 ** 31) : -(2 ** 53);
      const x = tensor(
        [40],
        Array.from({ length: 40 }, () => random.integer(low, -low - 1)),
        dtype,
      );
      const y = tensor(
        [40],
        Array.from({ length: 40 }, () => random.integer(1, 1e5)),
        dtype,
      );
      await compare(op, [x, y], [["z", dtype, [40]]], {}, 14);
    }
  },
);

test("Where, And, Or and Not as in ONNX Runtime", async () => {
  const bits = (shape: number[]) =>
    tensor(
      shape,
      Uint8Array.from({ length: sizeOf(shape) }, () => random.integer(0, 1)),
      "bool",
    );
  await compare("And", [bits([2, 3]), bits([3])], [["y", "bool", [2, 3]]]);
  await compare("Or", [bits([2, 1]), bits([3])], [["y", "bool", [2, 3]]]);
  await compare("Not", [bits([5])], [["y", "bool", [5]]]);
  await compare(
    "Where",
    [bits([2, 1]), randomTensor(random, [3]), randomTensor(random, [2, 3])],
    [["y", "float32", [2, 3]]],
  );
});

test("operands of shapes that do not broadcast are refused by name", () => {
  const model = onnxModel({
    inputs: [
      ["a", "float32", [2, 3]],
      ["b", "float32", [4]],
    ],
    outputs: [["y", "float32", [2, 3]]],
    nodes: [{ op: "Add", name: "residual", inputs: ["a", "b"], outputs: ["y"] }],
  });
  expect(() => importOnnx(model)).toThrow(
    "Add node residual: shapes conflict: [2, 3] and [4] do not broadcast",
  );
});

test("an axis attribute aligns operands before operator set 7", () => {
  const model = onnxModel({
    opset: 6,
    inputs: [
      ["a", "float32", [2, 3, 2]],
      ["b", "float32", [3]],
    ],
    outputs: [["y", "float32", [2, 3, 2]]],
    nodes: [{ op: "Add", inputs: ["a", "b"], outputs: ["y"], attributes: { axis: 1, broadcast: 1 } }],
  });
  const inputs = { a: tensor([2, 3, 2], new Array(12).fill(0)), b: tensor([3], [1, 2, 3]) };
  expect([...runGraph(importOnnx(model), inputs).y.data]).toEqual([1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 3]);
});
