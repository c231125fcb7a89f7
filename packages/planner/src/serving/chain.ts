import type {
  MaxPoolLayer,
  QuantizedLayer,
  QuantizedModel,
  Requantization,
  Window,
} from "@matchmul/quantizer";
import { error } from "../diagnostics.js";
import { outputPositions } from "../lowering/dense.js";

/** An image: element (c, y, x) is number (c * height + y) * width + x. A vector is an image of one position. */
export interface ImageShape {
  height: number;
  width: number;
  channels: number;
}

/** A linear layer as a convolution, with what follows it until the next one. A dense layer's kernel is the whole image. */
export interface ServeLayer {
  name: string;
  input: ImageShape;
  /** Smallest and largest integer of the input. */
  range: readonly [min: number, max: number];
  outputs: number;
  /** Each output has weights for the channels of its group alone. */
  groups: number;
  /** [height, width], as all pairs. */
  kernel: readonly [number, number];
  stride: readonly [number, number];
  dilation: readonly [number, number];
  /** Border of zeros above and left; below and right there is whatever the windows reach. */
  padBefore: readonly [number, number];
  /** Positions before pooling. */
  outSize: readonly [number, number];
  /** Of output o, kernel position `tap` (row major) and input channel c. */
  weight: (o: number, tap: number, c: number) => number;
  bias: (o: number) => number;
  /** Null: the outputs are the logits. Otherwise valueOf(o, min(max(acc >> shift, 0), 255)). */
  requantization: {
    shift: number;
    perChannel: boolean;
    valueOf: (o: number, index: number) => number;
  } | null;
  /** Positions before pooling whose largest each position after it is; null without pooling. */
  windows: number[][] | null;
  /** Positions after pooling. */
  pooled: readonly [number, number];
}

const ascends = (values: (index: number) => number): boolean => {
  for (let i = 1; i < 256; i++) if (values(i - 1) > values(i)) return false;
  return true;
};

const unit = [1, 1] as const;
const spatial = ([height, width]: readonly [number, number]): number => height * width;

type Linear = Pick<
  ServeLayer,
  | "name"
  | "outputs"
  | "groups"
  | "kernel"
  | "stride"
  | "dilation"
  | "padBefore"
  | "outSize"
  | "weight"
  | "bias"
>;

/** The model's layers in order, made into linear layers with what follows each. */
class Chain {
  readonly layers: ServeLayer[] = [];
  #tensor: string;
  #image: ImageShape | null = null;
  /** Element i of the tensor is element map[i] of the layer's output, or `fill` where that is -1. Null: the same. */
  #rearranged: { map: Int32Array; fill: number } | null = null;

  constructor(readonly model: QuantizedModel) {
    this.#tensor = model.input;
  }

