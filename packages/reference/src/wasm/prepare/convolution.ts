import type { ConvolutionLayer, MaxPoolLayer, Window } from "@matchmul/quantizer";
import type { Arena } from "../machine.js";
import { type Call, type Preparation, type Prepared, paddedSize, roundUp, signOf } from "./prepared.js";
import { preparePoint } from "./product.js";
import { type Accumulators, prepareRequantization } from "./requantization.js";

/** Elements the kernel copies at once when it gathers a window. */
const SEGMENT = 8;

/**
 * A convolution: the image is widened to 16 bits inside a border of `padValue`, then four positions at a time
 * their windows are gathered into rows and multiplied with all filters.
 * @param pool a max pool that follows, to be done on the accumulators: there are fewer to requantize then
 */
export function prepareConvolution(
  layer: ConvolutionLayer,
  preparation: Preparation,
  pool?: MaxPoolLayer,
): Prepared {
  const { window, inChannels, outChannels, groups, weights, padValue } = layer;
  const sizes = [...window.inSize, ...window.outSize, ...window.kernel, groups];
  if (pool === undefined && sizes.every((n) => n === 1)) return preparePoint(layer, preparation);
  const { arena, addresses } = preparation;
  const [height, width] = paddedSize(window);
  const perGroup = inChannels / groups;
  const outPerGroup = outChannels / groups;
  const perOutput = weights.length / outChannels;
  const wide = weights instanceof Int16Array;
  const size = weights.BYTES_PER_ELEMENT;
  const columns = roundUp(perOutput, 8);
  const filters = roundUp(outPerGroup, 2);
  const positions = window.outSize[0] * window.outSize[1];
  const accStride = roundUp(positions, 4) * 4;

  const image = arena.take(inChannels * height * width * 2);
  const pieces = segments(window, perGroup, height, width);
  const offsets = arena.take(pieces.offsets.length * 4);
  const rows = arena.take(4 * columns * 2);
  const matrix = arena.take(groups * filters * columns * size);
  const biases = arena.take((outChannels + 1) * 4);
  // A group of an odd number of filters writes one more row, which the next group overwrites.
  const accumulators = arena.take((outChannels + 1) * accStride);
  const all = { address: accumulators, channels: outChannels, perChannel: positions, stride: accStride };
  const pooled = pool && preparePooledAccumulators(all, pool.window, arena);
  const requantization = prepareRequantization(
    pooled?.accumulators ?? all,
    layer.requantization,
    pool?.output ?? layer.output,
    preparation,
  );
  const inside = image + (window.padBefore[0] * width + window.padBefore[1]) * 2;
  return {
    initialise: (machine) => {
      machine.int16.fill(padValue, image / 2, image / 2 + inChannels * height * width);
      machine.int32.set(pieces.offsets, offsets / 4);
      machine.int32.set(layer.bias, biases / 4);
      const to = wide ? machine.int16 : machine.int8;
      for (let o = 0; o < outChannels; o++) {
        const row = Math.floor(o / outPerGroup) * filters + (o % outPerGroup);
        to.set(weights.subarray(o * perOutput, (o + 1) * perOutput), matrix / size + row * columns);
      }
      requantization.initialise(machine);
    },
    calls: [
      [
        `pad_${signOf(layer.input, preparation)}`,
        addresses.get(layer.input)!,
        inside,
        inChannels,
        ...window.inSize,
        width * 2,
        height * width * 2,
      ],
      ...Array.from(
        { length: groups },
        (_, g): Call => [
          wide ? "convolution16" : "convolution8",
          image + g * perGroup * height * width * 2,
          offsets,
          pieces.offsets.length,
          pieces.length * 2,
          rows,
          columns * 2,
          matrix + g * filters * columns * size,
          biases + g * outPerGroup * 4,
          accumulators + g * outPerGroup * accStride,
          accStride,
          filters,
          positions,
          window.outSize[1],
          window.stride[0] * width * 2,
          window.stride[1] * 2,
        ],
      ),
      ...(pooled?.calls ?? []),
      ...requantization.calls,
    ],
  };
}

function preparePooledAccumulators(
  { address, channels, stride }: Accumulators,
  { inSize, outSize, kernel, stride: step, dilation }: Window,
  arena: Arena,
): { accumulators: Accumulators; calls: Call[] } {
  const perChannel = outSize[0] * outSize[1];
  const to = arena.take(4 * channels * perChannel);
  const row = 4 * inSize[1];
  const rows = [kernel[0], dilation[0] * row, step[0] * row, outSize[0]];
  const columns = [kernel[1], 4 * dilation[1], 4 * step[1], outSize[1]];
  return {
    accumulators: { address: to, channels, perChannel, stride: 4 * perChannel },
    calls: [["max_pool_i32", address, to, channels, stride, ...rows, row, ...columns, arena.take(row)]],
  };
}

/** Where the pieces of a window begin, in bytes from its first element, and how many elements each has. */
function segments(
  { kernel, dilation }: Window,
  channels: number,
  height: number,
  width: number,
): { offsets: number[]; length: number } {
  const whole = dilation[1] === 1 && kernel[1] <= SEGMENT;
  const offsets: number[] = [];
  for (let c = 0; c < channels; c++)
    for (let i = 0; i < kernel[0]; i++) {
      const row = (c * height + i * dilation[0]) * width;
      if (whole) offsets.push(row * 2);
      else for (let j = 0; j < kernel[1]; j++) offsets.push((row + j * dilation[1]) * 2);
    }
  return { offsets, length: whole ? kernel[1] : 1 };
}
