import { Random } from "@matchmul/common";
import { expect, test } from "vitest";
import { numbers, tensor } from "../../src/index.js";
import { canonicalGemm } from "../../src/passes/canonical-gemm.js";
import { matmulToGemm } from "../../src/passes/matmul-to-gemm.js";
import { afterNormalise, afterPass, chain, randomTensor } from "../support/graphs.js";

const random = new Random(1);
const w = randomTensor(random, [3, 2]);

test("a product with constant weights becomes Gemm, a product over more dimensions does not", () => {
  expect(afterPass(chain(["N", 3], [["MatMul", ["w"]]], ["N", 2], { w }), matmulToGemm).ops).toEqual([
    "Gemm",
  ]);
  const deep = chain(["N", 4, 3], [["MatMul", ["w"]]], ["N", 4, 2], { w });
  expect(afterPass(deep, matmulToGemm).ops).toEqual(["MatMul"]);
});

test("alpha, beta and the transpose go into the constants", () => {
  const attributes = { alpha: { float: 0.5 }, beta: { float: 3 } };
  const spec = chain(["N", 3], [["Gemm", ["w", "c"], attributes]], ["N", 2], {
    w,
    c: tensor([1, 1], [0.25]),
  });
  const { graph } = afterPass(spec, canonicalGemm);
  const [node] = graph.nodes;
  expect([...node.attributes.map.keys()]).toEqual(["transB"]);
  expect(graph.initializers.get(node.inputs[1])!.shape).toEqual([2, 3]);
  expect(numbers(graph.initializers.get(node.inputs[2])!)).toEqual([0.75, 0.75]);
});

test("MatMul and Add become one Gemm in canonical form", () => {
  const spec = chain(["N", 3], [["MatMul", ["w"]], ["Add", ["b"]], ["Relu"]], ["N", 2], {
    w,
    b: tensor([2], [1, -1]),
  });
  const { ops, graph } = afterNormalise(spec);
  expect(ops).toEqual(["Gemm", "Relu"]);
  expect(graph.nodes[0].attributes.int("transB")).toBe(1);
});

test("a Gemm whose C differs from row to row is left alone", () => {
  const spec = chain([2, 3], [["Gemm", ["w", "c"]]], [2, 2], { w, c: tensor([2, 1], [1, 2]) });
  expect(afterPass(spec, canonicalGemm).graph.nodes[0].attributes.int("transB", 0)).toBe(0);
});
