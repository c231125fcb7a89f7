import type { DType } from "../dtypes.js";
import { binaryElements, broadcastOf } from "./elementwise.js";
import type { Operator } from "./operator.js";

/** An operator of one or more inputs that broadcast together, taken two at a time from the left. */
export function variadic(
  type: string,
  map: (a: number, b: number, dtype: DType) => number,
  mapBig: (a: bigint, b: bigint) => bigint,
): Operator {
  return {
    type,
    arity: [1, Number.POSITIVE_INFINITY],
    infer: (call) => [
      {
        dtype: call.input(0).dtype,
        shape: call.inputs.map((_, i) => call.input(i).shape).reduce((a, b) => broadcastOf(call, a, b)),
      },
    ],
    run: (call) => [
      call.inputs.map((_, i) => call.input(i)).reduce((a, b) => binaryElements(call, a, b, map, mapBig)),
    ],
  };
}
