import { alignedShape, binaryElements } from "./elementwise.js";
import type { Operator } from "./operator.js";

/** PRelu: x, or slope * x below zero; the slope broadcasts to x. */
export const prelu: Operator = {
  type: "PRelu",
  arity: [2, 2],
  infer: (call) => {
    const [x, slope] = [call.input(0), call.input(1)];
    if (x.dtype !== slope.dtype) call.fail(`inputs of types ${x.dtype} and ${slope.dtype}`);
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  run: (call) => {
    const y = binaryElements(
      call,
      call.input(0),
      { ...call.input(1), shape: alignedShape(call, call.input(0).shape, call.input(1).shape) },
      (x, slope) => (x < 0 ? slope * x : x),
      (x, slope) => (x < 0n ? slope * x : x),
    );
    if (y.shape.length !== call.input(0).shape.length || y.data.length !== call.input(0).data.length)
      call.conflict(`a slope of shape [${call.input(1).shape.join(", ")}]`);
    return [y];
  },
};
