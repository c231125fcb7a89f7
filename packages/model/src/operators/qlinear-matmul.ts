import { eachBroadcast, multiplierOf, requantize } from "../kernels/quantization.js";
import { allocate, numberData } from "../tensor.js";
import { matmulShape } from "./matmul.js";
import { integerProduct, perRow } from "./matmul-integer.js";
import { type Operator, require8Bit } from "./operator.js";

/**
 * QLinearMatMul: the int32 product, requantized to 8 bits. Scales and zero points are scalars, or one per row of
 * the left operand and the result, and one per column of the right operand.
 */
export const qlinearMatmul: Operator = {
  type: "QLinearMatMul",
  arity: [8, 8],
  infer: (call) => {
    require8Bit(call, 0, 2, 3, 5, 7);
    return [
      { dtype: call.input(7).dtype, shape: matmulShape(call, call.input(0).shape, call.input(3).shape) },
    ];
  },
  run: (call) => {
    const [a, aScale, aZero, b, bScale, bZero, yScale, yZero] = Array.from({ length: 8 }, (_, i) =>
      call.input(i),
    );
    const product = integerProduct(call, a, aZero, b, bZero);
    const { dtype } = yZero;
    const data = allocate(dtype, product.data.length, call.title) as Int8Array;
    const accumulators = product.data as Int32Array;
    const size = product.data.length;
    const [sa, sb, sy, zy] = [aScale, bScale, yScale, yZero].map((t, i) => {
      const out = new Float64Array(size);
      const values = numberData(t);
      const shape = t.data.length === 1 ? [] : i === 1 ? t.shape : perRow(t);
      eachBroadcast(product.shape, shape, (o, j) => {
        out[o] = values[j];
      });
      return out;
    });
    for (let i = 0; i < size; i++)
      data[i] = requantize(accumulators[i], multiplierOf(sa[i], sb[i], sy[i]), zy[i], dtype);
    return [{ dtype, shape: product.shape, data }];
  },
};
