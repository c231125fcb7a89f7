import { Random } from "@matchmul/common";
import { expect, test } from "vitest";
import { importOnnx, inspect, tensor } from "../src/index.js";
import { chain, randomTensor } from "./support/graphs.js";
import { onnxModel } from "./support/onnx-writer.js";

const random = new Random(5);

test("parameters, products and memory of a small network are counted", () => {
  const spec = chain(
    ["N", 3, 8, 8],
    [
      ["Conv", ["w", "b"], { group: 1 }],
      ["Relu"],
      ["MaxPool", [], { kernel_shape: [2, 2], strides: [2, 2] }],
      ["Flatten"],
      ["Gemm", ["g", "c"]],
    ],
    ["N", 10],
    {
      w: randomTensor(random, [4, 3, 3, 3]),
      b: randomTensor(random, [4]),
      g: randomTensor(random, [36, 10]),
      c: randomTensor(random, [10]),
    },
  );
  const facts = inspect(importOnnx(onnxModel(spec)));
  expect(facts.layers.map((l) => [l.op, l.parameters, l.multiplyAccumulates, l.activations])).toEqual([
    ["Conv", 108 + 4, 4 * 36 * 27, 144],
    ["Relu", 0, 0, 144],
    ["MaxPool", 0, 0, 36],
    ["Flatten", 0, 0, 36],
    ["Gemm", 360 + 10, 360, 10],
  ]);
  expect(facts.parameters).toBe(482);
  expect(facts.multiplyAccumulates).toBe(3888 + 360);
  // The most is alive while the convolution runs: its input of 192 and its output of 144.
  expect(facts.peakActivations).toBe(336);
  expect(facts.memory.float).toEqual({ weightBytes: 482 * 4, activationBytes: 336 * 4 });
  expect(facts.memory.int8).toEqual({ weightBytes: 468 + 14 * 4, activationBytes: 336 });
  expect(facts.unsupported).toEqual([]);
});

test("depthwise products are counted per group, and weights that two nodes share once", () => {
  const w = randomTensor(random, [4, 1, 3, 3]);
  const conv: [string, string[], Record<string, number | number[]>] = [
    "Conv",
    ["w"],
    { group: 4, pads: [1, 1, 1, 1] },
  ];
  const facts = inspect(importOnnx(onnxModel(chain(["N", 4, 5, 5], [conv, conv], ["N", 4, 5, 5], { w }))));
  expect(facts.parameters).toBe(36);
  expect(facts.multiplyAccumulates).toBe(2 * 100 * 9);
});

test("everything unsupported is listed, and the rest is still counted", () => {
  const spec = chain(["N", 4], [["Gemm", ["g"]], ["LSTM"], ["Wonder"]], ["N", 2], {
    g: tensor([4, 2], new Array(8).fill(1)),
  });
  const facts = inspect(importOnnx(onnxModel(spec), { allowUnsupported: true }));
  expect(facts.unsupported.map((u) => u.op)).toEqual(["LSTM", "Wonder"]);
  expect(facts.unsupported[0]).toMatchObject({
    node: "LSTM node LSTM_1",
    advice: expect.stringContaining("recurrent"),
  });
  expect(facts.multiplyAccumulates).toBe(8);
  expect(facts.layers[1]).toMatchObject({ output: undefined, activations: undefined });
});
