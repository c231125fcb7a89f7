import type { Dim } from "../graph.js";
import { numberData, sizeOf } from "../tensor.js";
import type { Operator } from "./operator.js";

/** ArgMax: the index of the largest value along an axis; on a tie the first, or the last if select_last_index. */
export const argMax: Operator = {
  type: "ArgMax",
  arity: [1, 1],
  infer: (call) => {
    const { shape } = call.input(0);
    if (shape === undefined) return [{ dtype: "int64", shape }];
    const axis = call.axis(call.attributes.int("axis", 0), shape.length);
    return [{ dtype: "int64", shape: reducedShape(shape, [axis], call.attributes.int("keepdims", 1) !== 0) }];
  },
  run: (call) => {
    const x = call.input(0);
    const source = numberData(x);
    const axis = call.axis(call.attributes.int("axis", 0), x.shape.length);
    const lastOfEqual = call.attributes.int("select_last_index", 0) !== 0;
    const length = x.shape[axis];
    const stride = sizeOf(x.shape.slice(axis + 1));
    const outer = sizeOf(x.shape.slice(0, axis));
    if (length === 0 && outer * stride > 0) call.conflict("no element along the axis");
    const data = new BigInt64Array(outer * stride);
    for (let o = 0; o < outer; o++)
      for (let s = 0; s < stride; s++) {
        const at = o * length * stride + s;
        let best = 0;
        for (let i = 1; i < length; i++) {
          const [v, top] = [source[at + i * stride], source[at + best * stride]];
          if (v > top || (lastOfEqual && v === top)) best = i;
        }
        data[o * stride + s] = BigInt(best);
      }
    const shape = reducedShape(x.shape, [axis], call.attributes.int("keepdims", 1) !== 0) as number[];
    return [{ dtype: "int64", shape, data }];
  },
};

/** The shape after reducing along axes: 1 in their place, or without them. */
export function reducedShape(shape: readonly Dim[], axes: readonly number[], keep: boolean): Dim[] {
  return keep ? shape.map((d, i) => (axes.includes(i) ? 1 : d)) : shape.filter((_, i) => !axes.includes(i));
}
