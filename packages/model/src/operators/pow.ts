import { isBig, isFloat } from "../dtypes.js";
import { roundArray } from "../float-formats.js";
import { allocate, numberData, sizeOf, toBig } from "../tensor.js";
import { broadcastOf, forBroadcast } from "./elementwise.js";
import type { Operator } from "./operator.js";

/** Pow, with broadcasting; the result has the base's element type. */
export const pow: Operator = {
  type: "Pow",
  arity: [2, 2],
  infer: (call) => [
    { dtype: call.input(0).dtype, shape: broadcastOf(call, call.input(0).shape, call.input(1).shape) },
  ],
  run: (call) => {
    const [a, b] = [call.input(0), call.input(1)];
    const shape = broadcastOf(call, a.shape, b.shape) as number[];
    const data = allocate(a.dtype, sizeOf(shape), call.title);
    const [x, y] = [numberData(a), numberData(b)];
    forBroadcast(shape, [a.shape, b.shape], (o, i, j) => {
      const v = x[i] ** y[j];
      data[o] = isBig(a.dtype) ? toBig(v) : isFloat(a.dtype) ? v : Math.trunc(v);
    });
    if (data instanceof Float32Array) roundArray(data, a.dtype);
    return [{ dtype: a.dtype, shape, data }];
  },
};
