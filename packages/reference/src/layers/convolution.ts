import type { ConvolutionLayer } from "@matchmul/quantizer";
import { requantize } from "../requantize.js";
import type { Execute, Integers } from "./layer.js";

/** The accumulators of a convolution: for each weight, its product with a shifted image is added, row by row. */
export const executeConvolution: Execute<ConvolutionLayer> = (layer, run) => {
  const { window, outChannels } = layer;
  const perChannel = window.outSize[0] * window.outSize[1];
  const accumulators = new Int32Array(outChannels * perChannel);
  const x = run.input(layer.input);
  for (let o = 0; o < outChannels; o++)
    convolveChannel(layer, x, o, accumulators.subarray(o * perChannel, (o + 1) * perChannel));
  run.accumulators.set(layer.name, accumulators);
  run.values.set(
    layer.output,
    requantize(accumulators, layer.requantization, run.tensor(layer.output), perChannel),
  );
};

function convolveChannel(layer: ConvolutionLayer, x: Integers, o: number, acc: Int32Array): void {
  const { inChannels, outChannels, groups, window, weights, padValue } = layer;
  const { inSize, outSize, kernel } = window;
  const perGroup = inChannels / groups;
  const group = Math.floor(o / (outChannels / groups));
  acc.fill(layer.bias[o]);
  for (let c = 0; c < perGroup; c++) {
    const image = (group * perGroup + c) * inSize[0] * inSize[1];
    const filter = (o * perGroup + c) * kernel[0] * kernel[1];
    for (let oy = 0; oy < outSize[0]; oy++) {
      const top = oy * window.stride[0] - window.padBefore[0];
      for (let i = 0; i < kernel[0]; i++) {
        const y = top + i * window.dilation[0];
        const inside = y >= 0 && y < inSize[0];
        for (let j = 0; j < kernel[1]; j++) {
          const w = weights[filter + i * kernel[1] + j];
          const row = image + y * inSize[1];
          const left = j * window.dilation[1] - window.padBefore[1];
          for (let ox = 0, at = oy * outSize[1]; ox < outSize[1]; ox++, at++) {
            const column = left + ox * window.stride[1];
            const value = inside && column >= 0 && column < inSize[1] ? x[row + column] : padValue;
            acc[at] = acc[at] + w * value;
          }
        }
      }
    }
  }
}
