import type { NumberData } from "../dtypes.js";
import { isBig } from "../dtypes.js";
import { tapRange } from "../kernels/window.js";
import { allocate, sizeOf, type Tensor } from "../tensor.js";
import type { InferCall, Operator, RunCall } from "./operator.js";
import { concreteWindow, outputSpatial, windowOf } from "./spatial.js";

/** MaxPool, for floats and 8-bit integers; its second output is each maximum's position in the whole input. */
export const maxPool: Operator = {
  type: "MaxPool",
  arity: [1, 1],
  infer: (call) => {
    const { dtype, shape } = call.input(0);
    const pooled = shape && [
      ...shape.slice(0, 2),
      ...outputSpatial(call, windowOf(call, shape, kernelOf(call))),
    ];
    return [
      { dtype, shape: pooled },
      { dtype: "int64" as const, shape: pooled },
    ].slice(0, Math.max(1, call.node.outputs.length));
  },
  run: runMaxPool,
};

export function kernelOf(call: InferCall | RunCall): number[] {
  return call.attributes.ints("kernel_shape") ?? call.fail("kernel_shape is missing");
}

function runMaxPool(call: RunCall): Tensor[] {
  const x = call.input(0);
  if (isBig(x.dtype)) call.fail(`input of type ${x.dtype}`);
  const window = concreteWindow(call, x, kernelOf(call));
  const [d, h, w] = window;
  const source = x.data as NumberData;
  const shape = [...x.shape.slice(0, 2), ...window.slice(5 - x.shape.length).map((axis) => axis.output)];
  const size = sizeOf(shape);
  const data = allocate(x.dtype, size, call.title) as NumberData;
  const indices = (call.node.outputs[1] ?? "") === "" ? undefined : new BigInt64Array(size);
  const columnMajor = call.attributes.int("storage_order", 0) === 1;
  const volume = d.input * h.input * w.input;
  let o = 0;
  for (let channel = 0; channel < x.shape[0] * x.shape[1]; channel++) {
    const base = channel * volume;
    for (let od = 0; od < d.output; od++) {
      const [d0, d1] = tapRange(d, od);
      for (let oh = 0; oh < h.output; oh++) {
        const [h0, h1] = tapRange(h, oh);
        for (let ow = 0; ow < w.output; ow++, o++) {
          const [w0, w1] = tapRange(w, ow);
          let best = -Infinity;
          let at = -1;
          for (let kd = d0; kd < d1; kd++)
            for (let kh = h0; kh < h1; kh++) {
              const zd = od * d.stride - d.padBegin + kd * d.dilation;
              const zh = oh * h.stride - h.padBegin + kh * h.dilation;
              const row = base + (zd * h.input + zh) * w.input + ow * w.stride - w.padBegin;
              for (let kw = w0; kw < w1; kw++) {
                const v = source[row + kw * w.dilation];
                if (v > best || at < 0) {
                  best = v;
                  at = row + kw * w.dilation;
                }
              }
            }
          data[o] = at < 0 ? lowest(x.dtype) : best;
          if (indices !== undefined)
            indices[o] = BigInt(columnMajor ? transposedIndex(at, base, d.input, h.input, w.input) : at);
        }
      }
    }
  }
  const outputs: Tensor[] = [{ dtype: x.dtype, shape, data }];
  if (indices !== undefined) outputs.push({ dtype: "int64", shape, data: indices });
  return outputs;
}

/** What a window wholly inside the padding gives. */
function lowest(dtype: Tensor["dtype"]): number {
  return dtype === "int8" ? -128 : dtype === "uint8" ? 0 : -Infinity;
}

/** storage_order 1: the position counted down columns first. */
function transposedIndex(at: number, base: number, depth: number, height: number, width: number): number {
  const i = at - base;
  const [x, y, z] = [i % width, Math.floor(i / width) % height, Math.floor(i / (width * height))];
  return base + (x * height + y) * depth + z;
}
