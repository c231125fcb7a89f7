import { expect, test } from "vitest";
import { dropFinalSoftmax, importOnnx, runGraph, tensor } from "../../src/index.js";
import { softmaxBeforeArgmax } from "../../src/passes/drop-softmax.js";
import { afterPass, chain } from "../support/graphs.js";
import { onnxModel } from "../support/onnx-writer.js";

test("a softmax before an arg-max along the same axis goes", () => {
  const along = (axis: number) => {
    const spec = chain(
      ["N", 5],
      [
        ["Softmax", [], { axis: 1 }],
        ["ArgMax", [], { axis }],
      ],
      ["a", "b"],
    );
    spec.outputs[0][1] = "int64";
    return afterPass(spec, softmaxBeforeArgmax).ops;
  };
  expect(along(-1)).toEqual(["ArgMax"]);
  expect(along(0)).toEqual(["Softmax", "ArgMax"]);
});

test("dropping the final softmax gives the logits under the same name", () => {
  const graph = importOnnx(onnxModel(chain(["N", 2], [["Neg"], ["Softmax"]], ["N", 2])));
  const { y } = runGraph(dropFinalSoftmax(graph), { x: tensor([1, 2], [1, -2]) });
  expect([...y.data]).toEqual([-1, 2]);
});
