import { type BigData, isBig, isFloat } from "../dtypes.js";
import { roundArray } from "../float-formats.js";
import type { Dim } from "../graph.js";
import { multiply } from "../kernels/matmul.js";
import { compatible } from "../shapes.js";
import { allocate, sizeOf, type Tensor } from "../tensor.js";
import { broadcastOf, broadcastStrides } from "./elementwise.js";
import type { Call, Operator, RunCall } from "./operator.js";

/** MatMul: as numpy.matmul, one-dimensional operands and broadcast batches included. */
export const matmul: Operator = {
  type: "MatMul",
  arity: [2, 2],
  infer: (call) => {
    const [a, b] = [call.input(0), call.input(1)];
    return [{ dtype: a.dtype, shape: matmulShape(call, a.shape, b.shape) }];
  },
  run: (call) => [matmulTensors(call, call.input(0), call.input(1))],
};

/** The shape of a product. @throws MatchMulError shape-conflict */
export function matmulShape(
  call: Pick<Call<Tensor>, "unknown" | "conflict">,
  a: readonly Dim[] | undefined,
  b: readonly Dim[] | undefined,
): Dim[] | undefined {
  if (a === undefined || b === undefined) return undefined;
  const text = `[${a.join(", ")}] times [${b.join(", ")}]`;
  if (a.length === 0 || b.length === 0) call.conflict(`${text}: a scalar`);
  const inner = b.length === 1 ? b[0] : b[b.length - 2];
  if (!compatible(a[a.length - 1], inner)) call.conflict(`${text}: inner dimensions differ`);
  const batch = broadcastOf(call, a.slice(0, -2), b.slice(0, -2)) ?? [];
  return [
    ...batch,
    ...(a.length === 1 ? [] : [a[a.length - 2]]),
    ...(b.length === 1 ? [] : [b[b.length - 1]]),
  ];
}

type Multiply<A, C> = (
  m: number,
  n: number,
  k: number,
  a: A,
  aOffset: number,
  b: A,
  bOffset: number,
  c: C,
  cOffset: number,
) => void;

/** Runs a two-dimensional product over all batches of two tensors that broadcast. */
export function overBatches<A, C>(
  call: RunCall,
  a: { shape: readonly number[]; data: A },
  b: { shape: readonly number[]; data: A },
  c: C,
  kernel: Multiply<A, C>,
): void {
  const [sa, sb] = [
    a.shape.length === 1 ? [1, ...a.shape] : a.shape,
    b.shape.length === 1 ? [...b.shape, 1] : b.shape,
  ];
  const [m, k] = sa.slice(-2);
  const n = sb[sb.length - 1];
  const batch = broadcastOf(call, sa.slice(0, -2), sb.slice(0, -2)) as number[];
  const [ta, tb] = [broadcastStrides(sa.slice(0, -2), batch), broadcastStrides(sb.slice(0, -2), batch)];
  const total = sizeOf(batch);
  // One matrix for all batches of a: one tall product.
  if (tb.every((t) => t === 0) && sizeOf(sa.slice(0, -2)) === total) {
    kernel(m * total, n, k, a.data, 0, b.data, 0, c, 0);
    return;
  }
  for (let t = 0; t < total; t++) {
    let [i, j, rest] = [0, 0, t];
    for (let d = batch.length - 1; d >= 0; d--) {
      const x = rest % batch[d];
      rest = (rest - x) / batch[d];
      i += x * ta[d];
      j += x * tb[d];
    }
    kernel(m, n, k, a.data, i * m * k, b.data, j * k * n, c, t * m * n);
  }
}

export function matmulTensors(call: RunCall, a: Tensor, b: Tensor): Tensor {
  if (a.dtype !== b.dtype) call.fail(`inputs of types ${a.dtype} and ${b.dtype}`);
  const shape = matmulShape(call, a.shape, b.shape) as number[];
  const data = allocate(a.dtype, sizeOf(shape), call.title);
  if (isBig(a.dtype))
    overBatches(
      call,
      { shape: a.shape, data: a.data as BigData },
      { shape: b.shape, data: b.data as BigData },
      data as BigData,
      multiplyBig,
    );
  else if (!isFloat(a.dtype))
    overBatches(
      call,
      { shape: a.shape, data: a.data as Int32Array },
      { shape: b.shape, data: b.data as Int32Array },
      data as Int32Array,
      multiplyWrapping,
    );
  else {
    overBatches(
      call,
      { shape: a.shape, data: a.data as Float32Array },
      { shape: b.shape, data: b.data as Float32Array },
      data as Float32Array,
      multiply,
    );
    if (data instanceof Float32Array) roundArray(data, a.dtype);
  }
  return { dtype: a.dtype, shape, data };
}

const multiplyWrapping: Multiply<Int32Array, Int32Array> = (m, n, k, a, aOffset, b, bOffset, c, cOffset) => {
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) {
      let s = 0;
      for (let p = 0; p < k; p++) s = (s + Math.imul(a[aOffset + i * k + p], b[bOffset + p * n + j])) | 0;
      c[cOffset + i * n + j] = s;
    }
};

const multiplyBig: Multiply<BigData, BigData> = (m, n, k, a, aOffset, b, bOffset, c, cOffset) => {
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) {
      let s = 0n;
      for (let p = 0; p < k; p++) s += a[aOffset + i * k + p] * b[bOffset + p * n + j];
      c[cOffset + i * n + j] = s;
    }
};
