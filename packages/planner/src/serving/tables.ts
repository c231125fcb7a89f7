import type { ServeLayer } from "./chain.js";
import { PAGE_ROWS } from "./paths.js";
import type { WeightedShape } from "./scheme.js";
import { type StoreLayout, tileBit } from "./store-layout.js";
import { SERVE_LANES } from "./types.js";

/** Writes rows into the words of all lookup tables of a pipe. */
export type Fill = (words: Int32Array[]) => void;

/**
 * The sums of a tile's weights: block (tap, r) of slot s holds, for every combination of the bits of its g channels, the
 * sums of their weights. Of a signed image the blocks come twice, the first time negated: the sign plane weighs -128.
 */
export function fillTile(layer: WeightedShape, layout: StoreLayout, tile: number, base: number): Fill {
  const { g, usedRows, rowBytes, signed } = layout;
  const { kernel, input, outputs, weight } = layer;
  const taps = kernel[0] * kernel[1];
  const first = tile * SERVE_LANES;
  const used = Math.min(SERVE_LANES, outputs - first);
  return (words) => {
    const weights = new Int32Array(g * SERVE_LANES);
    for (let tap = 0; tap < taps; tap++)
      for (let r = 0; r < usedRows; r++)
        for (let slot = 0; slot < rowBytes; slot++) {
          const channel = (r * rowBytes + slot) * g;
          if (channel >= input.channels) continue;
          weights.fill(0);
          for (let b = 0; b < g && channel + b < input.channels; b++)
            for (let m = 0; m < used; m++) weights[b * SERVE_LANES + m] = weight(first + m, tap, channel + b);
          const block = tap * usedRows + r;
          if (signed) {
            fillBlock(words[slot], base + block * 2 ** g, g, weights, -1);
            fillBlock(words[slot], base + (taps * usedRows + block) * 2 ** g, g, weights, 1);
          } else fillBlock(words[slot], base + block * 2 ** g, g, weights, 1);
        }
  };
}

/** For every key of g bits the sum of the weights whose bits are set; `weights` is [bit][lane]. */
export function fillBlock(
  words: Int32Array,
  base: number,
  g: number,
  weights: Int32Array,
  sign: 1 | -1,
): void {
  for (let key = 1; key < 2 ** g; key++) {
    const at = (base + key) * SERVE_LANES;
    // The key without its lowest bit was summed before.
    const before = (base + (key & (key - 1))) * SERVE_LANES;
    const bit = (31 - Math.clz32(key & -key)) * SERVE_LANES;
    for (let m = 0; m < SERVE_LANES; m++) words[at + m] = words[before + m] + sign * weights[bit + m];
  }
}

/** One row of a tile's biases in the first table; the others hold 0 there. */
export function fillBias(layer: ServeLayer, tile: number, row: number): Fill {
  return (words) => {
    for (let m = 0, o = tile * SERVE_LANES; m < SERVE_LANES && o < layer.outputs; m++, o++)
      words[0][row * SERVE_LANES + m] = layer.bias(o);
  };
}

/**
 * Conversion of a tile's lanes, `keys` of them in a pass: the row of index i holds the bits of valueOf(o, i) at their
 * places among the bytes for the next layer's stores, which grow in the lanes.
 *
 * @param tile of which the values are; null where all tiles have the same
 */
export function fillConversion(
  layer: ServeLayer,
  next: StoreLayout,
  tile: number | null,
  lanes: number,
  keys: number,
  base: number,
): Fill {
  return (words) => {
    const requantization = layer.requantization!;
    for (let lane = 0; lane < lanes; lane++) {
      const o = (tile ?? 0) * SERVE_LANES + lane;
      if (tile !== null && o >= layer.outputs) break;
      const table = words[lane % keys];
      const page = base + Math.floor(lane / keys) * PAGE_ROWS;
      for (let index = 0; index < PAGE_ROWS; index++) {
        const value = requantization.valueOf(tile === null ? 0 : o, index);
        for (let plane = 0; plane < next.planes; plane++) {
          if (((value >> (next.planes - 1 - plane)) & 1) === 0) continue;
          const { byte, bit } = tileBit(next, lane, plane);
          table[(page + index) * SERVE_LANES + (byte >> 2)] |= 1 << (24 - (byte & 3) * 8 + bit);
        }
      }
    }
  };
}
