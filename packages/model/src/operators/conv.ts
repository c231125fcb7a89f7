import { isFloat } from "../dtypes.js";
import { roundArray } from "../float-formats.js";
import type { Dim } from "../graph.js";
import { convolve } from "../kernels/convolution.js";
import { compatible } from "../shapes.js";
import { allocate, sizeOf, type Tensor } from "../tensor.js";
import type { InferCall, Operator, RunCall } from "./operator.js";
import { concreteWindow, outputSpatial, windowOf } from "./spatial.js";

/** Conv: 1-D to 3-D, with strides, dilations, groups, pads and auto_pad. W is [out, in / groups, taps...]. */
export const conv: Operator = {
  type: "Conv",
  arity: [2, 3],
  infer: (call) => {
    const [x, w] = [call.input(0), call.input(1)];
    const bias = call.inputs[2]?.shape;
    if (!isFloat(x.dtype) || x.dtype !== w.dtype || (call.inputs[2]?.dtype ?? x.dtype) !== x.dtype)
      call.fail(`inputs of types ${call.inputs.map((v) => v?.dtype).join(", ")}`);
    const shape = convShape(call, x.shape, w.shape);
    if (bias !== undefined && shape !== undefined && (bias.length !== 1 || !compatible(bias[0], shape[1])))
      call.conflict(`a bias of shape [${bias.join(", ")}] for ${shape[1]} channels`);
    return [{ dtype: x.dtype, shape }];
  },
  run: (call) => {
    const [x, w, bias] = [call.input(0), call.input(1), call.inputs[2]];
    const shape = convShape(call, x.shape, w.shape) as number[];
    const data = allocate(x.dtype, sizeOf(shape), call.title) as Float32Array;
    runConvolution(call, x.data as Float32Array, x, w.data as Float32Array, w, data);
    if (bias !== undefined) {
      const b = bias.data as Float32Array;
      const positions = sizeOf(shape.slice(2));
      for (let i = 0, c = 0; i < data.length; i += positions, c = (c + 1) % shape[1])
        for (let p = i; p < i + positions; p++) data[p] += b[c];
    }
    if (data instanceof Float32Array) roundArray(data, x.dtype);
    return [{ dtype: x.dtype, shape, data }];
  },
};

/** The output's shape, which ConvInteger and QLinearConv share. @throws MatchMulError shape-conflict */
export function convShape(
  call: InferCall | RunCall,
  x: readonly Dim[] | undefined,
  w: readonly Dim[] | undefined,
): Dim[] | undefined {
  if (x === undefined || w === undefined) return undefined;
  const groups = call.attributes.int("group", 1);
  const text = `input [${x.join(", ")}], weights [${w.join(", ")}], ${groups} groups`;
  if (x.length !== w.length || x.length < 3) call.conflict(text);
  const [out, perGroup] = w;
  if (!(groups >= 1)) call.fail(`${groups} groups`);
  if (typeof x[1] === "number" && typeof perGroup === "number" && x[1] !== perGroup * groups)
    call.conflict(text);
  if (typeof out === "number" && out % groups !== 0) call.conflict(text);
  const taps = w.slice(2);
  const kernel = call.attributes.ints("kernel_shape");
  if (kernel !== undefined && !taps.every((d, i) => compatible(d, kernel[i])))
    call.conflict(`${text}, kernel_shape [${kernel.join(", ")}]`);
  const known = kernel ?? taps;
  if (!known.every((d) => typeof d === "number"))
    return [x[0], out, ...taps.map((_, i) => call.unknown(i + 2))];
  return [x[0], out, ...outputSpatial(call, windowOf(call, x, known as number[]))];
}

/** Convolves the given element arrays of two tensors into y. */
export function runConvolution(
  call: RunCall,
  x: Float32Array | Float64Array,
  { shape }: Pick<Tensor, "shape">,
  w: Float32Array | Float64Array,
  weights: Pick<Tensor, "shape">,
  y: Float32Array | Float64Array | Int32Array,
): void {
  convolve(
    {
      batch: shape[0],
      inChannels: shape[1],
      outChannels: weights.shape[0],
      groups: call.attributes.int("group", 1),
      window: concreteWindow(call, { shape } as Tensor, weights.shape.slice(2)),
    },
    x,
    w,
    y,
  );
}
