import { error } from "../diagnostics.js";
import { LANES } from "../microcode/types.js";
import type { Block } from "./blocks.js";

/** A part of a block's outputs that the 32 lanes hold at once. */
export interface Tile {
  /** Outputs of the block (after pooling), first and how many. */
  first: number;
  units: number;
  /** Elements of each pooling window, 1 without pooling: element e of unit u is in lane e * units + u. */
  window: number;
  /** The inputs with a weight in this tile: its keys carry only these. */
  features: number[];
  /** Lanes in use: units * window. */
  outputs: number;
  /** Row major [outputs][features.length]. */
  weights: Int32Array;
  bias: Int32Array;
}

/** Outputs of a block after pooling. */
export function outputsOf(block: Block): number {
  return block.windows?.length ?? block.matrix.rows;
}

/**
 * Cuts a block into tiles, in order of its outputs.
 *
 * @param lanes accumulators that the packet carries
 * @throws MatchMulError layer-too-wide for a pooling window of more elements than lanes
 */
export function tilesOf(block: Block, lanes = LANES): Tile[] {
  const { matrix, windows } = block;
  const outputs = outputsOf(block);
  const window = windows?.[0].length ?? 1;
  if (window > lanes) throw error("layer-too-wide", block.name, window, lanes);
  const most = Math.floor(lanes / window);
  const tiles: Tile[] = [];
  for (let first = 0; first < outputs; first += most) {
    const units = Math.min(most, outputs - first);
    const rows: number[] = [];
    for (let e = 0; e < window; e++)
      for (let u = 0; u < units; u++) rows.push(windows?.[first + u][e] ?? first + u);
    const features: number[] = [];
    for (let f = 0; f < matrix.features; f++)
      if (rows.some((row) => matrix.weights[row * matrix.features + f] !== 0)) features.push(f);
    // A tile of zeros still has to be computed: by its bias.
    if (features.length === 0) features.push(0);
    const weights = new Int32Array(rows.length * features.length);
    for (const [o, row] of rows.entries())
      for (const [i, f] of features.entries())
        weights[o * features.length + i] = matrix.weights[row * matrix.features + f];
    const bias = Int32Array.from(rows, (row) => matrix.bias[row]);
    tiles.push({ first, units, window, features, outputs: rows.length, weights, bias });
  }
  return tiles;
}

/** The channel of a tile's lane, for requantization per channel. */
export function channelOf(block: Block, output: number): number {
  const row = block.windows?.[output][0] ?? output;
  return Math.floor(row / block.matrix.rowsPerChannel);
}
