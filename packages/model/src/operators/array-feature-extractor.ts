import { along, select } from "../kernels/select.js";
import { product } from "../shapes.js";
import { numbers } from "../tensor.js";
import type { Operator } from "./operator.js";

/** ArrayFeatureExtractor, with which scikit-learn's exporter looks classes up: elements along the last dimension. */
export const arrayFeatureExtractor: Operator = {
  type: "ArrayFeatureExtractor",
  domain: "ai.onnx.ml",
  arity: [2, 2],
  infer: (call) => {
    const [x, indices] = [call.input(0), call.input(1)];
    if (indices.dtype !== "int64") call.fail(`indices of type ${indices.dtype}`);
    const count = (indices.shape && product(indices.shape)) ?? call.unknown(0);
    if (x.shape === undefined) return [{ dtype: x.dtype, shape: undefined }];
    return [{ dtype: x.dtype, shape: x.shape.length === 1 ? [1, count] : [...x.shape.slice(0, -1), count] }];
  },
  run: (call) => {
    const x = call.input(0);
    const vector = x.shape.length === 1 ? { ...x, shape: [1, x.shape[0]] } : x;
    const length = vector.shape[vector.shape.length - 1] ?? 0;
    const map = numbers(call.input(1)).map((i) =>
      i >= 0 && i < length ? i : call.fail(`index ${i} of ${length} elements`),
    );
    return [select(vector, along(vector.shape.length, vector.shape.length - 1, map), 0, call.title)];
  },
};
