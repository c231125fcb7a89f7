import type { QuantizedModel } from "@matchmul/quantizer";
import { serveLayers } from "../serving/chain.js";
import { type ServeShape, serveShape } from "../serving/cost.js";
import { planesOf } from "../serving/store-layout.js";
import type { FabricLayer } from "./types.js";

/** The position of a layer in its network: the first takes a host's image, the last makes the answer. */
type Place = Partial<Pick<ServeShape, "first" | "last">>;

/** Multiply-accumulates of a layer. */
export function multiplyAccumulates({ reduction, outputs, positions }: FabricLayer): number {
  return reduction * outputs * positions;
}

export function weightsOf({ reduction, outputs }: FabricLayer): number {
  return reduction * outputs;
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
  { first = false, last = false }: Place = {},
): FabricLayer {
  const { size, channels, kernel, outputs, padding, pool, planes } = shape;
  const out = size + 2 * padding - kernel + 1;
  const pooled = Math.floor(out / pool);
  return {
    name,
    reduction: kernel * kernel * channels,
    outputs,
    positions: out * out,
    window: pool * pool,
    planes,
    inputs: size * size * channels,
    shape: {
      input: { height: size, width: size, channels },
      range: rangeOf(planes),
      outputs,
      kernel: [kernel, kernel],
      stride: [1, 1],
      dilation: [1, 1],
      padBefore: [padding, padding],
      outSize: [out, out],
      first,
      last,
      perChannel: false,
      windows: pool === 1 ? null : new Array<number>(pooled * pooled).fill(pool * pool),
    },
  };
}

/** A fully connected layer. */
export function dense(
  name: string,
  inputs: number,
  outputs: number,
  planes = 7,
  place: Place & { input?: ServeShape["input"] } = {},
): FabricLayer {
  const layer = { name, reduction: inputs, outputs, positions: 1, window: 1, planes, inputs };
  const input = place.input ?? { height: 1, width: 1, channels: inputs };
  const { first = false, last = false } = place;
  return {
    ...layer,
    shape: { ...windowsOf(layer, input), kernel: [input.height, input.width], first, last },
  };
}

/** Integers of so many planes: 7 after ReLU, 8 with a sign. */
const rangeOf = (planes: number): [number, number] => (planes === 8 ? [-128, 127] : [0, 2 ** planes - 1]);

/** A layer whose image has all inputs of an output at one position. */
function windowsOf(
  { outputs, positions, window, planes }: FabricLayer,
  input: ServeShape["input"],
): ServeShape {
  return {
    input,
    range: rangeOf(planes),
    outputs,
    kernel: [1, 1],
    stride: [1, 1],
    dilation: [1, 1],
    padBefore: [0, 0],
    outSize: [1, positions],
    first: false,
    last: false,
    perChannel: false,
    windows: window === 1 ? null : new Array<number>(Math.ceil(positions / window)).fill(window),
  };
}

const guesses = new WeakMap<FabricLayer, ServeShape>();

/** The shape of a layer, or what its numbers say of it. */
export function shapeOf(layer: FabricLayer): ServeShape {
  const { shape, positions, inputs, outputs, reduction } = layer;
  if (shape !== undefined) {
    const { input, outSize, kernel } = shape;
    const taps = kernel[0] * kernel[1];
    if (
      input.channels * input.height * input.width === inputs &&
      outSize[0] * outSize[1] === positions &&
      shape.outputs === outputs &&
      // Groups leave some of the channels out.
      reduction <= taps * input.channels &&
      reduction % taps === 0
    )
      return shape;
  }
  let guess = guesses.get(layer);
  if (guess === undefined) {
    guess = windowsOf(layer, { height: 1, width: positions, channels: reduction });
    guesses.set(layer, guess);
  }
  return guess;
}

/**
 * The case study: 15,476,416 weights and 91,126,528 multiply-accumulates. Images have 8 planes (they are offset), what
 * follows a ReLU has 7.
 */
export function miniAlexNet(): FabricLayer[] {
  const conv = { kernel: 3, planes: 7 };
  return [
    convolution(
      "conv1",
      { ...conv, size: 32, channels: 3, outputs: 64, padding: 2, pool: 2, planes: 8 },
      { first: true },
    ),
    convolution("conv2", { ...conv, size: 17, channels: 64, outputs: 192, padding: 1, pool: 2 }),
    convolution("conv3", { ...conv, size: 8, channels: 192, outputs: 384, padding: 1, pool: 4 }),
    dense("fc1", 1536, 4096, 7, { input: { height: 2, width: 2, channels: 384 } }),
    dense("fc2", 4096, 2048),
    dense("fc3", 2048, 10, 7, { last: true }),
  ];
}

/**
 * The linear layers of an int8 model, with the pooling that follows them.
 * @throws MatchMulError layer-not-lowered, layer-order, accumulator-too-large
 */
export function fabricLayers(model: QuantizedModel): FabricLayer[] {
  const layers = serveLayers(model);
  return layers.map((layer, l) => {
    const { name, input, kernel, outputs, outSize, groups } = layer;
    const positions = outSize[0] * outSize[1];
    const shape = serveShape(layer, l, layers.length);
    return {
      name,
      reduction: (kernel[0] * kernel[1] * input.channels) / groups,
      outputs,
      positions,
      window: shape.windows === null ? 1 : Math.max(1, Math.ceil(positions / shape.windows.length)),
      planes: planesOf(layer.range).planes,
      inputs: input.height * input.width * input.channels,
      shape,
    };
  });
}
