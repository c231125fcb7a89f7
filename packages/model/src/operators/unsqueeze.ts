import type { Dim } from "../graph.js";
import { reshaped } from "../tensor.js";
import { axesArgument } from "./axes.js";
import { type InferCall, type Operator, type RunCall, requireIndexLists } from "./operator.js";

/** Unsqueeze: inserts dimensions of length 1 at the given axes of the result. */
export const unsqueeze: Operator = {
  type: "Unsqueeze",
  arity: [1, 2],
  infer: (call) => {
    requireIndexLists(call, 1);
    const { dtype, shape, contents, constant } = call.input(0);
    const result = unsqueezedShape(call, shape);
    return [{ dtype, shape: result, contents: constant === undefined ? contents : undefined }];
  },
  run: (call) => [reshaped(call.input(0), unsqueezedShape(call, call.input(0).shape) as number[])],
};

function unsqueezedShape(call: InferCall | RunCall, shape: readonly Dim[] | undefined): Dim[] | undefined {
  const axes = axesArgument(call, 1);
  if (axes === undefined) call.fail("axes are missing");
  if (shape === undefined || axes === "unknown") return undefined;
  const rank = shape.length + axes.length;
  const added = new Set(axes.map((a) => call.axis(a, rank)));
  if (added.size !== axes.length) call.fail(`axes [${axes.join(", ")}] repeat`);
  const rest = shape[Symbol.iterator]();
  return Array.from({ length: rank }, (_, i) => (added.has(i) ? 1 : (rest.next().value as Dim)));
}
