import { isFloat } from "../dtypes.js";
import { roundArray } from "../float-formats.js";
import { tapRange, type WindowAxis } from "../kernels/window.js";
import { allocate, sizeOf } from "../tensor.js";
import { kernelOf } from "./max-pool.js";
import type { Operator } from "./operator.js";
import { concreteWindow, outputSpatial, windowOf } from "./spatial.js";

/** AveragePool: the mean over each window, of the inputs in it or (count_include_pad) of inputs and padding. */
export const averagePool: Operator = {
  type: "AveragePool",
  arity: [1, 1],
  infer: (call) => {
    const { dtype, shape } = call.input(0);
    return [
      {
        dtype,
        shape: shape && [...shape.slice(0, 2), ...outputSpatial(call, windowOf(call, shape, kernelOf(call)))],
      },
    ];
  },
  run: (call) => {
    const x = call.input(0);
    if (!isFloat(x.dtype)) call.fail(`input of type ${x.dtype}`);
    const window = concreteWindow(call, x, kernelOf(call));
    const [d, h, w] = window;
    const source = x.data as Float32Array;
    const shape = [...x.shape.slice(0, 2), ...window.slice(5 - x.shape.length).map((axis) => axis.output)];
    const data = allocate(x.dtype, sizeOf(shape), call.title) as Float32Array;
    const countPads = call.attributes.int("count_include_pad", 0) !== 0;
    const volume = d.input * h.input * w.input;
    let o = 0;
    for (let channel = 0; channel < x.shape[0] * x.shape[1]; channel++)
      for (let od = 0; od < d.output; od++) {
        const [d0, d1] = tapRange(d, od);
        for (let oh = 0; oh < h.output; oh++) {
          const [h0, h1] = tapRange(h, oh);
          for (let ow = 0; ow < w.output; ow++, o++) {
            const [w0, w1] = tapRange(w, ow);
            let sum = 0;
            for (let kd = d0; kd < d1; kd++)
              for (let kh = h0; kh < h1; kh++) {
                const zd = od * d.stride - d.padBegin + kd * d.dilation;
                const zh = oh * h.stride - h.padBegin + kh * h.dilation;
                const row = channel * volume + (zd * h.input + zh) * w.input + ow * w.stride - w.padBegin;
                for (let kw = w0; kw < w1; kw++) sum += source[row + kw * w.dilation];
              }
            const count = countPads
              ? paddedTaps(d, od) * paddedTaps(h, oh) * paddedTaps(w, ow)
              : (d1 - d0) * (h1 - h0) * (w1 - w0);
            data[o] = sum / count;
          }
        }
      }
    if (data instanceof Float32Array) roundArray(data, x.dtype);
    return [{ dtype: x.dtype, shape, data }];
  },
};

/** Taps inside the input or its padding; a window that ceil_mode lets reach beyond both has fewer. */
function paddedTaps(axis: WindowAxis, position: number): number {
  const room = axis.input + axis.padBegin + axis.padEnd - position * axis.stride;
  return Math.min(axis.kernel, Math.ceil(room / axis.dilation));
}
