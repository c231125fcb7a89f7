import { type BigData, type DType, isBig, isFloat, type NumberData } from "../dtypes.js";
import { roundArray } from "../float-formats.js";
import { broadcast } from "../shapes.js";
import { allocate, numberData, sizeOf, stridesOf, type Tensor, toBig } from "../tensor.js";
import type { Call, Operator, RunCall } from "./operator.js";

/**
 * An operator of one input that maps each element by itself and keeps shape and element type: a floating-point
 * one, or where `element` is "any" integers too.
 */
export function unary(
  type: string,
  map: (x: number) => number,
  element: "float" | "any" = "float",
): Operator {
  return unaryWith(type, () => map, element);
}

/** The same, with the function made once per call from the attributes. */
export function unaryWith(
  type: string,
  make: (call: RunCall) => (x: number) => number,
  element: "float" | "any" = "float",
): Operator {
  return {
    type,
    arity: [1, 1],
    infer: (call) => {
      const { dtype, shape } = call.input(0);
      if (element === "float" && !isFloat(dtype)) call.fail(`input of type ${dtype}`);
      return [{ dtype, shape }];
    },
    run: (call) => [mapElements(call.input(0), make(call))],
  };
}

export function mapElements(x: Tensor, map: (x: number) => number): Tensor {
  const source = numberData(x);
  const data = allocate(x.dtype, source.length);
  if (isBig(x.dtype)) for (let i = 0; i < source.length; i++) data[i] = toBig(map(source[i]));
  else for (let i = 0; i < source.length; i++) (data as NumberData)[i] = map(source[i]);
  if (isFloat(x.dtype) && data instanceof Float32Array) roundArray(data, x.dtype);
  return { dtype: x.dtype, shape: x.shape, data };
}

/** An operator of two inputs with multidirectional broadcasting. Both inputs have the same element type. */
export function binary(
  type: string,
  map: (a: number, b: number, dtype: DType) => number,
  mapBig: (a: bigint, b: bigint) => bigint,
  contents?: (a: number, b: number) => number,
): Operator {
  return {
    type,
    arity: [2, 2],
    infer: (call) => {
      const [a, b] = [call.input(0), call.input(1)];
      if (a.dtype !== b.dtype) call.fail(`inputs of types ${a.dtype} and ${b.dtype}`);
      const shape = broadcastOf(call, a.shape, alignedShape(call, a.shape, b.shape));
      return [{ dtype: a.dtype, shape, contents: contents && combine(a, b, contents) }];
    },
    run: (call) => {
      const [a, b] = [call.input(0), call.input(1)];
      return [binaryElements(call, a, { ...b, shape: alignedShape(call, a.shape, b.shape) }, map, mapBig)];
    },
  };
}

/**
 * The second operand's shape as it broadcasts. Before operator set 7 an attribute `axis` said which dimension of
 * the first operand it begins at (PRelu's slope always began at the channels); now shapes align at their ends.
 */
export function alignedShape<D extends number | string>(
  call: Pick<Call<Tensor>, "opset" | "attributes" | "node">,
  a: readonly D[] | undefined,
  b: readonly D[],
): readonly D[];
export function alignedShape<D extends number | string>(
  call: Pick<Call<Tensor>, "opset" | "attributes" | "node">,
  a: readonly D[] | undefined,
  b: readonly D[] | undefined,
): readonly D[] | undefined;
export function alignedShape<D extends number | string>(
  call: Pick<Call<Tensor>, "opset" | "attributes" | "node">,
  a: readonly D[] | undefined,
  b: readonly D[] | undefined,
): readonly D[] | undefined {
  if (call.opset >= 7 || a === undefined || b === undefined) return b;
  const axis = call.node.op === "PRelu" ? (b.length === 1 ? 1 : undefined) : call.attributes.int("axis");
  if (axis === undefined) return b;
  const behind = a.length - (axis < 0 ? axis + a.length : axis) - b.length;
  return [...b, ...new Array<D>(Math.max(0, behind)).fill(1 as D)];
}

type Known = { contents?: readonly (number | string)[]; constant?: Tensor };

