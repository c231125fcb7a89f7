import { isFloat } from "../dtypes.js";
import { roundArray } from "../float-formats.js";
import { allocate, numberData, sizeOf, type Tensor } from "../tensor.js";
import type { Operator, RunCall } from "./operator.js";

/**
 * Softmax and LogSoftmax. From operator set 13 along one axis (the last); before, over all dimensions from
 * `axis` (1) on, as one row.
 */
function softmaxLike(type: string, logarithm: boolean): Operator {
  return {
    type,
    arity: [1, 1],
    infer: (call) => {
      const { dtype, shape } = call.input(0);
      if (!isFloat(dtype)) call.fail(`input of type ${dtype}`);
      if (shape !== undefined && shape.length > 0)
        call.axis(call.attributes.int("axis", call.opset < 13 ? 1 : -1), shape.length);
      return [{ dtype, shape }];
    },
    run: (call) => [runSoftmax(call, logarithm)],
  };
}

export const softmax = softmaxLike("Softmax", false);
export const logSoftmax = softmaxLike("LogSoftmax", true);

function runSoftmax(call: RunCall, logarithm: boolean): Tensor {
  const x = call.input(0);
  const source = numberData(x);
  const data = allocate(x.dtype, source.length, call.title) as Float32Array;
  const rank = x.shape.length;
  const axis = rank === 0 ? 0 : call.axis(call.attributes.int("axis", call.opset < 13 ? 1 : -1), rank);
  const last = call.opset < 13 ? rank : axis + 1;
  const length = sizeOf(x.shape.slice(axis, last));
  const stride = sizeOf(x.shape.slice(last));
  const outer = sizeOf(x.shape.slice(0, axis));
  for (let o = 0; o < outer; o++)
    for (let s = 0; s < stride; s++) {
      const at = o * length * stride + s;
      let max = -Infinity;
      for (let i = 0; i < length; i++) max = Math.max(max, source[at + i * stride]);
      let sum = 0;
      for (let i = 0; i < length; i++) sum += Math.exp(source[at + i * stride] - max);
      const log = Math.log(sum);
      for (let i = 0; i < length; i++) {
        const y = source[at + i * stride] - max;
        data[at + i * stride] = logarithm ? y - log : Math.exp(y) / sum;
      }
    }
  if (data instanceof Float32Array) roundArray(data, x.dtype);
  return { dtype: x.dtype, shape: x.shape, data };
}
