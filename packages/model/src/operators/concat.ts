import type { Dim } from "../graph.js";
import { compatible, merge } from "../shapes.js";
import { allocate, sizeOf } from "../tensor.js";
import { type InferCall, knownDims, type Operator } from "./operator.js";

/** Concat along an axis. */
export const concat: Operator = {
  type: "Concat",
  arity: [1, Number.POSITIVE_INFINITY],
  infer: (call) => {
    const inputs = call.inputs.map((_, i) => call.input(i));
    const { dtype } = inputs[0];
    const parts = inputs.map(knownDims);
    const contents =
      inputs[0].shape?.length === 1 && parts.every((p) => p !== undefined)
        ? parts.flatMap((p) => p ?? [])
        : undefined;
    return [{ dtype, shape: concatShape(call), contents }];
  },
  run: (call) => {
    const inputs = call.inputs.map((_, i) => call.input(i));
    const axis = axisOf(call, inputs[0].shape.length);
    if (inputs.some((t) => t.dtype !== inputs[0].dtype))
      call.fail(`inputs of types ${inputs.map((t) => t.dtype).join(", ")}`);
    const shape = concatShape(call as unknown as InferCall) as number[];
    const data = allocate(inputs[0].dtype, sizeOf(shape), call.title) as Float32Array;
    const outer = sizeOf(shape.slice(0, axis));
    let at = 0;
    for (let i = 0; i < outer; i++)
      for (const t of inputs) {
        const block = sizeOf(t.shape.slice(axis));
        data.set((t.data as Float32Array).subarray(i * block, (i + 1) * block), at);
        at += block;
      }
    return [{ dtype: inputs[0].dtype, shape, data }];
  },
};

function axisOf(call: Pick<InferCall, "attributes" | "axis" | "fail">, rank: number): number {
  return call.axis(call.attributes.int("axis") ?? call.fail("axis is missing"), rank);
}

function concatShape(call: InferCall): Dim[] | undefined {
  const shapes = call.inputs.map((_, i) => call.input(i).shape);
  if (shapes.some((s) => s === undefined)) return undefined;
  const known = shapes as (readonly Dim[])[];
  const text = known.map((s) => `[${s.join(", ")}]`).join(", ");
  const rank = known[0].length;
  const axis = axisOf(call, rank);
  return known[0].map((_, i) => {
    const dims = known.map((s) => (s.length === rank ? s[i] : call.conflict(text)));
    if (i !== axis) {
      return dims.reduce((a, b) => (compatible(a, b) ? merge(a, b) : call.conflict(text)));
    }
    if (dims.length === 1) return dims[0];
    return dims.every((d) => typeof d === "number") ? dims.reduce((a, b) => a + b) : call.unknown(i);
  });
}
