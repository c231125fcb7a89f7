import type { MaxPoolLayer, QuantizedLayer, QuantizedModel, Requantization } from "@matchmul/quantizer";
import { error } from "../diagnostics.js";
import { type DenseMatrix, denseOf, identityMatrix, outputPositions, spatial } from "./dense.js";

/** How a block's accumulators become the bytes of the next block's input; null for the logits. */
export type BlockRequantization =
  /** Shift and clamp, then `valueOf` of row's channel and the clamped index. */
  | { kind: "shift-lut"; shift: number; low: number; valueOf: (channel: number, index: number) => number }
  | {
      kind: "threshold";
      thresholdsOf: (channel: number) => Int32Array;
      lowest: number;
      valueOf: (value: number) => number;
    };

/** Integer range of a block's input. */
export interface InputRange {
  features: number;
  min: number;
  max: number;
}

/**
 * A linear layer with what follows it until the next one: requantization, max pooling, activation tables. All
 * a packet does between two sets of bit planes.
 */
export interface Block {
  name: string;
  input: InputRange;
  matrix: DenseMatrix;
  requantization: BlockRequantization | null;
  /** Per output, the rows whose largest it is; all of one length. Null without max pooling. */
  windows: number[][] | null;
}

/** Where the chain stands between two blocks: element i of the tensor is output `map[i]`, or the constant `fill`. */
interface Arrangement {
  map: Int32Array;
  fill: number;
}

const identityMap = (n: number): Arrangement => ({
  map: Int32Array.from({ length: n }, (_, i) => i),
  fill: 0,
});

/** The matrix over the outputs of the block before, seen through an arrangement of them. */
function rearranged(matrix: DenseMatrix, { map, fill }: Arrangement, features: number): DenseMatrix {
  const weights = new Int32Array(matrix.rows * features);
  const bias = Int32Array.from(matrix.bias);
  for (let row = 0; row < matrix.rows; row++)
    for (let i = 0; i < map.length; i++) {
      const weight = matrix.weights[row * matrix.features + i];
      if (map[i] >= 0) weights[row * features + map[i]] += weight;
      else bias[row] += weight * fill;
    }
  return { ...matrix, features, weights, bias };
}

const monotone = (values: number[]): boolean => values.every((v, i) => i === 0 || values[i - 1] <= v);

/** Requantization as blocks have it; per-channel shifts are made equal by scaling the channel's row. */
function requantizationOf(
  layer: string,
  requantization: Requantization,
  matrix: DenseMatrix,
): BlockRequantization {
  if (requantization.kind === "shift-lut") {
    const { shift, low, table } = requantization;
    return { kind: "shift-lut", shift, low, valueOf: (_, index) => table[index] };
  }
  if (requantization.kind === "channel-shift-lut") {
    const { shifts, low, tables } = requantization;
    const shift = Math.max(...shifts);
    for (let row = 0; row < matrix.rows; row++) {
      const scale = 2 ** (shift - shifts[Math.floor(row / matrix.rowsPerChannel)]);
      matrix.bias[row] *= scale;
      for (let f = 0; f < matrix.features; f++) matrix.weights[row * matrix.features + f] *= scale;
    }
    return { kind: "shift-lut", shift, low, valueOf: (channel, index) => tables[channel * 256 + index] };
  }
  if (requantization.kind === "threshold") {
    const { thresholds, count, lowest } = requantization;
    const thresholdsOf = (channel: number): Int32Array =>
      thresholds.length === count ? thresholds : thresholds.subarray(channel * count, (channel + 1) * count);
    return { kind: "threshold", thresholdsOf, lowest, valueOf: (value) => value };
  }
  throw error("layer-not-lowered", layer, `requantization ${(requantization as { kind: string }).kind}`);
}

/** Pooling windows in rows of the block, each padded to the longest by repeating an element. */
function poolWindows(layer: MaxPoolLayer, { map }: Arrangement): number[][] {
  const inPlane = spatial(layer.window.inSize);
  const windows: number[][] = [];
  for (let c = 0; c < layer.channels; c++)
    for (const { inside } of outputPositions(layer.window))
      windows.push(inside.map(({ at }) => map[c * inPlane + at]));
  if (windows.some((rows) => rows.length === 0 || rows.includes(-1)))
    throw error("layer-not-lowered", layer.name, "max-pool over padding constants");
  const length = Math.max(...windows.map((rows) => rows.length));
  return windows.map((rows) => Array.from({ length }, (_, i) => rows[i] ?? rows[0]));
}

/** The model's layers in order, made into blocks. */
class Chain {
  readonly blocks: Block[] = [];
  #tensor: string;
  #arrangement: Arrangement;
  constructor(readonly model: QuantizedModel) {
    this.#tensor = model.input;
    this.#arrangement = identityMap(model.tensors[model.input].shape.reduce((a, b) => a * b, 1));
  }

