import { dtypeOfOnnx, isFloat } from "../dtypes.js";
import { roundArray } from "../float-formats.js";
import { allocate, numberData } from "../tensor.js";
import type { InferCall, Operator, RunCall } from "./operator.js";
import { checkZeroPoint, scaleLayout } from "./scale-layout.js";

/** DequantizeLinear: (x - zero point) * scale, per tensor, per axis or per block. */
export const dequantizeLinear: Operator = {
  type: "DequantizeLinear",
  arity: [2, 3],
  infer: (call) => [{ dtype: outputType(call), shape: call.input(0).shape }],
  run: (call) => {
    const [x, scale, zeroPoint] = [call.input(0), call.input(1), call.inputs[2]];
    checkZeroPoint(call, scale, zeroPoint);
    const dtype = outputType(call);
    if (!isFloat(dtype)) call.fail(`a scale of type ${dtype}`);
    const source = numberData(x);
    const [s, z] = [numberData(scale), zeroPoint && numberData(zeroPoint)];
    const data = allocate(dtype, source.length, call.title) as Float32Array;
    scaleLayout(
      call,
      x.shape,
      scale.shape,
    )((i, j) => {
      data[i] = Math.fround(source[i] - (z === undefined ? 0 : z[j])) * s[j];
    });
    if (data instanceof Float32Array) roundArray(data, dtype);
    return [{ dtype, shape: x.shape, data }];
  },
};

function outputType(call: InferCall | RunCall) {
  const code = call.attributes.int("output_dtype", 0);
  return code === 0 ? call.input(1).dtype : (dtypeOfOnnx(code) ?? call.fail(`output_dtype ${code}`));
}
