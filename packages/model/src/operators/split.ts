import type { Dim } from "../graph.js";
import { along, range, select } from "../kernels/select.js";
import { axesArgument } from "./axes.js";
import { type InferCall, type Operator, type RunCall, requireIndexLists } from "./operator.js";

/** Split along an axis: into the given lengths, or into equal parts of which the last may be shorter. */
export const split: Operator = {
  type: "Split",
  arity: [1, 2],
  infer: (call) => {
    requireIndexLists(call, 1);
    const { dtype, shape } = call.input(0);
    if (shape === undefined) return call.node.outputs.map(() => ({ dtype, shape }));
    const axis = call.axis(call.attributes.int("axis", 0), shape.length);
    const parts = partsOf(call, shape[axis]);
    return call.node.outputs.map((name, i) => ({
      dtype,
      shape: shape.map((d, j) => (j === axis ? (parts?.[i] ?? `?${name}:${axis}`) : d)),
    }));
  },
  run: (call) => {
    const x = call.input(0);
    const axis = call.axis(call.attributes.int("axis", 0), x.shape.length);
    let start = 0;
    return partsOf(call, x.shape[axis])!.map((count) => {
      start += count;
      return select(x, along(x.shape.length, axis, range(start - count, count)), 0, call.title);
    });
  },
};

function partsOf(call: InferCall | RunCall, length: Dim): number[] | undefined {
  const given = axesArgument(call, 1, "split");
  if (given === "unknown") return undefined;
  const outputs = call.node.outputs.length;
  if (given !== undefined) {
    const sum = given.reduce((a, b) => a + b, 0);
    if (
      given.length !== outputs ||
      given.some((p) => p < 0) ||
      (typeof length === "number" && sum !== length)
    )
      call.conflict(`parts [${given.join(", ")}] of ${length}, for ${outputs} outputs`);
    return given;
  }
  if (typeof length !== "number") return undefined;
  const count = call.attributes.int("num_outputs", outputs);
  if (count !== outputs) call.fail(`num_outputs is ${count}, there are ${outputs} outputs`);
  const part = Math.ceil(length / count);
  const parts = Array.from({ length: count }, (_, i) => Math.max(0, Math.min(part, length - i * part)));
  if (call.opset < 18 && length % count !== 0) call.conflict(`${length} in ${count} equal parts`);
  return parts;
}
