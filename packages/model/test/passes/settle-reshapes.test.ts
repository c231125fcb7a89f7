import { expect, test } from "vitest";
import { int64s, numbers } from "../../src/index.js";
import { settleReshapes } from "../../src/passes/settle-reshapes.js";
import { afterNormalise, afterPass } from "../support/graphs.js";
import type { ModelSpec } from "../support/onnx-writer.js";

/** x.view(x.size(0), -1), as PyTorch exports it. */
const view: ModelSpec = {
  inputs: [["x", "float32", ["batch", 4, 2, 2]]],
  outputs: [["y", "float32", ["batch", 16]]],
  initializers: { zero: int64s([0], []), axes: int64s([0]), rest: int64s([-1]) },
  nodes: [
    { op: "Shape", inputs: ["x"], outputs: ["shape"] },
    { op: "Gather", inputs: ["shape", "zero"], outputs: ["batch"] },
    { op: "Unsqueeze", inputs: ["batch", "axes"], outputs: ["batches"] },
    { op: "Concat", inputs: ["batches", "rest"], outputs: ["target"], attributes: { axis: 0 } },
    { op: "Reshape", inputs: ["x", "target"], outputs: ["y"] },
  ],
};

test("the batch's size becomes 0, which copies it", () => {
  const { graph } = afterPass(view, settleReshapes);
  const reshape = graph.nodes.find((n) => n.op === "Reshape")!;
  expect(numbers(graph.initializers.get(reshape.inputs[1])!)).toEqual([0, -1]);
});

test("nothing but a Flatten is left of it after normalising", () => {
  expect(afterNormalise(view).ops).toEqual(["Flatten"]);
});
