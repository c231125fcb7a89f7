import { roundHalfEven } from "../float-formats.js";
import { clampTo, quantize } from "../kernels/quantization.js";
import { tensor } from "../tensor.js";
import type { Operator } from "./operator.js";

/**
 * DynamicQuantizeLinear: to uint8 by the range of this very input, zero included. It runs at graph level; a
 * switch needs a scale known beforehand, which normalise can give only where the input's range is known.
 */
export const dynamicQuantizeLinear: Operator = {
  type: "DynamicQuantizeLinear",
  arity: [1, 1],
  infer: (call) => {
    if (call.input(0).dtype !== "float32") call.fail(`input of type ${call.input(0).dtype}`);
    return [
      { dtype: "uint8", shape: call.input(0).shape },
      { dtype: "float32", shape: [] },
      { dtype: "uint8", shape: [] },
    ];
  },
  run: (call) => {
    const x = call.input(0);
    const source = x.data as Float32Array;
    let [low, high] = [0, 0];
    for (const v of source) {
      low = Math.min(low, v);
      high = Math.max(high, v);
    }
    const scale = low === high ? 1 : Math.fround(Math.fround(high - low) / 255);
    const zeroPoint = roundHalfEven(clampTo(Math.fround(0 - Math.fround(low / scale)), "uint8"));
    const data = Uint8Array.from(source, (v) => quantize(v, scale, zeroPoint, "uint8"));
    return [
      { dtype: "uint8", shape: x.shape, data },
      tensor([], Float32Array.of(scale)),
      tensor([], Uint8Array.of(zeroPoint)),
    ];
  },
};
