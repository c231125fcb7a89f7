import { Random } from "@matchmul/common";
import { expect, test } from "vitest";
import { importOnnx, int64s, numbers, runGraph, tensor } from "../../src/index.js";
import { chain, randomTensor } from "../support/graphs.js";
import { type AttributeSpec, onnxModel, type ValueSpec } from "../support/onnx-writer.js";
import { compare, unknownShape } from "../support/oracle.js";

const random = new Random(26);
const x = randomTensor(random, [2, 3, 4, 5]);
const y = (rank: number): ValueSpec[] => [["y", "float32", unknownShape(rank)]];

test("Transpose, Flatten, Reshape, Squeeze and Unsqueeze as ONNX Runtime", async () => {
  await compare("Transpose", [x], y(4), { perm: [0, 2, 3, 1] });
  await compare("Transpose", [x], y(4));
  for (const axis of [0, 1, 3, 4, -2]) await compare("Flatten", [x], y(2), { axis });
  await compare("Reshape", [x, int64s([0, -1, 10])], y(3));
  await compare("Reshape", [x, int64s([-1])], y(1));
  await compare("Unsqueeze", [x, int64s([0, -1])], y(6));
  const thin = randomTensor(random, [1, 3, 1, 2]);
  await compare("Squeeze", [thin], y(2));
  await compare("Squeeze", [thin, int64s([-2])], y(3));
  await compare("Squeeze", [thin], y(3), { axes: [0] }, 11);
});

test("Slice as ONNX Runtime, backwards and out of range too", async () => {
  for (const [starts, ends, axes, steps] of [
    [[1], [3], [2], [1]],
    [[-1], [-1000], [3], [-2]],
    [
      [0, 1],
      [2 ** 31 - 1, -1],
      [1, 3],
      [2, 1],
    ],
    [[3], [100], [-2], [1]],
  ])
    await compare("Slice", [x, int64s(starts), int64s(ends), int64s(axes), int64s(steps)], y(4));
  await compare("Slice", [x], y(4), { starts: [1, 0], ends: [2, 2], axes: [0, 3] }, 9);
});

test("Split as ONNX Runtime, in equal, given and uneven parts", async () => {
  const parts = (n: number): ValueSpec[] =>
    Array.from({ length: n }, (_, i) => [`y${i}`, "float32", unknownShape(4)]);
  await compare("Split", [x], parts(2), { axis: 2, num_outputs: 2 }, 18);
  await compare("Split", [x], parts(2), { axis: 3, num_outputs: 2 }, 18);
  await compare("Split", [x, int64s([1, 2])], parts(2), { axis: 1 }, 18);
  await compare("Split", [x], parts(3), { axis: -1, split: [1, 3, 1] }, 11);
});

test("Pad as ONNX Runtime in every mode", async () => {
  const small = randomTensor(random, [2, 3, 4]);
  for (const mode of ["constant", "edge", "reflect", "wrap"])
    await compare("Pad", [small, int64s([0, 1, 2, 1, 2, 3])], y(3), { mode }, 19);
  await compare("Pad", [small, int64s([0, -1, 2, 0, 0, -1]), tensor([], [7])], y(3), {}, 13);
  await compare("Pad", [small, int64s([2, 1]), tensor([], [7]), int64s([-1])], y(3), {}, 18);
  await compare("Pad", [small], y(3), { pads: [0, 1, 1, 0, 0, 2], value: { float: 3 } }, 10);
});

test("Concat, Gather, Expand and Tile as ONNX Runtime", async () => {
  await compare("Concat", [x, randomTensor(random, [2, 1, 4, 5]), x], y(4), { axis: 1 });
  await compare("Gather", [x, int64s([0, -1, 1])], y(4), { axis: 1 });
  await compare("Gather", [x, int64s([2], [])], y(3), { axis: 2 });
  await compare("Gather", [x, int64s([0, 1, 1, 0], [2, 2])], y(5));
  await compare("Expand", [randomTensor(random, [3, 1]), int64s([2, 1, 4])], y(3));
  await compare("Tile", [x, int64s([1, 2, 1, 3])], y(4));
});

test("Cast as ONNX Runtime", async () => {
  const values = tensor([7], [-1.5, -0.4, 0, 0.5, 1.5, 2.5, 127.9]);
  for (const [dtype, to] of [
    ["int32", 6],
    ["int64", 7],
    ["int8", 3],
    ["bool", 9],
    ["float64", 11],
  ] as const) {
    const attributes: Record<string, AttributeSpec> = { to };
    await compare("Cast", [values], [["y", dtype, [7]]], attributes);
  }
});

test("ArgMax takes the first of equals, or the last if asked to", async () => {
  const ties = tensor([2, 4], [1, 3, 3, 0, -1, -1, -2, -1]);
  for (const select_last_index of [0, 1])
    for (const keepdims of [0, 1])
      await compare(
        "ArgMax",
        [ties],
        [["y", "int64", unknownShape(1 + keepdims)]],
        { axis: 1, keepdims, select_last_index },
        13,
      );
});

test("Shape, Size, ConstantOfShape and Range as ONNX Runtime", async () => {
  await compare("Shape", [x], [["y", "int64", [4]]]);
  await compare("Shape", [x], [["y", "int64", [2]]], { start: 1, end: -1 });
  await compare("Size", [x], [["y", "int64", []]]);
  await compare("ConstantOfShape", [int64s([2, 3])], y(2));
  await compare("ConstantOfShape", [int64s([2, 3])], [["y", "int64", ["a", "b"]]], { value: int64s([9]) });
  await compare("Range", [int64s([1], []), int64s([10], []), int64s([4], [])], [["y", "int64", ["n"]]]);
});

test("a reshape that cannot be, and a concatenation of different heights, are refused", () => {
  const reshape = onnxModel(chain([2, 3], [["Reshape", ["s"]]], ["a", "b"], { s: int64s([4, 2]) }));
  expect(() => importOnnx(reshape)).toThrow(
    "Reshape node Reshape_0: shapes conflict: [2, 3] cannot become [4, 2]",
  );
  const concat = onnxModel(
    chain(["N", 3, 4], [["Concat", ["c"], { axis: 1 }]], ["N", 5, 4], { c: randomTensor(random, [1, 2, 5]) }),
  );
  expect(() => importOnnx(concat)).toThrow("Concat node Concat_0: shapes conflict");
});

test("Dropout gives its input and a mask of ones, and refuses to train", () => {
  const model = onnxModel({
    inputs: [["x", "float32", [3]]],
    outputs: [
      ["y", "float32", [3]],
      ["mask", "bool", [3]],
    ],
    nodes: [{ op: "Dropout", inputs: ["x"], outputs: ["y", "mask"] }],
  });
  const { y: same, mask } = runGraph(importOnnx(model), { x: tensor([3], [1, 2, 3]) });
  expect(numbers(same)).toEqual([1, 2, 3]);
  expect(numbers(mask)).toEqual([1, 1, 1]);
  const training = chain([3], [["Dropout", ["r", "t"]]], [3], {
    r: tensor([], [0.5]),
    t: tensor([], Uint8Array.of(1), "bool"),
  });
  expect(() => runGraph(importOnnx(onnxModel(training)), { x: tensor([3], [1, 2, 3]) })).toThrow(
    "training mode",
  );
});
