import { expect, test } from "vitest";
import { importOnnx, runGraph, tensor } from "../../src/index.js";
import { type FunctionSpec, type ModelSpec, onnxModel } from "../support/onnx-writer.js";

const leaky: FunctionSpec = {
  name: "Leaky",
  domain: "mine",
  inputs: ["x"],
  outputs: ["y"],
  attributes: { alpha: { float: 0.5 } },
  nodes: [
    {
      op: "LeakyRelu",
      inputs: ["x"],
      outputs: ["t"],
      attributes: { alpha: { reference: "alpha", type: 1 } },
    },
    { op: "Neg", inputs: ["t"], outputs: ["y"] },
  ],
};
const model = (nodes: ModelSpec["nodes"], functions: ModelSpec["functions"]): Uint8Array =>
  onnxModel({
    inputs: [["a", "float32", [2]]],
    outputs: [["b", "float32", [2]]],
    nodes,
    functions,
    domains: { mine: 1 },
  });

test("calls become the function's nodes, with their own attributes or its defaults", () => {
  const twice = {
    ...leaky,
    name: "Twice",
    attributes: {},
    nodes: [
      { op: "Leaky", domain: "mine", inputs: ["x"], outputs: ["t"] },
      { op: "Leaky", domain: "mine", inputs: ["t"], outputs: ["y"], attributes: { alpha: { float: 0.25 } } },
    ],
  };
  const graph = importOnnx(
    model([{ op: "Twice", domain: "mine", inputs: ["a"], outputs: ["b"] }], [twice, leaky]),
  );
  expect(graph.nodes.map((n) => n.op)).toEqual(["LeakyRelu", "Neg", "LeakyRelu", "Neg"]);
  expect(new Set(graph.nodes.map((n) => n.name)).size).toBe(4);
  // 4 -> 4 -> -4 -> -1 -> 1; -4 -> -2 -> 2 -> 2 -> -2
  expect([...runGraph(graph, { a: tensor([2], [4, -4]) }).b.data]).toEqual([1, -2]);
});

test("a function that calls itself is refused", () => {
  const loop = { ...leaky, nodes: [{ op: "Leaky", domain: "mine", inputs: ["x"], outputs: ["y"] }] };
  const call = [{ op: "Leaky", domain: "mine", inputs: ["a"], outputs: ["b"] }];
  expect(() => importOnnx(model(call, [loop]))).toThrow("calls itself");
});

test("calls that multiply exponentially are refused before they fill the memory", () => {
  const level = (i: number) => ({
    ...leaky,
    name: `L${i}`,
    attributes: {},
    nodes: Array.from({ length: 10 }, (_, j) => ({
      op: i === 0 ? "Relu" : `L${i - 1}`,
      domain: i === 0 ? "" : "mine",
      inputs: [j === 0 ? "x" : `t${j}`],
      outputs: [j === 9 ? "y" : `t${j + 1}`],
    })),
  });
  const functions = Array.from({ length: 12 }, (_, i) => level(i));
  const call = [{ op: "L11", domain: "mine", inputs: ["a"], outputs: ["b"] }];
  expect(() => importOnnx(model(call, functions))).toThrow(
    expect.objectContaining({ name: "MatchMulError" }),
  );
});
