import { error } from "../diagnostics.js";
import { LANES } from "../microcode/types.js";
import type { Block } from "./blocks.js";

/** A part of a block's outputs that the 32 lanes hold at once. */
export interface Tile {
  /** Outputs of the block (after pooling), first and how many. */
  first: number;
  units: number;
  /** Elements of each pooling window, 1 without pooling: element e of unit u is in lane e * stride + u. */
  window: number;
  /**
   * Units of the block's first tile, of which the last may have fewer: all pool in the same lanes then, and a lane is
   * compared with few others.
   */
  stride: number;
  /** The inputs with a weight in this tile: its keys carry only these. */
  features: number[];
  /** Lanes from the first to the last in use; those of units that the last tile does not have stay empty. */
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
  const stride = Math.min(Math.floor(lanes / window), outputs);
  const tiles: Tile[] = [];
  for (let first = 0; first < outputs; first += stride) {
    const units = Math.min(stride, outputs - first);
    /** The matrix's row of each lane; -1 where it has none. */
    const rows: number[] = Array.from({ length: (window - 1) * stride + units }, (_, lane) => {
      const u = lane % stride;
      return u < units ? (windows?.[first + u][Math.floor(lane / stride)] ?? first + u) : -1;
    });
    const features: number[] = [];
    for (let f = 0; f < matrix.features; f++)
      if (rows.some((row) => row >= 0 && matrix.weights[row * matrix.features + f] !== 0)) features.push(f);
    // A tile of zeros still has to be computed: by its bias.
    if (features.length === 0) features.push(0);
    const weights = new Int32Array(rows.length * features.length);
    for (const [o, row] of rows.entries())
      for (const [i, f] of row < 0 ? [] : features.entries())
        weights[o * features.length + i] = matrix.weights[row * matrix.features + f];
    const bias = Int32Array.from(rows, (row) => matrix.bias[row] ?? 0);
    tiles.push({ first, units, window, stride, features, outputs: rows.length, weights, bias });
  }
  return tiles;
}

/** The channel of a tile's lane, for requantization per channel. */
export function channelOf(block: Block, output: number): number {
  const row = block.windows?.[output][0] ?? output;
  return Math.floor(row / block.matrix.rowsPerChannel);
}
