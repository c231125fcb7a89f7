import { convolution, dense, type FabricLayer } from "@matchmul/planner";

type Shape = NonNullable<FabricLayer["shape"]>;
/** [height, width] */
export type Pair = [number, number];
export type ImageSize = Shape["input"];

/** A convolution of any size; one-dimensional ones have height 1. */
export interface ConvolutionSize {
  name: string;
  input: ImageSize;
  outputs: number;
  kernel: Pair;
  stride: Pair;
  dilation: Pair;
  padBefore: Pair;
  outSize: Pair;
  groups: number;
  planes: number;
}

export function convolutionLayer(size: ConvolutionSize): FabricLayer {
  const { name, input, outputs, kernel, stride, dilation, padBefore, outSize, groups, planes } = size;
  const { channels, height, width } = input;
  const unit = convolution(name, { size: 1, channels, kernel: 1, outputs, padding: 0, pool: 1, planes });
  return {
    ...unit,
    reduction: (kernel[0] * kernel[1] * channels) / groups,
    positions: outSize[0] * outSize[1],
    inputs: channels * height * width,
    shape: { ...unit.shape!, input, kernel, stride, dilation, padBefore, outSize },
  };
}

/** A fully connected layer, of an image or of plain features. */
export function denseLayer(name: string, input: ImageSize, outputs: number, planes: number): FabricLayer {
  return dense(name, input.channels * input.height * input.width, outputs, planes, { input });
}

/** A layer whose results are pooled: so many positions after it, each the largest of `window` before it. */
export function pooledLayer(layer: FabricLayer, positions: number, window: number): FabricLayer {
  const windows = new Array<number>(positions).fill(window);
  return { ...layer, window, shape: { ...layer.shape!, windows } };
}

/** Layers that know which of them is the first, whose image hosts send, and the last, whose sums are the answer. */
export function chained(layers: readonly FabricLayer[]): FabricLayer[] {
  return layers.map((layer, l) => ({
    ...layer,
    shape: { ...layer.shape!, first: l === 0, last: l === layers.length - 1 },
  }));
}
