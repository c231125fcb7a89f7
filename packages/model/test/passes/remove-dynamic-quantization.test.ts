import { Random } from "@matchmul/common";
import { expect, test } from "vitest";
import { importOnnx, normalise, numbers, runGraph, type Tensor, tensor } from "../../src/index.js";
import { randomIntegers, randomTensor } from "../support/graphs.js";
import { type AttributeSpec, type ModelSpec, onnxModel } from "../support/onnx-writer.js";
import { unknownShape } from "../support/oracle.js";

const random = new Random(41);

/** What onnxruntime.quantization.quantize_dynamic writes for one layer. */
function dynamicLayer(
  op: "MatMulInteger" | "ConvInteger",
  x: number[],
  w: Tensor,
  constants: Record<string, Tensor>,
  attributes: Record<string, AttributeSpec> = {},
): ModelSpec {
  return {
    inputs: [["x", "float32", ["N", ...x]]],
    outputs: [["y", "float32", unknownShape(x.length + 1)]],
    initializers: { w, ...constants },
    nodes: [
      { op: "DynamicQuantizeLinear", inputs: ["x"], outputs: ["q", "s", "z"] },
      { op, inputs: ["q", "w", "z", "wz"], outputs: ["i"], attributes },
      { op: "Cast", inputs: ["i"], outputs: ["f"], attributes: { to: 1 } },
      { op: "Mul", inputs: ["s", "ws"], outputs: ["both"] },
      { op: "Mul", inputs: ["f", "both"], outputs: ["p"] },
      { op: "Add", inputs: ["p", "b"], outputs: ["y"] },
    ],
  };
}

/** Largest difference between the dynamic graph and the float one, and the latter's operators. */
function compare(spec: ModelSpec): { error: number; ops: string[] } {
  const before = importOnnx(onnxModel(spec));
  const after = normalise(before);
  const shape = before.inputs[0].shape!.map((d) => (typeof d === "number" ? d : 5));
  const x = randomTensor(random, shape, -1, 3);
  const [a, b] = [numbers(runGraph(before, { x }).y), numbers(runGraph(after, { x }).y)];
  return { error: Math.max(...a.map((v, i) => Math.abs(v - b[i]))), ops: after.nodes.map((n) => n.op) };
}

test("a dynamically quantized dense layer becomes a float Gemm, up to the quantization's rounding", () => {
  const w = randomIntegers(random, [8, 4], "int8", -127, 127);
  const scales = { ws: tensor([4], [0.01, 0.02, 0.01, 0.005]), wz: tensor([4], [0, 3, 0, -2], "int8") };
  const { error, ops } = compare(
    dynamicLayer("MatMulInteger", [8], w, { ...scales, b: tensor([4], [1, 2, 3, 4]) }),
  );
  expect(ops).toEqual(["Gemm"]);
  // Half a step of the input (4 / 255) times 8 weights of at most 2.6.
  expect(error).toBeLessThan((4 / 255 / 2) * 8 * 2.6);
});

test("and a convolution becomes a Conv with a bias", () => {
  const w = randomIntegers(random, [3, 2, 3, 3], "uint8");
  const constants = {
    ws: tensor([1], [0.01]),
    wz: tensor([], [128], "uint8"),
    b: randomTensor(random, [1, 3, 1, 1]),
  };
  const { error, ops } = compare(
    dynamicLayer("ConvInteger", [2, 6, 6], w, constants, { pads: [1, 1, 1, 1] }),
  );
  expect(ops).toEqual(["Conv"]);
  expect(error).toBeLessThan((4 / 255 / 2) * 18 * 1.28);
});

test("a dynamic input that meets weights computed from the input stays as it is", () => {
  const w = randomIntegers(random, [8, 4], "int8");
  const spec = dynamicLayer("MatMulInteger", [8], w, {
    wz: tensor([], [0], "int8"),
    b: tensor([4], [1, 2, 3, 4]),
  });
  spec.inputs.push(["ws", "float32", []]);
  const graph = normalise(importOnnx(onnxModel(spec)));
  expect(graph.nodes.map((n) => n.op)).toContain("DynamicQuantizeLinear");
});
