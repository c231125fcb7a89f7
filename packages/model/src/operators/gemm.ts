import { isFloat, type NumberData } from "../dtypes.js";
import { roundArray } from "../float-formats.js";
import { multiply, multiplyTransposed, transposed } from "../kernels/matmul.js";
import { broadcast, compatible } from "../shapes.js";
import { allocate, numberData, sizeOf, type Tensor, toBig } from "../tensor.js";
import { forBroadcast } from "./elementwise.js";
import type { InferCall, Operator, RunCall } from "./operator.js";

/** Gemm: alpha * A' * B' + beta * C, where ' is a transpose if asked for, and C broadcasts to the product. */
export const gemm: Operator = {
  type: "Gemm",
  arity: [2, 3],
  infer: (call) => {
    const [a, b, c] = [call.input(0), call.input(1), call.inputs[2]];
    const [m, k] = matrix(call, a.shape, call.attributes.int("transA", 0) !== 0);
    const [k2, n] = matrix(call, b.shape, call.attributes.int("transB", 0) !== 0);
    if (k !== undefined && k2 !== undefined && !compatible(k, k2))
      call.conflict(`the inner dimensions are ${k} and ${k2}`);
    const shape = [m ?? call.unknown(0), n ?? call.unknown(1)];
    if (c?.shape !== undefined) {
      const both = broadcast(c.shape, shape, (i) => shape[i]);
      if (both === undefined || both.length > 2 || !both.every((d, i) => compatible(d, shape[i])))
        call.conflict(`C of shape [${c.shape.join(", ")}] does not broadcast to [${shape.join(", ")}]`);
    }
    return [{ dtype: a.dtype, shape }];
  },
  run: (call) => [runGemm(call)],
};

function matrix(call: InferCall, shape: readonly (number | string)[] | undefined, transpose: boolean) {
  if (shape === undefined) return [undefined, undefined];
  if (shape.length !== 2) call.conflict(`an operand of shape [${shape.join(", ")}] is no matrix`);
  return transpose ? [shape[1], shape[0]] : shape;
}

function runGemm(call: RunCall): Tensor {
  const [a, b, c] = [call.input(0), call.input(1), call.inputs[2]];
  if (a.dtype !== b.dtype) call.fail(`inputs of types ${a.dtype} and ${b.dtype}`);
  const [transA, transB] = [call.attributes.int("transA", 0) !== 0, call.attributes.int("transB", 0) !== 0];
  const [m, k] = transA ? [a.shape[1], a.shape[0]] : a.shape;
  const n = transB ? b.shape[0] : b.shape[1];
  const [alpha, beta] = [call.attributes.float("alpha", 1), call.attributes.float("beta", 1)];
  // The product is computed in the inputs' own precision; integers (rare) in double, exact up to 2^53.
  const work = (t: Tensor) => (isFloat(t.dtype) ? t.data : Float64Array.from(numberData(t))) as Float32Array;
  const left = transA ? transposed(work(a), 0, k, m) : work(a);
  const product = new (isFloat(a.dtype) && a.dtype !== "float64" ? Float32Array : Float64Array)(
    m * n,
  ) as Float32Array;
  if (transB) multiplyTransposed(m, n, k, left, 0, work(b), 0, product, 0);
  else multiply(m, n, k, left, 0, work(b), 0, product, 0);
  if (alpha !== 1) for (let i = 0; i < product.length; i++) product[i] *= alpha;
  if (c !== undefined && beta !== 0) {
    const bias = numberData(c);
    forBroadcast([m, n], [[m, n], c.shape], (o, _, j) => {
      product[o] += beta * bias[j];
    });
  }
  if (isFloat(a.dtype)) {
    if (product instanceof Float32Array) roundArray(product, a.dtype);
    return { dtype: a.dtype, shape: [m, n], data: product };
  }
  const data = allocate(a.dtype, sizeOf([m, n]), call.title);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array)
    for (let i = 0; i < data.length; i++) data[i] = toBig(product[i]);
  else (data as NumberData).set(product);
  return { dtype: a.dtype, shape: [m, n], data };
}
