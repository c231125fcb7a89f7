import type { AveragePoolLayer, ConvolutionLayer, FullyConnectedLayer, Window } from "@matchmul/quantizer";
import { insideRange } from "@matchmul/quantizer";
import { error } from "../diagnostics.js";

/** A layer as a matrix: acc[row] = bias[row] + sum over the features of weights[row * features + f] * x[f]. */
export interface DenseMatrix {
  features: number;
  rows: number;
  /** Rows of one channel lie together: requantization is per channel. */
  rowsPerChannel: number;
  weights: Int32Array;
  bias: Int32Array;
}

/** Beyond this many weights a layer is no matter for one packet. */
const MOST_WEIGHTS = 2 ** 22;

function emptyMatrix(layer: string, features: number, rows: number, rowsPerChannel: number): DenseMatrix {
  if (features * rows > MOST_WEIGHTS) throw error("layer-too-large", layer, features, rows);
  return {
    features,
    rows,
    rowsPerChannel,
    weights: new Int32Array(features * rows),
    bias: new Int32Array(rows),
  };
}

/** Positions of a window inside the image: input offset within a channel, and kernel offset. */
function windowPositions(window: Window, oy: number, ox: number): { at: number; kernel: number }[] {
  const positions: { at: number; kernel: number }[] = [];
  const { inSize, kernel, stride, dilation, padBefore } = window;
  const [top, bottom] = insideRange(window, 0, oy);
  const [left, right] = insideRange(window, 1, ox);
  for (let i = top; i < bottom; i++)
    for (let j = left; j < right; j++) {
      const y = oy * stride[0] - padBefore[0] + i * dilation[0];
      const x = ox * stride[1] - padBefore[1] + j * dilation[1];
      positions.push({ at: y * inSize[1] + x, kernel: i * kernel[1] + j });
    }
  return positions;
}

/** Every output position of a window layer's channel, with its input positions. */
export function* outputPositions(
  window: Window,
): Generator<{ out: number; inside: { at: number; kernel: number }[] }> {
  const [height, width] = window.outSize;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) yield { out: y * width + x, inside: windowPositions(window, y, x) };
}

export const spatial = ([height, width]: [number, number]): number => height * width;

function ofFullyConnected(layer: FullyConnectedLayer): DenseMatrix {
  const matrix = emptyMatrix(layer.name, layer.inFeatures, layer.outFeatures, 1);
  matrix.weights.set(layer.weights);
  matrix.bias.set(layer.bias);
  return matrix;
}

/** A convolution as a matrix; positions outside the image count as padValue, a constant that goes to the bias. */
function ofConvolution(layer: ConvolutionLayer): DenseMatrix {
  const { window, groups, padValue } = layer;
  const inPlane = spatial(window.inSize);
  const outPlane = spatial(window.outSize);
  const taps = spatial(window.kernel);
  const matrix = emptyMatrix(layer.name, layer.inChannels * inPlane, layer.outChannels * outPlane, outPlane);
  const inGroup = layer.inChannels / groups;
  const outGroup = layer.outChannels / groups;
  for (const { out, inside } of outputPositions(window))
    for (let o = 0; o < layer.outChannels; o++) {
      const row = o * outPlane + out;
      matrix.bias[row] = layer.bias[o];
      for (let c = 0; c < inGroup; c++) {
        const kernel = (o * inGroup + c) * taps;
        const channel = (Math.floor(o / outGroup) * inGroup + c) * inPlane;
        if (padValue !== 0)
          for (let k = 0; k < taps; k++) matrix.bias[row] += layer.weights[kernel + k] * padValue;
        for (const { at, kernel: k } of inside) {
          matrix.weights[row * matrix.features + channel + at] = layer.weights[kernel + k];
          matrix.bias[row] -= layer.weights[kernel + k] * padValue;
        }
      }
    }
  return matrix;
}

/** Average pooling as a matrix: each element inside the image weighs the multiplier of its window's count. */
function ofAveragePool(layer: AveragePoolLayer): DenseMatrix {
  const inPlane = spatial(layer.window.inSize);
  const outPlane = spatial(layer.window.outSize);
  const matrix = emptyMatrix(layer.name, layer.channels * inPlane, layer.channels * outPlane, outPlane);
  matrix.bias.fill(layer.bias);
  for (const { out, inside } of outputPositions(layer.window))
    for (let c = 0; c < layer.channels; c++)
      for (const { at } of inside)
        matrix.weights[(c * outPlane + out) * matrix.features + c * inPlane + at] =
          layer.multipliers[inside.length];
  return matrix;
}

/** One row a feature, each the feature itself. */
export function identityMatrix(features: number): DenseMatrix {
  const matrix = emptyMatrix("identity", features, features, features);
  for (let f = 0; f < features; f++) matrix.weights[f * features + f] = 1;
  return matrix;
}

export type LinearLayer = FullyConnectedLayer | ConvolutionLayer | AveragePoolLayer;

/** @throws MatchMulError layer-too-large */
export function denseOf(layer: LinearLayer): DenseMatrix {
  if (layer.kind === "fully-connected") return ofFullyConnected(layer);
  return layer.kind === "convolution" ? ofConvolution(layer) : ofAveragePool(layer);
}
