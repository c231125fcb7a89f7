import { Random } from "@matchmul/common";
import { expect, test } from "vitest";
import { importOnnx, int64s, numbers, runGraph, tensor } from "../../src/index.js";
import { randomTensor } from "../support/graphs.js";
import { type ModelSpec, onnxModel } from "../support/onnx-writer.js";
import { runOracle } from "../support/oracle.js";

/** A scikit-learn pipeline as skl2onnx writes it: scaler, one dense layer, softmax, class lookup, ZipMap. */
const pipeline: ModelSpec = {
  opset: 15,
  inputs: [["x", "float32", ["N", 3]]],
  outputs: [
    ["label", "int64", ["N"]],
    ["probabilities", "float32", ["N", 4]],
  ],
  initializers: {
    w: randomTensor(new Random(51), [3, 4]),
    b: randomTensor(new Random(52), [4]),
    classes: int64s([10, 20, 30, 40]),
    flat: int64s([-1]),
  },
  nodes: [
    {
      op: "Scaler",
      domain: "ai.onnx.ml",
      inputs: ["x"],
      outputs: ["scaled"],
      attributes: { offset: { floats: [1, 2, 3] }, scale: { floats: [0.5, 1, 2] } },
    },
    { op: "MatMul", inputs: ["scaled", "w"], outputs: ["p"] },
    { op: "Add", inputs: ["p", "b"], outputs: ["logits"] },
    { op: "Softmax", inputs: ["logits"], outputs: ["probabilities"], attributes: { axis: 1 } },
    { op: "ArgMax", inputs: ["probabilities"], outputs: ["best"], attributes: { axis: 1, keepdims: 0 } },
    { op: "ArrayFeatureExtractor", domain: "ai.onnx.ml", inputs: ["classes", "best"], outputs: ["named"] },
    { op: "Reshape", inputs: ["named", "flat"], outputs: ["label"] },
  ],
  domains: { "ai.onnx.ml": 1 },
};

test("a scikit-learn pipeline runs as in ONNX Runtime", async () => {
  const model = onnxModel(pipeline);
  const x = randomTensor(new Random(53), [6, 3], -2, 5);
  const [actual, expected] = [runGraph(importOnnx(model), { x }), await runOracle(model, { x })];
  expect(numbers(actual.label)).toEqual(numbers(expected.label));
  const wanted = numbers(expected.probabilities);
  numbers(actual.probabilities).forEach((v, i) => {
    expect(Math.abs(v - wanted[i])).toBeLessThan(1e-6);
  });
});

test("ZipMap gives the probabilities as a tensor, whatever type the file declares", () => {
  const spec: ModelSpec = {
    ...pipeline,
    nodes: [
      ...pipeline.nodes,
      {
        op: "ZipMap",
        domain: "ai.onnx.ml",
        inputs: ["probabilities"],
        outputs: ["maps"],
        attributes: { classlabels_int64s: [10, 20, 30, 40] },
      },
    ],
    outputs: [
      ["label", "int64", ["N"]],
      ["maps", undefined, undefined],
    ],
  };
  const graph = importOnnx(onnxModel(spec));
  expect(graph.outputs[1]).toMatchObject({ name: "maps", dtype: "float32", shape: ["N", 4] });
  const { maps } = runGraph(graph, { x: tensor([1, 3], [0, 0, 0]) });
  expect(numbers(maps).reduce((a, b) => a + b)).toBeCloseTo(1);
});
