import type { Dim } from "../graph.js";
import { type AxisMap, range, select } from "../kernels/select.js";
import { numbers, type Tensor } from "../tensor.js";
import {
  type InferCall,
  knownDims,
  knownInts,
  type Operator,
  type RunCall,
  requireIndexLists,
} from "./operator.js";

/** Slice: numpy's x[start:end:step] along axes; the bounds are attributes before operator set 10. */
export const slice: Operator = {
  type: "Slice",
  arity: [1, 5],
  infer: (call) => {
    requireIndexLists(call, 1, 2, 3, 4);
    const { dtype, shape } = call.input(0);
    if (shape === undefined) return [{ dtype, shape }];
    const bounds = argumentsOf(call, (v) => knownInts(v));
    if (bounds === undefined) return [{ dtype, shape: shape.map((_, i) => call.unknown(i)) }];
    const out: Dim[] = [...shape];
    const taken = bounds.map((b) => ({ ...b, axis: call.axis(b.axis, shape.length) }));
    for (const b of taken) {
      const d = shape[b.axis];
      if (typeof d === "number") out[b.axis] = clamp(call, b, d).count;
      else if (!(b.start === 0 && b.step === 1 && b.end >= 2 ** 31 - 1)) out[b.axis] = call.unknown(b.axis);
    }
    const dims = shape.length === 1 && taken.length === 1 ? knownDims(call.input(0)) : undefined;
    const contents =
      dims && typeof out[0] === "number" ? pick(dims, clamp(call, taken[0], dims.length)) : undefined;
    return [{ dtype, shape: out, contents }];
  },
  run: (call) => {
    const x = call.input(0);
    const maps: (AxisMap | undefined)[] = x.shape.map(() => undefined);
    for (const b of argumentsOf(call, (v) => numbers(v as Tensor))!) {
      const axis = call.axis(b.axis, x.shape.length);
      const { start, count } = clamp(call, b, x.shape[axis]);
      maps[axis] = range(start, count, b.step);
    }
    return [select(x, maps, 0, call.title)];
  },
};

interface Bounds {
  axis: number;
  start: number;
  end: number;
  step: number;
}

function argumentsOf<T>(
  call: { inputs: readonly (T | undefined)[] } & Pick<InferCall, "attributes" | "fail">,
  ints: (value: T) => number[] | undefined,
): Bounds[] | undefined {
  const read = (i: number, name: string): number[] | undefined | "unknown" => {
    const given = call.inputs[i];
    return given === undefined ? call.attributes.ints(name) : (ints(given) ?? "unknown");
  };
  const [starts, ends, axes, steps] = [read(1, "starts"), read(2, "ends"), read(3, "axes"), read(4, "steps")];
  if (starts === undefined || ends === undefined) return call.fail("starts or ends are missing");
  if (starts === "unknown" || ends === "unknown" || axes === "unknown" || steps === "unknown")
    return undefined;
  for (const list of [ends, axes, steps])
    if (list !== undefined && list.length !== starts.length)
      call.fail(`${starts.length} starts, ${list.length} others`);
  return starts.map((start, i) => ({ axis: axes?.[i] ?? i, start, end: ends[i], step: steps?.[i] ?? 1 }));
}

/** Start and length of a slice along a dimension, negative and too large bounds resolved. */
function clamp(
  call: Pick<InferCall | RunCall, "fail">,
  b: Bounds,
  length: number,
): { start: number; count: number; step: number } {
  if (b.step === 0) call.fail("a step of 0");
  const wrap = (v: number) => (v < 0 ? v + length : v);
  const [low, high] = b.step > 0 ? [0, length] : [-1, length - 1];
  const start = Math.min(b.step > 0 ? length : length - 1, Math.max(0, wrap(b.start)));
  const end = Math.min(high, Math.max(low, wrap(b.end)));
  return { start, count: Math.max(0, Math.ceil((end - start) / b.step)), step: b.step };
}

function pick(
  dims: readonly Dim[],
  { start, count, step }: { start: number; count: number; step: number },
): Dim[] {
  return Array.from({ length: count }, (_, i) => dims[start + i * step]);
}
