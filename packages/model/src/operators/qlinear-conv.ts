import { multiplierOf, requantize } from "../kernels/quantization.js";
import { allocate, numberData, sizeOf } from "../tensor.js";
import { convShape } from "./conv.js";
import { integerConvolution } from "./conv-integer.js";
import { type Operator, require8Bit } from "./operator.js";

/**
 * QLinearConv: the int32 convolution plus an int32 bias, requantized to 8 bits. The weights' scale and zero point
 * are scalars or one per output channel.
 */
export const qlinearConv: Operator = {
  type: "QLinearConv",
  arity: [8, 9],
  infer: (call) => {
    require8Bit(call, 0, 2, 3, 5, 7);
    const bias = call.inputs[8];
    if (bias !== undefined && bias.dtype !== "int32") call.fail(`a bias of type ${bias.dtype}`);
    return [{ dtype: call.input(7).dtype, shape: convShape(call, call.input(0).shape, call.input(3).shape) }];
  },
  run: (call) => {
    const [x, xScale, xZero, w, wScale, wZero, yScale, yZero] = Array.from({ length: 8 }, (_, i) =>
      call.input(i),
    );
    const bias = call.inputs[8]?.data as Int32Array | undefined;
    const accumulators = integerConvolution(call, x, xZero, w, wZero);
    const { dtype } = yZero;
    const data = allocate(dtype, accumulators.data.length, call.title) as Int8Array;
    const acc = accumulators.data as Int32Array;
    const [sx, sw, sy, zy] = [xScale, wScale, yScale, yZero].map(numberData);
    const channels = accumulators.shape[1];
    if (sw.length !== 1 && sw.length !== channels)
      call.conflict(`${sw.length} scales for ${channels} channels`);
    if (bias !== undefined && bias.length !== channels)
      call.conflict(`a bias of ${bias.length} for ${channels} channels`);
    const positions = sizeOf(accumulators.shape.slice(2));
    for (let i = 0, c = 0; i < data.length; i += positions, c = (c + 1) % channels) {
      const multiplier = multiplierOf(sx[0], sw.length === 1 ? sw[0] : sw[c], sy[0]);
      const add = bias === undefined ? 0 : bias[c];
      for (let p = i; p < i + positions; p++)
        data[p] = requantize((acc[p] + add) | 0, multiplier, zy[0], dtype);
    }
    return [{ dtype, shape: accumulators.shape, data }];
  },
};
