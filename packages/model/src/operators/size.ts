import { product } from "../shapes.js";
import { int64s, sizeOf } from "../tensor.js";
import type { Operator } from "./operator.js";

/** Size: the number of elements. */
export const size: Operator = {
  type: "Size",
  arity: [1, 1],
  infer: (call) => {
    const { shape } = call.input(0);
    const total = shape && product(shape);
    return [{ dtype: "int64", shape: [], contents: total === undefined ? undefined : [total] }];
  },
  run: (call) => [int64s([sizeOf(call.input(0).shape)], [])],
};
