import { allocate, sizeOf } from "../tensor.js";
import { broadcastOf, forBroadcast } from "./elementwise.js";
import type { Operator } from "./operator.js";

/** Where: elements of the second input where the first holds, else of the third; all three broadcast. */
export const where: Operator = {
  type: "Where",
  arity: [3, 3],
  infer: (call) => {
    const [condition, x, y] = [call.input(0), call.input(1), call.input(2)];
    const shape = broadcastOf(call, broadcastOf(call, condition.shape, x.shape), y.shape);
    return [{ dtype: x.dtype, shape }];
  },
  run: (call) => {
    const [condition, x, y] = [call.input(0), call.input(1), call.input(2)];
    if (x.dtype !== y.dtype) call.fail(`inputs of types ${x.dtype} and ${y.dtype}`);
    const shape = broadcastOf(call, broadcastOf(call, condition.shape, x.shape), y.shape) as number[];
    const data = allocate(x.dtype, sizeOf(shape), call.title);
    forBroadcast(shape, [condition.shape, x.shape, y.shape], (o, c, i, j) => {
      data[o] = condition.data[c] ? x.data[i] : y.data[j];
    });
    return [{ dtype: x.dtype, shape, data }];
  },
};
