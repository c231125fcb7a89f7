import { castTo } from "./cast.js";
import type { Operator } from "./operator.js";

/** CastLike: to the element type of the second input. */
export const castLike: Operator = {
  type: "CastLike",
  arity: [2, 2],
  infer: (call) => [{ dtype: call.input(1).dtype, shape: call.input(0).shape }],
  run: (call) => [castTo(call.input(0), call.input(1).dtype, call.attributes.int("saturate", 1) !== 0)],
};
