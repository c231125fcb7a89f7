import { Random } from "@matchmul/common";
import { expect, test } from "vitest";
import { afterNormalise, chain, randomTensor } from "../support/graphs.js";

const random = new Random(4);

test("two transposes that undo each other go, across an activation too", () => {
  const spec = chain(
    ["N", 3, 4, 5],
    [
      ["Neg"],
      ["Transpose", [], { perm: [0, 2, 3, 1] }],
      ["Relu"],
      ["Transpose", [], { perm: [0, 3, 1, 2] }],
      ["Neg"],
    ],
    ["N", 3, 4, 5],
  );
  expect(afterNormalise(spec).ops).toEqual(["Neg", "Relu", "Neg"]);
});

test("a Keras model's flatten in NHWC order goes into the weights", () => {
  const spec = chain(
    ["N", 2, 4, 4],
    [
      ["Conv", ["w"]],
      ["Transpose", [], { perm: [0, 2, 3, 1] }],
      ["Relu"],
      ["Flatten"],
      ["MatMul", ["d"]],
      ["Add", ["b"]],
    ],
    ["N", 5],
    { w: randomTensor(random, [3, 2, 3, 2]), d: randomTensor(random, [18, 5]), b: randomTensor(random, [5]) },
  );
  expect(afterNormalise(spec).ops).toEqual(["Conv", "Relu", "Flatten", "Gemm"]);
});
