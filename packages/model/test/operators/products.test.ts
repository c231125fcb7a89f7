import { Random } from "@matchmul/common";
import { expect, test } from "vitest";
import { importOnnx, runGraph, tensor } from "../../src/index.js";
import { randomTensor } from "../support/graphs.js";
import { onnxModel } from "../support/onnx-writer.js";
import { compare, unknownShape } from "../support/oracle.js";

const random = new Random(23);

test.each<[number[], number[]]>([
  [
    [1, 5],
    [5, 3],
  ],
  [
    [7, 33],
    [33, 9],
  ],
  [[4], [4, 3]],
  [[2, 4], [4]],
  [[3], [3]],
  [
    [2, 5, 6],
    [6, 4],
  ],
  [
    [2, 5, 6],
    [2, 6, 4],
  ],
  [
    [2, 1, 5, 6],
    [3, 6, 4],
  ],
])("MatMul of %j and %j as ONNX Runtime", async (a, b) => {
  const rank = Math.max(
    0,
    Math.max(a.length, b.length) - (a.length === 1 ? 1 : 0) - (b.length === 1 ? 1 : 0),
  );
  await compare(
    "MatMul",
    [randomTensor(random, a), randomTensor(random, b)],
    [["y", "float32", unknownShape(rank)]],
    {},
    13,
    1e-5,
  );
});

test.each([0, 1, 2, 3])("Gemm with transposes %d as ONNX Runtime", async (bits) => {
  const [transA, transB] = [bits & 1, bits >> 1];
  const a = randomTensor(random, transA ? [6, 5] : [5, 6]);
  const b = randomTensor(random, transB ? [3, 6] : [6, 3]);
  const attributes = { transA, transB, alpha: { float: 0.5 }, beta: { float: 2 } };
  for (const c of [[3], [1, 3], [5, 1], [5, 3], [], undefined]) {
    const bias = c && randomTensor(random, c);
    await compare("Gemm", [a, b, bias], [["y", "float32", [5, 3]]], attributes, 13, 1e-5);
  }
});

test("a product of int64 vectors is exact", () => {
  const model = onnxModel({
    inputs: [
      ["a", "int64", [2]],
      ["b", "int64", [2]],
    ],
    outputs: [["y", "int64", []]],
    nodes: [{ op: "MatMul", inputs: ["a", "b"], outputs: ["y"] }],
  });
  const big = 2n ** 40n;
  const y = runGraph(importOnnx(model), {
    a: tensor([2], BigInt64Array.of(big, 3n)),
    b: tensor([2], BigInt64Array.of(big >> 20n, 1n)),
  }).y;
  expect(y.data[0]).toBe(2n ** 60n + 3n);
});
