import type { ConvolutionLayer, FullyConnectedLayer, Requantization } from "@matchmul/quantizer";
import { type Preparation, type Prepared, roundUp, signOf } from "./prepared.js";
import { prepareRequantization } from "./requantization.js";

interface Product {
  input: string;
  output: string;
  inFeatures: number;
  outFeatures: number;
  weights: Int8Array | Int16Array;
  bias: Int32Array;
  requantization: Requantization | null;
}

export function prepareFullyConnected(layer: FullyConnectedLayer, preparation: Preparation): Prepared {
  return prepareProduct(layer, preparation);
}

/** Whether the kernel can read the layer's weights as they are: rows in fours, columns in eights. */
export function isUsableInPlace(layer: Pick<FullyConnectedLayer, "inFeatures" | "outFeatures">): boolean {
  return layer.inFeatures % 8 === 0 && layer.outFeatures % 4 === 0;
}

/** A convolution of one position is a product too. */
export function preparePoint(layer: ConvolutionLayer, preparation: Preparation): Prepared {
  return prepareProduct(
    { ...layer, inFeatures: layer.inChannels, outFeatures: layer.outChannels },
    preparation,
  );
}

/**
 * A matrix times a vector. The kernel reads four rows of weights at a time, eight columns at a time; a matrix of
 * such a size that already lies in the memory is used where it is.
 */
function prepareProduct(layer: Product, preparation: Preparation): Prepared {
  const { arena, addresses, placed } = preparation;
  const { inFeatures, outFeatures, weights, bias } = layer;
  const wide = weights instanceof Int16Array;
  const columns = roundUp(inFeatures, 8);
  const rows = roundUp(outFeatures, 4);
  const size = weights.BYTES_PER_ELEMENT;
  const inPlace = isUsableInPlace(layer) ? placed.get(weights) : undefined;
  const matrix = inPlace ?? arena.take(rows * columns * size);
  const biases = arena.take(rows * 4);
  const row = arena.take(columns * 2);
  const accumulators = arena.take(rows * 4);
  const requantization = prepareRequantization(
    { address: accumulators, channels: outFeatures, perChannel: 1, stride: 4 },
    layer.requantization,
    layer.output,
    preparation,
  );
  return {
    initialise: (machine) => {
      machine.int32.set(bias, biases / 4);
      if (inPlace === undefined) {
        const to = wide ? machine.int16 : machine.int8;
        for (let o = 0; o < outFeatures; o++)
          to.set(weights.subarray(o * inFeatures, (o + 1) * inFeatures), matrix / size + o * columns);
      }
      requantization.initialise(machine);
    },
    calls: [
      [`widen_${signOf(layer.input, preparation)}`, addresses.get(layer.input)!, row, inFeatures],
      [wide ? "product16" : "product8", row, columns * 2, matrix, biases, accumulators, rows],
      ...requantization.calls,
    ],
  };
}
