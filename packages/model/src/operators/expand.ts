import type { Dim } from "../graph.js";
import { allocate, numbers, sizeOf } from "../tensor.js";
import { broadcastOf, forBroadcast } from "./elementwise.js";
import { knownDims, type Operator, requireIndexLists } from "./operator.js";

/** Expand: repeats the input so that it broadcasts with the given shape. */
export const expand: Operator = {
  type: "Expand",
  arity: [2, 2],
  infer: (call) => {
    requireIndexLists(call, 1);
    const x = call.input(0);
    const target = knownDims(call.input(1));
    if (target !== undefined) return [{ dtype: x.dtype, shape: broadcastOf(call, x.shape, target) }];
    const rank = call.input(1).shape?.[0];
    if (x.shape === undefined || typeof rank !== "number") return [{ dtype: x.dtype, shape: undefined }];
    const most = Math.min(64, Math.max(rank, x.shape.length));
    return [{ dtype: x.dtype, shape: Array.from({ length: most }, (_, i): Dim => call.unknown(i)) }];
  },
  run: (call) => {
    const x = call.input(0);
    const shape = broadcastOf(call, x.shape, numbers(call.input(1))) as number[];
    const data = allocate(x.dtype, sizeOf(shape), call.title);
    forBroadcast(shape, [x.shape, []], (o, i) => {
      data[o] = x.data[i];
    });
    return [{ dtype: x.dtype, shape, data }];
  },
};
