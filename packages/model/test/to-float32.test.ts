import { Random } from "@matchmul/common";
import { expect, test } from "vitest";
import { roundToFloat } from "../src/float-formats.js";
import {
  type DType,
  dtypes,
  importOnnx,
  isFloat,
  normalise,
  numbers,
  runGraph,
  tensor,
} from "../src/index.js";
import { onnxModel } from "./support/onnx-writer.js";

const random = new Random(61);

/** Random values a type can hold. */
function values(dtype: DType, shape: number[]) {
  const count = shape.reduce((a, b) => a * b, 1);
  return tensor(
    shape,
    Array.from({ length: count }, () => roundToFloat(random.next() * 2 - 1, dtype)),
    dtype,
  );
}

test.each(["float16", "bfloat16", "float64"] as const)(
  "a %s model runs in its type, and in float32 once normalised",
  (dtype) => {
    const w = values(dtype, [6, 4]);
    const graph = importOnnx(
      onnxModel({
        inputs: [["x", dtype, ["N", 6]]],
        outputs: [["y", dtype, ["N", 4]]],
        initializers: { w, b: values(dtype, [4]) },
        nodes: [
          { op: "MatMul", inputs: ["x", "w"], outputs: ["p"] },
          { op: "Add", inputs: ["p", "b"], outputs: ["s"] },
          { op: "Cast", inputs: ["s"], outputs: ["c"], attributes: { to: dtypes[dtype].onnx } },
          { op: "Relu", inputs: ["c"], outputs: ["y"] },
        ],
      }),
    );
    expect(numbers(graph.initializers.get("w")!)).toEqual(numbers(w));
    const x = values(dtype, [3, 6]);
    const own = runGraph(graph, { x }).y;
    for (const v of numbers(own)) expect(roundToFloat(v, dtype)).toBe(v);
    const simpler = normalise(graph);
    expect(simpler.nodes.map((n) => n.op)).toEqual(["Gemm", "Relu"]);
    expect(
      [...simpler.values.values()].filter((v) => isFloat(v.dtype)).every((v) => v.dtype === "float32"),
    ).toBe(true);
    const wide = numbers(runGraph(simpler, { x: tensor(x.shape, numbers(x)) }).y);
    const step = { float16: 2 ** -10, bfloat16: 2 ** -7, float64: 2 ** -23 }[dtype];
    numbers(own).forEach((v, i) => {
      expect(Math.abs(v - wide[i])).toBeLessThan(4 * step);
    });
  },
);
