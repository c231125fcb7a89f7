import type { Dim } from "../graph.js";
import { reshaped } from "../tensor.js";
import { axesArgument } from "./axes.js";
import { type InferCall, type Operator, type RunCall, requireIndexLists } from "./operator.js";

/** Squeeze: removes dimensions of length 1, all of them unless axes are given. */
export const squeeze: Operator = {
  type: "Squeeze",
  arity: [1, 2],
  infer: (call) => {
    requireIndexLists(call, 1);
    const { dtype, shape, contents } = call.input(0);
    return [{ dtype, shape: squeezedShape(call, shape), contents }];
  },
  run: (call) => [reshaped(call.input(0), squeezedShape(call, call.input(0).shape) as number[])],
};

function squeezedShape(call: InferCall | RunCall, shape: readonly Dim[] | undefined): Dim[] | undefined {
  const axes = axesArgument(call, 1);
  if (shape === undefined || axes === "unknown") return undefined;
  if (axes === undefined)
    return shape.some((d) => typeof d === "string") ? undefined : shape.filter((d) => d !== 1);
  const gone = new Set(axes.map((a) => call.axis(a, shape.length)));
  for (const a of gone)
    if (typeof shape[a] === "number" && shape[a] !== 1)
      call.conflict(`axis ${a} of [${shape.join(", ")}] is not 1`);
  return shape.filter((_, i) => !gone.has(i));
}
