import { expect, test } from "vitest";
import { importOnnx, normalise, numbers, runGraph, tensor } from "../src/index.js";
import { onnxModel } from "./support/onnx-writer.js";

/** Two inputs, a hidden layer of three, two classes. */
const mlp = onnxModel({
  inputs: [["x", "float32", ["N", 1, 2]]],
  outputs: [
    ["logits", "float32", ["N", 2]],
    ["class", "int64", ["N"]],
  ],
  initializers: {
    w1: tensor([3, 2], [1, 0, 0, 1, 1, 1]),
    b1: tensor([3], [0, 0, -1]),
    w2: tensor([3, 2], [1, 0, 0, 1, 2, -2]),
    b2: tensor([2], [0.5, -0.5]),
  },
  nodes: [
    { op: "Flatten", inputs: ["x"], outputs: ["flat"] },
    { op: "Gemm", inputs: ["flat", "w1", "b1"], outputs: ["h"], attributes: { transB: 1 } },
    { op: "Relu", inputs: ["h"], outputs: ["a"] },
    { op: "Identity", inputs: ["a"], outputs: ["same"] },
    { op: "MatMul", inputs: ["same", "w2"], outputs: ["p"] },
    { op: "Add", inputs: ["p", "b2"], outputs: ["logits"] },
    { op: "ArgMax", inputs: ["logits"], outputs: ["class"], attributes: { axis: 1, keepdims: 0 } },
  ],
});

test("an MLP runs on a batch, with the batch's symbol kept in the shapes", () => {
  const graph = importOnnx(mlp);
  expect(graph.values.get("h")?.shape).toEqual(["N", 3]);
  expect(graph.outputs.map((o) => o.shape)).toEqual([["N", 2], ["N"]]);
  const x = tensor([3, 1, 2], [1, 2, -1, 0.5, 0, 0]);
  const { logits, class: classes } = runGraph(graph, { x });
  // h = [x0, x1, x0 + x1 - 1] after ReLU: [1, 2, 2], [0, 0.5, 0], [0, 0, 0]
  expect(numbers(logits)).toEqual([5.5, -2.5, 0.5, 0, 0.5, -0.5]);
  expect(numbers(classes)).toEqual([0, 0, 0]);
});

test("normalising removes the identity and keeps the results", () => {
  const graph = importOnnx(mlp);
  const simpler = normalise(graph);
  expect(simpler.nodes.map((n) => n.op)).not.toContain("Identity");
  expect(graph.nodes.map((n) => n.op)).toContain("Identity");
  const x = tensor([2, 1, 2], [0.3, -7, 4, 5]);
  expect(runGraph(simpler, { x })).toEqual(runGraph(graph, { x }));
});
