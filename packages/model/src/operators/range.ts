import { isBig } from "../dtypes.js";
import { allocate, numbers, toBig } from "../tensor.js";
import type { Operator } from "./operator.js";

/** Range: start, start + delta, ... before limit. */
export const range: Operator = {
  type: "Range",
  arity: [3, 3],
  infer: (call) => [{ dtype: call.input(0).dtype, shape: [call.unknown(0)] }],
  run: (call) => {
    const { dtype } = call.input(0);
    if ([1, 2].some((i) => call.input(i).dtype !== dtype))
      call.fail("start, limit and delta of different types");
    if ([0, 1, 2].some((i) => call.input(i).data.length !== 1))
      call.fail("start, limit and delta are scalars");
    const [start, limit, delta] = [0, 1, 2].map((i) => numbers(call.input(i))[0]);
    const count = Math.max(0, Math.ceil((limit - start) / delta));
    if (!Number.isFinite(count)) call.fail(`a range from ${start} to ${limit} by ${delta}`);
    const data = allocate(dtype, count, call.title);
    for (let i = 0; i < count; i++) {
      const v = start + i * delta;
      data[i] = isBig(dtype) ? toBig(v) : v;
    }
    return [{ dtype, shape: [count], data }];
  },
};
