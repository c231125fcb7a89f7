import { allocate, stridesOf } from "../tensor.js";
import type { InferCall, Operator, RunCall } from "./operator.js";

/** Transpose: permutes the dimensions, reversing them unless `perm` is given. */
export const transpose: Operator = {
  type: "Transpose",
  arity: [1, 1],
  infer: (call) => {
    const { dtype, shape } = call.input(0);
    return [{ dtype, shape: shape && permutation(call, shape.length).map((p) => shape[p]) }];
  },
  run: (call) => {
    const x = call.input(0);
    const perm = permutation(call, x.shape.length);
    const shape = perm.map((p) => x.shape[p]);
    const own = stridesOf(x.shape);
    const strides = perm.map((p) => own[p]);
    const data = allocate(x.dtype, x.data.length, call.title);
    const index = new Array<number>(shape.length).fill(0);
    const rank = shape.length;
    const inner = rank === 0 ? 1 : shape[rank - 1];
    const step = rank === 0 ? 1 : strides[rank - 1];
    let from = 0;
    for (let o = 0; o < data.length; ) {
      for (let k = 0; k < inner; k++) data[o++] = x.data[from + k * step];
      for (let d = rank - 2; d >= 0; d--) {
        from += strides[d];
        if (++index[d] < shape[d]) break;
        from -= strides[d] * shape[d];
        index[d] = 0;
      }
    }
    return [{ dtype: x.dtype, shape, data }];
  },
};

function permutation(call: InferCall | RunCall, rank: number): number[] {
  const perm = call.attributes.ints("perm") ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
  const sorted = [...perm].sort((a, b) => a - b);
  if (perm.length !== rank || !sorted.every((p, i) => p === i))
    call.fail(`perm [${perm.join(", ")}] of a value with ${rank} dimensions`);
  return perm;
}