  add(layer: QuantizedLayer): void {
    if (layer.kind === "arg-max") {
      if (layer.input !== this.model.logits)
        throw error("layer-order", layer.name, "it is not over the logits");
      return;
    }
    if (layer.kind === "add" || layer.kind === "concat")
      throw error("layer-not-lowered", layer.name, layer.kind);
    if (layer.input !== this.#tensor)
      throw error("layer-order", layer.name, `its input is not ${this.#tensor}`);
    if (layer.kind === "rearrange") this.#rearrange(layer.indices, layer.fill);
    else if (layer.kind === "max-pool") this.#pool(layer);
    else if (layer.kind === "lookup") {
      const low = this.model.tensors[layer.input].dtype === "uint8" ? 0 : -128;
      const current = this.#current(layer.name);
      const before = current.requantization;
      const after = (value: number): number => layer.table[value - low];
      current.requantization = { ...before, valueOf: (o, index) => after(before.valueOf(o, index)) };
      if (this.#rearranged !== null) this.#rearranged.fill = after(this.#rearranged.fill);
    } else this.#linear(layer);
    this.#tensor = layer.output;
  }

  finish(): ServeLayer[] {
    const last = this.layers.at(-1);
    if (last === undefined) throw error("layer-order", this.model.name, "the model has no linear layer");
    for (const layer of this.layers)
      if ((layer === last) !== (layer.requantization === null))
        throw error(
          "layer-order",
          layer.name,
          layer === last ? "the last layer is requantized" : "it is not requantized",
        );
    if (this.#rearranged !== null)
      throw error("layer-order", last.name, "its outputs are rearranged before the arg-max");
    if (spatial(last.outSize) > 1)
      throw error("layer-not-lowered", last.name, "logits at more than one position");
    return this.layers;
  }

  #current(name: string): ServeLayer & { requantization: NonNullable<ServeLayer["requantization"]> } {
    const layer = this.layers.at(-1);
    if (layer === undefined) throw error("layer-order", name, "no linear layer comes before it");
    if (layer.requantization === null) throw error("layer-order", name, "it follows the logits");
    return layer as ServeLayer & { requantization: NonNullable<ServeLayer["requantization"]> };
  }

  #rearrange(indices: Int32Array, fill: number): void {
    const before = this.#rearranged;
    if (before?.map.includes(-1) && indices.includes(-1) && before.fill !== fill)
      throw error("layer-not-lowered", this.#tensor, "two different padding constants in a row");
    const map = before === null ? indices.slice() : indices.map((i) => (i < 0 ? -1 : before.map[i]));
    const image = this.#image;
    const elements = image === null ? map.length : image.channels * image.height * image.width;
    const same = map.length === elements && map.every((from, i) => from === i);
    this.#rearranged = same ? null : { map, fill: indices.includes(-1) ? fill : (before?.fill ?? 0) };
  }

  #pool(layer: MaxPoolLayer): void {
    const current = this.#current(layer.name);
    if (this.#rearranged !== null)
      throw error("layer-not-lowered", layer.name, "max-pool of a rearranged image");
    if (current.windows !== null) throw error("layer-not-lowered", layer.name, "a second max-pool in a row");
    const { requantization, outputs } = current;
    for (let o = 0; o < (requantization.perChannel ? outputs : 1); o++)
      if (!ascends((index) => requantization.valueOf(o, index)))
        throw error("layer-not-lowered", layer.name, "max-pool after an activation that decreases somewhere");
    current.windows = [...outputPositions(layer.window)].map(({ inside }) => inside.map(({ at }) => at));
    if (current.windows.some((w) => w.length === 0))
      throw error("layer-not-lowered", layer.name, "a pooling window outside the image");
    current.pooled = layer.window.outSize;
    this.#image = { ...this.#image!, height: current.pooled[0], width: current.pooled[1] };
  }

  #linear(
    layer: Exclude<
      QuantizedLayer,
      { kind: "arg-max" | "add" | "concat" | "rearrange" | "max-pool" | "lookup" }
    >,
  ): void {
    const { name } = layer;
    let input: ImageShape;
    let linear: Linear;
    if (layer.kind === "fully-connected") {
      const rearranged = this.#rearranged;
      input = this.#image ?? {
        height: 1,
        width: 1,
        channels: rearranged === null ? layer.inFeatures : this.#elements,
      };
      const { inFeatures, weights } = layer;
      const plane = input.height * input.width;
      if (rearranged === null && input.channels * plane !== inFeatures)
        throw error("layer-order", name, `it has ${inFeatures} inputs, and ${input.channels * plane} come`);
      const dense = rearranged === null ? null : columns(layer, rearranged, input.channels * plane);
      linear = {
        name,
        outputs: layer.outFeatures,
        groups: 1,
        kernel: [input.height, input.width],
        stride: unit,
        dilation: unit,
        padBefore: [0, 0],
        outSize: unit,
        weight:
          dense === null
            ? (o, tap, c) => weights[o * inFeatures + c * plane + tap]
            : (o, tap, c) => dense.weights[(o * input.channels + c) * plane + tap],
        bias: dense === null ? (o) => layer.bias[o] : (o) => dense.bias[o],
      };
    } else {
      if (this.#rearranged !== null)
        throw error("layer-not-lowered", name, `${layer.kind} of a rearranged image`);
      const { window } = layer;
      const channels = layer.kind === "convolution" ? layer.inChannels : layer.channels;
      input = { height: window.inSize[0], width: window.inSize[1], channels };
      const came = this.#image ?? input;
      if (came.height !== input.height || came.width !== input.width || came.channels !== channels)
        throw error("layer-order", name, "its input has another shape");
      linear = {
        name,
        ...geometry(window),
        ...(layer.kind === "convolution" ? convolved(layer) : averaged(layer)),
      };
    }
    const range = this.model.tensors[layer.input].range;
    const made: ServeLayer = {
      ...linear,
      input,
      range,
      requantization: null,
      windows: null,
      pooled: linear.outSize,
    };
    if (layer.requantization !== null) requantize(made, layer.requantization);
    this.layers.push(made);
    this.#rearranged = null;
    this.#image = { height: linear.outSize[0], width: linear.outSize[1], channels: linear.outputs };
  }

  get #elements(): number {
    return this.model.tensors[this.model.input].shape.reduce((a, b) => a * b, 1);
  }
}

const geometry = ({ kernel, stride, dilation, padBefore, outSize }: Window) => ({
  kernel,
  stride,
  dilation,
  padBefore,
  outSize,
});

