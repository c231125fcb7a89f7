import type { Operator } from "./operator.js";

/** Identity: the input. */
export const identity: Operator = {
  type: "Identity",
  arity: [1, 1],
  infer: (call) => [{ ...call.input(0) }],
  run: (call) => [call.input(0)],
};
