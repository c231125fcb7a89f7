import type { ConvolutionLayer, Window } from "@matchmul/quantizer";
import { type Call, type Preparation, type Prepared, paddedSize, roundUp, signOf } from "./prepared.js";
import { preparePoint } from "./product.js";
import { prepareRequantization } from "./requantization.js";

/** Elements the kernel copies at once when it gathers a window. */
const SEGMENT = 8;

/**
 * A convolution: the image is widened to 16 bits inside a border of `padValue`, then four positions at a time
 * their windows are gathered into rows and multiplied with all filters.
 */
export function prepareConvolution(layer: ConvolutionLayer, preparation: Preparation): Prepared {
  const { window, inChannels, outChannels, groups, weights, padValue } = layer;
  if (window.outSize[0] * window.outSize[1] * window.kernel[0] * window.kernel[1] === 1 && groups === 1)
    if (window.inSize[0] * window.inSize[1] === 1) return preparePoint(layer, preparation);
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
  const requantization = prepareRequantization(
    { address: accumulators, channels: outChannels, perChannel: positions, stride: accStride },
    layer.requantization,
    layer.output,
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
      ...requantization.calls,
    ],
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
