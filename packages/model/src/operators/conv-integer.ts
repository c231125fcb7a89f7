import { centred } from "../kernels/quantization.js";
import { allocate, sizeOf, type Tensor } from "../tensor.js";
import { convShape, runConvolution } from "./conv.js";
import { type Operator, type RunCall, require8Bit } from "./operator.js";

/** ConvInteger: the int32 convolution of 8-bit tensors, each less its zero point; padding is the zero point. */
export const convInteger: Operator = {
  type: "ConvInteger",
  arity: [2, 4],
  infer: (call) => {
    require8Bit(call, 0, 1, 2, 3);
    return [{ dtype: "int32", shape: convShape(call, call.input(0).shape, call.input(1).shape) }];
  },
  run: (call) => [integerConvolution(call, call.input(0), call.inputs[2], call.input(1), call.inputs[3])],
};

/** The accumulators; the weights' zero point is a scalar or one per output channel. */
export function integerConvolution(
  call: RunCall,
  x: Tensor,
  xZero: Tensor | undefined,
  w: Tensor,
  wZero: Tensor | undefined,
): Tensor {
  const shape = convShape(call, x.shape, w.shape) as number[];
  const data = allocate("int32", sizeOf(shape), call.title) as Int32Array;
  const perChannel = w.shape.map((d, i) => (i === 0 ? d : 1));
  if (xZero !== undefined && xZero.data.length !== 1) call.conflict(`${xZero.data.length} zero points of x`);
  if (wZero !== undefined && wZero.data.length !== 1 && wZero.data.length !== w.shape[0])
    call.conflict(`${wZero.data.length} zero points for ${w.shape[0]} channels`);
  runConvolution(call, centred(x, xZero), x, centred(w, wZero, perChannel), w, data);
  return { dtype: "int32", shape, data };
}
