import { isStatic } from "../shapes.js";
import { int64s } from "../tensor.js";
import type { Operator } from "./operator.js";

/** Shape: the dimensions of a value, from `start` to before `end`. */
export const shape: Operator = {
  type: "Shape",
  arity: [1, 1],
  infer: (call) => {
    const x = call.input(0);
    if (x.shape === undefined) return [{ dtype: "int64", shape: [call.unknown(0)] }];
    const dims = x.shape.slice(call.attributes.int("start", 0), call.attributes.int("end", x.shape.length));
    const constant = isStatic(dims) ? int64s(dims) : undefined;
    return [{ dtype: "int64", shape: [dims.length], contents: dims, constant }];
  },
  run: (call) => {
    const x = call.input(0);
    return [
      int64s(x.shape.slice(call.attributes.int("start", 0), call.attributes.int("end", x.shape.length))),
    ];
  },
};
