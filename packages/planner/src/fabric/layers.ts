import type { QuantizedModel } from "@matchmul/quantizer";
import type { FabricLayer } from "./types.js";

/** Multiply-accumulates of a layer. */
export function multiplyAccumulates({ reduction, outputs, positions }: FabricLayer): number {
  return reduction * outputs * positions;
}

export function weightsOf({ reduction, outputs }: FabricLayer): number {
  return reduction * outputs;
}

/** Bit planes of integers in a range; negative ones are offset by 128. */
function planesOf([min, max]: readonly [number, number]): number {
  return Math.max(1, Math.ceil(Math.log2(max + (min < 0 ? 128 : 0) + 1)));
}

/** A convolution by its shape, stride 1, square; a pooling window divides the positions it keeps. */
export function convolution(
  name: string,
  shape: {
    size: number;
    channels: number;
    kernel: number;
    outputs: number;
    padding: number;
    pool: number;
    planes: number;
  },
): FabricLayer {
  const { size, channels, kernel, outputs, padding, pool, planes } = shape;
  const out = size + 2 * padding - kernel + 1;
  return {
    name,
    reduction: kernel * kernel * channels,
    outputs,
    positions: out * out,
    window: pool * pool,
    planes,
    inputs: size * size * channels,
  };
}

/** A fully connected layer. */
export function dense(name: string, inputs: number, outputs: number, planes = 7): FabricLayer {
  return { name, reduction: inputs, outputs, positions: 1, window: 1, planes, inputs };
}

/**
 * The case study: 15,476,416 weights and 91,126,528 multiply-accumulates. Images have 8 planes (they are offset), what
 * follows a ReLU has 7.
 */
export function miniAlexNet(): FabricLayer[] {
  return [
    convolution("conv1", { size: 32, channels: 3, kernel: 3, outputs: 64, padding: 2, pool: 2, planes: 8 }),
    convolution("conv2", { size: 17, channels: 64, kernel: 3, outputs: 192, padding: 1, pool: 2, planes: 7 }),
    convolution("conv3", { size: 8, channels: 192, kernel: 3, outputs: 384, padding: 1, pool: 4, planes: 7 }),
    dense("fc1", 1536, 4096),
    dense("fc2", 4096, 2048),
    dense("fc3", 2048, 10),
  ];
}

/** The linear layers of an int8 model, with the pooling that follows them. */
export function fabricLayers(model: QuantizedModel): FabricLayer[] {
  const layers: FabricLayer[] = [];
  for (const layer of model.layers) {
    if (layer.kind === "fully-connected")
      layers.push(
        dense(layer.name, layer.inFeatures, layer.outFeatures, planesOf(model.tensors[layer.input].range)),
      );
    else if (layer.kind === "convolution") {
      const { kernel, outSize, inSize } = layer.window;
      layers.push({
        name: layer.name,
        reduction: (kernel[0] * kernel[1] * layer.inChannels) / layer.groups,
        outputs: layer.outChannels,
        positions: outSize[0] * outSize[1],
        window: 1,
        planes: planesOf(model.tensors[layer.input].range),
        inputs: inSize[0] * inSize[1] * layer.inChannels,
      });
    } else if (layer.kind === "max-pool" && layers.length > 0) {
      const { outSize } = layer.window;
      const before = layers[layers.length - 1];
      before.window = Math.max(1, Math.ceil(before.positions / (outSize[0] * outSize[1])));
    }
  }
  return layers;
}
