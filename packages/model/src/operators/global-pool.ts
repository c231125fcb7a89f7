import { isFloat } from "../dtypes.js";
import { roundArray } from "../float-formats.js";
import { allocate, numberData, sizeOf } from "../tensor.js";
import type { Operator } from "./operator.js";

/** Pooling over all spatial dimensions, which stay as dimensions of length 1. */
export function globalPool(
  type: string,
  first: number,
  step: (state: number, x: number) => number,
  finish: (state: number, count: number) => number,
): Operator {
  return {
    type,
    arity: [1, 1],
    infer: (call) => {
      const { dtype, shape } = call.input(0);
      if (shape !== undefined && shape.length < 2) call.conflict(`[${shape.join(", ")}] has no channels`);
      return [{ dtype, shape: shape?.map((d, i) => (i < 2 ? d : 1)) }];
    },
    run: (call) => {
      const x = call.input(0);
      if (!isFloat(x.dtype)) call.fail(`input of type ${x.dtype}`);
      const source = numberData(x);
      const channels = x.shape[0] * x.shape[1];
      const area = sizeOf(x.shape.slice(2));
      const data = allocate(x.dtype, channels, call.title) as Float32Array;
      for (let c = 0; c < channels; c++) {
        let state = first;
        for (let i = c * area; i < (c + 1) * area; i++) state = step(state, source[i]);
        data[c] = finish(state, area);
      }
      if (data instanceof Float32Array) roundArray(data, x.dtype);
      return [{ dtype: x.dtype, shape: x.shape.map((d, i) => (i < 2 ? d : 1)), data }];
    },
  };
}