/** A dense layer's weights over the elements before they were rearranged; constants go to the bias. */
function columns(
  { inFeatures, outFeatures, weights, bias }: Extract<QuantizedLayer, { kind: "fully-connected" }>,
  { map, fill }: { map: Int32Array; fill: number },
  elements: number,
): { weights: Int32Array; bias: Int32Array } {
  const made = { weights: new Int32Array(outFeatures * elements), bias: Int32Array.from(bias) };
  for (let o = 0; o < outFeatures; o++)
    for (let i = 0; i < inFeatures; i++)
      if (map[i] < 0) made.bias[o] += weights[o * inFeatures + i] * fill;
      else made.weights[o * elements + map[i]] += weights[o * inFeatures + i];
  return made;
}

function convolved(
  layer: Extract<QuantizedLayer, { kind: "convolution" }>,
): Pick<Linear, "outputs" | "groups" | "weight" | "bias"> {
  const { window, groups, inChannels, outChannels, weights, padValue, name } = layer;
  const taps = spatial(window.kernel);
  const inGroup = inChannels / groups;
  const outGroup = outChannels / groups;
  if (padValue !== 0)
    for (const { inside } of outputPositions(window))
      if (inside.length < taps)
        throw error("layer-not-lowered", name, `padding with ${padValue} instead of 0`);
  return {
    outputs: outChannels,
    groups,
    weight: (o, tap, c) => {
      const inside = c - Math.floor(o / outGroup) * inGroup;
      return inside < 0 || inside >= inGroup ? 0 : weights[(o * inGroup + inside) * taps + tap];
    },
    bias: (o) => layer.bias[o],
  };
}

/** The mean of each window, as a convolution of every channel with itself. */
function averaged(
  layer: Extract<QuantizedLayer, { kind: "average-pool" }>,
): Pick<Linear, "outputs" | "groups" | "weight" | "bias"> {
  const counts = new Set([...outputPositions(layer.window)].map(({ inside }) => inside.length));
  const multipliers = new Set([...counts].map((n) => layer.multipliers[n]));
  if (multipliers.size > 1)
    throw error("layer-not-lowered", layer.name, "a mean of different numbers of elements at the border");
  const [multiplier] = multipliers;
  return {
    outputs: layer.channels,
    groups: layer.channels,
    weight: (o, _, c) => (o === c ? multiplier : 0),
    bias: () => layer.bias,
  };
}

/** Gives a layer its requantization; shifts by channel are made equal by scaling the channel's weights. */
function requantize(layer: ServeLayer, requantization: Requantization): void {
  const { name, weight, bias } = layer;
  if (requantization.kind === "threshold") throw error("layer-not-lowered", name, "requantization threshold");
  const { low } = requantization;
  let shift: number;
  if (requantization.kind === "shift-lut") {
    const { table } = requantization;
    ({ shift } = requantization);
    layer.requantization = { shift, perChannel: false, valueOf: (_, index) => table[index] };
  } else {
    const { shifts, tables } = requantization;
    shift = Math.max(...shifts);
    layer.requantization = { shift, perChannel: true, valueOf: (o, index) => tables[o * 256 + index] };
    layer.weight = (o, tap, c) => weight(o, tap, c) * 2 ** (shift - shifts[o]);
  }
  const scaled = (o: number): number =>
    requantization.kind === "shift-lut" ? bias(o) : bias(o) * 2 ** (shift - requantization.shifts[o]);
  // The smallest index is 0 for the clamp.
  layer.bias = (o) => scaled(o) - low * 2 ** shift;
}

/** Largest magnitude that an accumulator of the layer can reach. */
export function accumulatorBound(layer: ServeLayer): number {
  const taps = spatial(layer.kernel);
  const most = Math.max(...layer.range.map(Math.abs));
  let bound = 0;
  for (let o = 0; o < layer.outputs; o++) {
    let sum = 0;
    for (let tap = 0; tap < taps; tap++)
      for (let c = 0; c < layer.input.channels; c++) sum += Math.abs(layer.weight(o, tap, c));
    bound = Math.max(bound, Math.abs(layer.bias(o)) + sum * most);
  }
  return bound;
}

/**
 * The model as a chain of convolutions with what follows each.
 *
 * @throws MatchMulError layer-not-lowered, layer-order, accumulator-too-large
 */
export function serveLayers(model: QuantizedModel): ServeLayer[] {
  const chain = new Chain(model);
  for (const layer of model.layers) chain.add(layer);
  const layers = chain.finish();
  for (const layer of layers) {
    const bound = accumulatorBound(layer);
    if (bound >= 2 ** 31) throw error("accumulator-too-large", layer.name, bound);
  }
  return layers;
}
