import { type DType, dtypeOfOnnx, isFloat, type NumberData } from "../dtypes.js";
import { quantize } from "../kernels/quantization.js";
import { allocate, numberData, type Tensor } from "../tensor.js";
import type { InferCall, Operator, RunCall } from "./operator.js";
import { checkZeroPoint, scaleLayout } from "./scale-layout.js";

/** QuantizeLinear: saturate(round(x / scale) + zero point), per tensor, per axis or per block. */
export const quantizeLinear: Operator = {
  type: "QuantizeLinear",
  arity: [2, 3],
  infer: (call) => [{ dtype: outputType(call), shape: call.input(0).shape }],
  run: (call) => {
    const [x, scale, zeroPoint] = [call.input(0), call.input(1), call.inputs[2]];
    const dtype = outputType(call);
    if (dtype === "int32" || dtype === "int64" || dtype === "uint64")
      call.fail(`a zero point of type ${dtype}`);
    checkZeroPoint(call, scale, zeroPoint);
    const saturate = call.attributes.int("saturate", 1) !== 0;
    const source = numberData(x);
    const [s, z] = [numberData(scale), zeroPoint && !isFloat(dtype) ? numberData(zeroPoint) : undefined];
    const data = allocate(dtype, source.length, call.title) as NumberData;
    scaleLayout(
      call,
      x.shape,
      scale.shape,
    )((i, j) => {
      data[i] = quantize(source[i], s[j], z === undefined ? 0 : z[j], dtype, saturate);
    });
    return [{ dtype, shape: x.shape, data }];
  },
};

function outputType(call: InferCall | RunCall): DType {
  const zeroPoint = call.inputs[2] as Pick<Tensor, "dtype"> | undefined;
  if (zeroPoint !== undefined) return zeroPoint.dtype;
  const code = call.attributes.int("output_dtype", 0);
  return code === 0 ? "uint8" : (dtypeOfOnnx(code) ?? call.fail(`output_dtype ${code}`));
}
