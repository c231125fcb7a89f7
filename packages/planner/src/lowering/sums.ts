/** What every kernel does around a tile's sums: what goes into them, and what becomes of them. */
import { error } from "../diagnostics.js";
import type { Pool } from "../microcode/types.js";
import type { Block } from "./blocks.js";
import type { MicroBuilder } from "./builder.js";
import type { TileWeights } from "./fully-connected.js";
import { channelOf, type Tile } from "./tiles.js";

/** Bits of the class index that the last layer's lanes carry below the logits. */
export function indexBits(classes: number): number {
  return Math.ceil(Math.log2(Math.max(2, classes)));
}

/**
 * Added to each accumulator so that the smallest index of the requantization table becomes 0: clamping then is
 * the same for all layers, from 0 to 255.
 */
function indexOffset({ requantization }: Block): number {
  return requantization?.kind === "shift-lut" ? -requantization.low * 2 ** requantization.shift : 0;
}

/** Largest magnitude an accumulator of the tile can reach at the end. */
function accumulatorBound(tile: Tile, block: Block): number {
  const { input } = block;
  const extreme = Math.max(Math.abs(input.min), Math.abs(input.max));
  let bound = 0;
  for (let o = 0; o < tile.outputs; o++) {
    let sum = Math.abs(tile.bias[o]) + indexOffset(block);
    for (let i = 0; i < tile.features.length; i++)
      sum += Math.abs(tile.weights[o * tile.features.length + i]) * extreme;
    bound = Math.max(bound, sum);
  }
  return bound;
}

/** Weights and bias as the tables sum them: offset taken out, and in the last layer the index put below. */
export function tileWeights(block: Block, tile: Tile, offset: number): TileWeights {
  const features = tile.features.length;
  const bits = block.requantization === null ? indexBits(tile.outputs) : 0;
  const bound = accumulatorBound(tile, block);
  const most = 2 ** (31 - bits) - 1;
  if (bound > most)
    throw bits > 0
      ? error("logits-too-large", block.name, bound, most)
      : error("accumulator-too-large", block.name, bound);
  const weights = tile.weights.map((w) => w * 2 ** bits);
  const bias = new Int32Array(tile.outputs);
  for (let o = 0; o < tile.outputs; o++) {
    let sum = 0;
    for (let i = 0; i < features; i++) sum += weights[o * features + i];
    // Modulo 2^32, as the lanes are; the whole sum is in range again.
    bias[o] =
      tile.bias[o] * 2 ** bits + (bits > 0 ? 2 ** bits - 1 - o : 0) + indexOffset(block) - offset * sum;
  }
  return { outputs: tile.outputs, weights, bias };
}

/** What follows a tile's sums: scale or thresholds and pooling for the next block, or the verdict. */
export function finishTile(builder: MicroBuilder, block: Block, tile: Tile, part: string): void {
  const keep = { kind: "keep", keys: 0, keyBytes: 1 } as const;
  const { requantization } = block;
  const pool: Pool | null = tile.window > 1 ? { units: tile.stride, window: tile.window } : null;
  const pooled = pool === null ? "" : `, largest of ${pool.window}`;
  if (requantization === null) {
    const bits = indexBits(tile.outputs);
    builder.addPass(block.name, "arg-max", keep, { kind: "verdict", classes: tile.outputs, indexBits: bits });
  } else if (requantization.kind === "shift-lut") {
    const { shift } = requantization;
    if (shift > 31) throw error("shift-too-large", block.name, shift);
    const label = `${part}shift by ${shift}, clamp to a byte${pooled}`;
    builder.addPass(block.name, label, keep, { kind: "scale", shift, pool });
  } else {
    const { thresholdsOf, lowest } = requantization;
    const lanes = Array.from({ length: tile.outputs }, (_, o) => {
      const unit = o % tile.stride;
      return unit < tile.units ? thresholdsOf(channelOf(block, tile.first + unit)) : new Int32Array(0);
    });
    builder.thresholds.push({ layer: block.name, lowest, lanes });
    const table = builder.thresholds.length - 1;
    builder.addPass(block.name, `${part}thresholds${pooled}`, keep, { kind: "threshold", table, pool });
  }
}

/** The value that a byte stands for in the next block's input: low byte of what `finishTile` left in a lane. */
export function valueOfByte(block: Block): (output: number, byte: number) => number {
  const requantization = block.requantization!;
  if (requantization.kind === "threshold") {
    const signed = requantization.lowest < 0;
    return (_, byte) => requantization.valueOf(signed ? (byte << 24) >> 24 : byte);
  }
  return (output, byte) => requantization.valueOf(channelOf(block, output), byte);
}
