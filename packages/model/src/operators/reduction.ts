import { isBig } from "../dtypes.js";
import { roundArray } from "../float-formats.js";
import { allocate, numberData, sizeOf, stridesOf, type Tensor, toBig } from "../tensor.js";
import { reducedShape } from "./argmax.js";
import { axesArgument } from "./axes.js";
import { type InferCall, type Operator, type RunCall, requireIndexLists } from "./operator.js";

/** A reduction along axes: `first`, then `step` for each element, then `finish` with the number of elements. */
export function reduction(
  type: string,
  first: number,
  step: (state: number, x: number) => number,
  finish: (state: number, count: number) => number = (state) => state,
): Operator {
  return {
    type,
    arity: [1, 2],
    infer: (call) => {
      requireIndexLists(call, 1);
      const { dtype, shape } = call.input(0);
      if (shape === undefined) return [{ dtype, shape }];
      const axes = axesOf(call, shape.length);
      const keep = call.attributes.int("keepdims", 1) !== 0;
      if (axes === undefined)
        return [{ dtype, shape: keep ? shape.map((_, i) => call.unknown(i)) : undefined }];
      return [{ dtype, shape: reducedShape(shape, axes, keep) }];
    },
    run: (call) => [reduce(call, first, step, finish)],
  };
}

/** Axes to reduce: all unless given, none if none are given and noop_with_empty_axes is set. */
function axesOf(call: InferCall | RunCall, rank: number): number[] | undefined {
  const given = axesArgument(call, 1);
  if (given === "unknown") return undefined;
  if (given !== undefined && given.length > 0) return given.map((a) => call.axis(a, rank));
  return call.attributes.int("noop_with_empty_axes", 0) !== 0
    ? []
    : Array.from({ length: rank }, (_, i) => i);
}

function reduce(
  call: RunCall,
  first: number,
  step: (state: number, x: number) => number,
  finish: (state: number, count: number) => number,
): Tensor {
  const x = call.input(0);
  const axes = axesOf(call, x.shape.length)!;
  const inner = reducedShape(x.shape, axes, true) as number[];
  const strides = stridesOf(inner).map((s, i) => (axes.includes(i) ? 0 : s));
  const states = new Float64Array(allocate("float32", sizeOf(inner), call.title).length).fill(first);
  const source = numberData(x);
  const index = new Array<number>(x.shape.length).fill(0);
  let at = 0;
  for (let i = 0; i < source.length; i++) {
    states[at] = step(states[at], source[i]);
    for (let d = index.length - 1; d >= 0; d--) {
      at += strides[d];
      if (++index[d] < x.shape[d]) break;
      at -= strides[d] * x.shape[d];
      index[d] = 0;
    }
  }
  const count = source.length / Math.max(1, states.length);
  const data = allocate(x.dtype, states.length, call.title);
  for (let i = 0; i < states.length; i++) {
    const v = finish(states[i], count);
    data[i] = isBig(x.dtype) ? toBig(v) : v;
  }
  if (data instanceof Float32Array) roundArray(data, x.dtype);
  const shape = reducedShape(x.shape, axes, call.attributes.int("keepdims", 1) !== 0) as number[];
  return { dtype: x.dtype, shape, data };
}
