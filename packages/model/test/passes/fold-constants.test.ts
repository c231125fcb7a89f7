import { expect, test } from "vitest";
import { int64s, numbers, tensor } from "../../src/index.js";
import { foldConstants } from "../../src/passes/fold-constants.js";
import { afterPass, chain } from "../support/graphs.js";

test("arithmetic on constants is done beforehand", () => {
  const spec = chain(["N", 2], [["Mul", ["c"]]], ["N", 2]);
  spec.initializers = { a: tensor([2], [1, 2]), b: tensor([1], [3]) };
  spec.nodes.unshift(
    { op: "Add", inputs: ["a", "b"], outputs: ["s"] },
    { op: "Sqrt", inputs: ["s"], outputs: ["c"] },
  );
  const { ops, graph } = afterPass(spec, foldConstants);
  expect(ops).toEqual(["Mul"]);
  expect(numbers(graph.initializers.get("c")!)).toEqual([2, Math.fround(Math.sqrt(5))]);
});

test("the shape of a value with fixed dimensions is a constant", () => {
  const spec = chain([2, 3], [["Reshape", ["target"]]], [3, 2]);
  spec.initializers = { back: int64s([1, 0]) };
  spec.nodes.unshift(
    { op: "Shape", inputs: ["x"], outputs: ["shape"] },
    { op: "Gather", inputs: ["shape", "back"], outputs: ["target"] },
  );
  const { ops, graph } = afterPass(spec, foldConstants);
  expect(ops).toEqual(["Reshape"]);
  expect(numbers(graph.initializers.get("target")!)).toEqual([3, 2]);
});

test("a small file is not blown up into large constants", () => {
  const spec = chain([300, 300], [["Add", ["big"]]], [300, 300]);
  spec.initializers = { one: tensor([1], [1]), size: int64s([300, 300]) };
  spec.nodes.unshift({ op: "Expand", inputs: ["one", "size"], outputs: ["big"] });
  spec.inputs[0][2] = [300, 1];
  expect(afterPass(spec, foldConstants).ops).toEqual(["Expand", "Add"]);
});