  /** Largest and smallest value the elements behind the arrangement can have, and how many there are. */
  #input(): InputRange {
    const [min, max] = this.model.tensors[this.#tensor].range;
    const block = this.blocks.at(-1);
    const features = block === undefined ? this.#features : (block.windows?.length ?? block.matrix.rows);
    return { features, min, max };
  }

  get #features(): number {
    return this.model.tensors[this.model.input].shape.reduce((a, b) => a * b, 1);
  }

  #begin(name: string, matrix: DenseMatrix, requantization: Requantization | null): void {
    const input = this.#input();
    const dense = rearranged(matrix, this.#arrangement, input.features);
    const block: Block = {
      name,
      input,
      matrix: dense,
      requantization: requantization === null ? null : requantizationOf(name, requantization, dense),
      windows: null,
    };
    this.blocks.push(block);
    this.#arrangement = identityMap(dense.rows);
  }

  /** The block that a layer after requantization belongs to: an identity where the model begins with it. */
  #current(layer: string): Block & { requantization: BlockRequantization } {
    if (this.blocks.length === 0) {
      const input = this.#input();
      const table = Int8Array.from({ length: 256 }, (_, i) => i - 128);
      this.#begin(layer, identityMatrix(input.features), { kind: "shift-lut", shift: 0, low: -128, table });
    }
    const block = this.blocks.at(-1)!;
    if (block.requantization === null) throw error("layer-order", layer, "it follows the logits");
    return block as Block & { requantization: BlockRequantization };
  }

  add(layer: QuantizedLayer): void {
    switch (layer.kind) {
      case "arg-max":
        if (layer.input !== this.model.logits)
          throw error("layer-order", layer.name, "it is not over the logits");
        return;
      case "add":
      case "concat":
        throw error("layer-not-lowered", layer.name, layer.kind);
    }
    if (layer.input !== this.#tensor)
      throw error("layer-order", layer.name, `its input is not ${this.#tensor}`);
    switch (layer.kind) {
      case "fully-connected":
      case "convolution":
      case "average-pool":
        this.#begin(layer.name, denseOf(layer), layer.requantization);
        break;
      case "rearrange": {
        const { map, fill } = this.#arrangement;
        if (map.includes(-1) && layer.indices.includes(-1) && fill !== layer.fill)
          throw error("layer-not-lowered", layer.name, "two different padding constants in a row");
        this.#arrangement = {
          map: layer.indices.map((i) => (i < 0 ? -1 : map[i])),
          fill: layer.indices.includes(-1) ? layer.fill : fill,
        };
        break;
      }
      case "max-pool": {
        const block = this.#current(layer.name);
        if (block.windows !== null)
          throw error("layer-not-lowered", layer.name, "a second max-pool in a row");
        const { requantization, matrix } = block;
        if (requantization.kind === "shift-lut")
          for (let c = 0; c < matrix.rows / matrix.rowsPerChannel; c++)
            if (!monotone(Array.from({ length: 256 }, (_, i) => requantization.valueOf(c, i))))
              throw error(
                "layer-not-lowered",
                layer.name,
                "max-pool after an activation that decreases somewhere",
              );
        block.windows = poolWindows(layer, this.#arrangement);
        this.#arrangement = identityMap(block.windows.length);
        break;
      }
      case "lookup": {
        const block = this.#current(layer.name);
        const low = this.model.tensors[layer.input].dtype === "uint8" ? 0 : -128;
        const { requantization } = block;
        const after = (value: number): number => layer.table[value - low];
        block.requantization =
          requantization.kind === "shift-lut"
            ? {
                ...requantization,
                valueOf: (channel, index) => after(requantization.valueOf(channel, index)),
              }
            : { ...requantization, valueOf: (value: number) => after(requantization.valueOf(value)) };
        if (this.#arrangement.map.includes(-1))
          this.#arrangement = { ...this.#arrangement, fill: after(this.#arrangement.fill) };
        break;
      }
    }
    this.#tensor = layer.output;
  }

  finish(): Block[] {
    const last = this.blocks.at(-1);
    if (last === undefined) throw error("layer-order", this.model.name, "the model has no linear layer");
    for (const block of this.blocks)
      if ((block === last) !== (block.requantization === null))
        throw error(
          "layer-order",
          block.name,
          block === last ? "the last layer is requantized" : "it is not requantized",
        );
    const { map } = this.#arrangement;
    if (map.some((from, i) => from !== i))
      throw error("layer-order", last.name, "its outputs are rearranged before the arg-max");
    return this.blocks;
  }
}

/**
 * The model as a chain of blocks, each linear layer a matrix (small convolutions and average pooling too).
 *
 * @throws MatchMulError layer-not-lowered, layer-order, layer-too-large
 */
export function blocksOf(model: QuantizedModel): Block[] {
  const chain = new Chain(model);
  for (const layer of model.layers) chain.add(layer);
  return chain.finish();
}