/** Arithmetic on dimensions: numbers are computed, a symbol makes the element unknown unless the other is neutral. */
function combine(a: Known, b: Known, map: (a: number, b: number) => number): (number | string)[] | undefined {
  const list = (v: Known) =>
    v.contents ??
    (v.constant && v.constant.data.length <= 64
      ? Array.from(v.constant.data as ArrayLike<number>, Number)
      : undefined);
  const [x, y] = [list(a), list(b)];
  if (x === undefined || y === undefined) return undefined;
  const length = Math.max(x.length, y.length);
  if ((x.length !== length && x.length !== 1) || (y.length !== length && y.length !== 1)) return undefined;
  const out: (number | string)[] = [];
  for (let i = 0; i < length; i++) {
    const p = x[x.length === 1 ? 0 : i];
    const q = y[y.length === 1 ? 0 : i];
    if (typeof p === "number" && typeof q === "number") out.push(map(p, q));
    else return undefined;
  }
  return out;
}

/** The broadcast of two inputs' shapes. @throws MatchMulError shape-conflict */
export function broadcastOf(
  call: Pick<Call<Tensor>, "unknown" | "conflict">,
  a: readonly (number | string)[] | undefined,
  b: readonly (number | string)[] | undefined,
): (number | string)[] | undefined {
  if (a === undefined || b === undefined) return undefined;
  return (
    broadcast(a, b, (axis) => call.unknown(axis)) ??
    call.conflict(`[${a.join(", ")}] and [${b.join(", ")}] do not broadcast`)
  );
}

export function binaryElements(
  call: RunCall,
  a: Tensor,
  b: Tensor,
  map: (a: number, b: number, dtype: DType) => number,
  mapBig: (a: bigint, b: bigint) => bigint,
): Tensor {
  if (a.dtype !== b.dtype) call.fail(`inputs of types ${a.dtype} and ${b.dtype}`);
  const shape = broadcastOf(call, a.shape, b.shape) as number[];
  const { dtype } = a;
  const data = allocate(dtype, sizeOf(shape), call.title);
  if (isBig(dtype)) {
    const [x, y, z] = [a.data as BigData, b.data as BigData, data as BigData];
    forBroadcast(shape, [a.shape, b.shape], (o, i, j) => {
      z[o] = mapBig(x[i], y[j]);
    });
  } else {
    const [x, y, z] = [a.data as NumberData, b.data as NumberData, data as NumberData];
    if (x.length === z.length && y.length === z.length)
      for (let i = 0; i < z.length; i++) z[i] = map(x[i], y[i], dtype);
    else
      forBroadcast(shape, [a.shape, b.shape], (o, i, j) => {
        z[o] = map(x[i], y[j], dtype);
      });
  }
  if (isFloat(dtype) && data instanceof Float32Array) roundArray(data, dtype);
  return { dtype, shape, data };
}

/** Visits every element of `shape` in order, with the offsets of the elements of two or three broadcast inputs. */
export function forBroadcast(
  shape: readonly number[],
  inputs: readonly (readonly number[])[],
  visit: (out: number, a: number, b: number, c: number) => void,
): void {
  const rank = shape.length;
  const total = sizeOf(shape);
  const strides = inputs.map((s) => broadcastStrides(s, shape));
  const [sa, sb] = strides;
  const sc = strides[2] ?? new Array<number>(rank).fill(0);
  const index = new Array<number>(rank).fill(0);
  const inner = rank === 0 ? 1 : shape[rank - 1];
  const [ia, ib, ic] = rank === 0 ? [0, 0, 0] : [sa[rank - 1], sb[rank - 1], sc[rank - 1]];
  let [a, b, c] = [0, 0, 0];
  for (let o = 0; o < total; ) {
    for (let k = 0; k < inner; k++) visit(o++, a + k * ia, b + k * ib, c + k * ic);
    for (let d = rank - 2; d >= 0; d--) {
      a += sa[d];
      b += sb[d];
      c += sc[d];
      if (++index[d] < shape[d]) break;
      a -= sa[d] * shape[d];
      b -= sb[d] * shape[d];
      c -= sc[d] * shape[d];
      index[d] = 0;
    }
  }
}

/** Strides that read a shape as if broadcast to a larger one: 0 along the dimensions that are repeated. */
export function broadcastStrides(from: readonly number[], to: readonly number[]): number[] {
  const own = stridesOf(from);
  return to.map((_, i) => {
    const j = i - to.length + from.length;
    return j < 0 || from[j] === 1 ? 0 : own[j];
  });
}
