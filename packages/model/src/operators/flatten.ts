import type { Dim } from "../graph.js";
import { product } from "../shapes.js";
import { reshaped, sizeOf } from "../tensor.js";
import type { Operator } from "./operator.js";

/** Flatten: to two dimensions, those before `axis` and the rest. */
export const flatten: Operator = {
  type: "Flatten",
  arity: [1, 1],
  infer: (call) => {
    const { dtype, shape } = call.input(0);
    if (shape === undefined) return [{ dtype, shape: [call.unknown(0), call.unknown(1)] }];
    const axis = flattenAxis(call, shape.length);
    const dim = (part: readonly Dim[], i: number) => product(part) ?? call.unknown(i);
    return [{ dtype, shape: [dim(shape.slice(0, axis), 0), dim(shape.slice(axis), 1)] }];
  },
  run: (call) => {
    const x = call.input(0);
    const axis = flattenAxis(call, x.shape.length);
    return [reshaped(x, [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))])];
  },
};

/** The axis may equal the rank: then everything is in the first dimension. */
function flattenAxis(call: Parameters<Operator["infer"]>[0] | Parameters<Operator["run"]>[0], rank: number) {
  const axis = call.attributes.int("axis", 1);
  return axis === rank ? rank : call.axis(axis, rank);
}
