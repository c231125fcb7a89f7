import { multiply } from "../kernels/matmul.js";
import { centred } from "../kernels/quantization.js";
import { allocate, sizeOf, type Tensor } from "../tensor.js";
import { matmulShape, overBatches } from "./matmul.js";
import { type Operator, type RunCall, require8Bit } from "./operator.js";

/** MatMulInteger: the int32 product of 8-bit matrices, each less its zero point. */
export const matmulInteger: Operator = {
  type: "MatMulInteger",
  arity: [2, 4],
  infer: (call) => {
    require8Bit(call, 0, 1, 2, 3);
    return [{ dtype: "int32", shape: matmulShape(call, call.input(0).shape, call.input(1).shape) }];
  },
  run: (call) => [integerProduct(call, call.input(0), call.inputs[2], call.input(1), call.inputs[3])],
};

/** A value per row of the left operand is written as a vector; as a column it broadcasts. */
export function perRow(t: Tensor): readonly number[] {
  return t.shape.length === 1 && t.shape[0] > 1 ? [t.shape[0], 1] : t.shape;
}

export function integerProduct(
  call: RunCall,
  a: Tensor,
  aZero: Tensor | undefined,
  b: Tensor,
  bZero: Tensor | undefined,
): Tensor {
  const shape = matmulShape(call, a.shape, b.shape) as number[];
  const data = allocate("int32", sizeOf(shape), call.title) as Int32Array;
  const left = centred(a, aZero, aZero && perRow(aZero));
  // A product of up to K = 2^37 terms of 16 bits is exact in the kernel's doubles, and wraps when stored.
  overBatches(
    call,
    { shape: a.shape, data: left },
    { shape: b.shape, data: centred(b, bZero) },
    data,
    multiply,
  );
  return { dtype: "int32", shape, data };
}
