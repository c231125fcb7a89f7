import { type KeyLayout, LANES, type ParseFrom } from "../microcode/types.js";
import type { MicroBuilder } from "./builder.js";
import { chunksOf } from "./options.js";

/** A matrix with its bias, scaled and ready to be summed: at most 32 rows. */
export interface TileWeights {
  outputs: number;
  /** Row major [outputs][features]. */
  weights: Int32Array;
  /** One per output; the offset of the layout is already taken out. */
  bias: Int32Array;
}

/** Sum over a group of weight * bit for every combination of bits, added into `words` from row `base` on. */
function fillBlock(
  words: Int32Array,
  used: Uint8Array,
  base: number,
  layout: KeyLayout,
  group: number,
  tile: TileWeights,
  scale: number,
  bias: boolean,
): void {
  const first = group * layout.g;
  const size = Math.min(layout.g, layout.features - first);
  for (let key = 0; key < 1 << size; key++) {
    used[base + key] = 1;
    const row = (base + key) * LANES;
    for (let o = 0; o < tile.outputs; o++) {
      let sum = 0;
      for (let i = 0; i < size; i++) if ((key >> i) & 1) sum += tile.weights[o * layout.features + first + i];
      words[row + o] = Math.imul(sum, scale) + (bias ? tile.bias[o] : 0);
    }
  }
}

/**
 * The tile kernel (docs/kernels.md): bit planes from the most significant down, the accumulators doubled
 * between planes (Horner), one lookup per group of g features and plane. One page serves all planes, but
 * where p planes share a pass each has a copy scaled by its power of two. The bias comes in with the last
 * plane, through a second copy of one group's page.
 */
export function lowerFullyConnected(
  builder: MicroBuilder,
  layer: string,
  layout: KeyLayout,
  tile: TileWeights,
  arrival: ParseFrom,
): void {
  const groups = layout.blocks.length;
  const { slots } = builder;
  const { planesPerPass } = layout;
  const chunks = chunksOf(layout, slots);
  const pageOf = new Map<string, number>();
  /** The page of `slot` that holds `group`, scaled by 2^power, with the bias or without. */
  const weightsPage = (slot: number, group: number, power: number, bias: boolean): number => {
    const blocksInPage = 2 ** (8 - layout.g);
    const pageIndex = Math.floor(Math.floor(group / slots) / blocksInPage);
    const key = `${slot} ${pageIndex} ${power} ${bias ? group : ""}`;
    let page = pageOf.get(key);
    if (page === undefined) {
      const from = group * layout.g;
      const label = bias
        ? `weights of features ${from} to ${Math.min(from + layout.g, layout.features) - 1}, and bias`
        : `weights from feature ${from} on${power > 0 ? `, times ${2 ** power}` : ""}`;
      page = builder.addPage(slot, layer, label);
      pageOf.set(key, page);
    }
    const content = builder.page(slot, page);
    const base = layout.blocks[group] << layout.g;
    if (content.used[base] === 0)
      fillBlock(content.words, content.used, base, layout, group, tile, 2 ** power, bias);
    return page;
  };

  let mode = arrival;
  for (let plane = layout.planes - 1; plane >= 0; ) {
    // The top pass takes what is left over, so that all others are full.
    const together = plane === layout.planes - 1 ? ((layout.planes - 1) % planesPerPass) + 1 : planesPerPass;
    for (let chunk = 0; chunk < chunks; chunk++) {
      const pages = builder.noPages();
      let keys = 0;
      for (let p = 0; p < together; p++) {
        for (let group = chunk * slots; group < Math.min(groups, (chunk + 1) * slots); group++) {
          const slot = keys++;
          const withBias = plane - together + 1 === 0 && chunk === chunks - 1 && slot === 0;
          pages[slot] = weightsPage(slot, group, p, withBias);
        }
      }
      const low = plane - together + 1;
      const label =
        (together > 1 ? `planes ${plane} to ${low}` : `plane ${plane}`) +
        (chunks > 1 ? `, part ${chunk + 1} of ${chunks}` : "");
      builder.addPass(
        layer,
        label,
        { ...mode, keys },
        {
          kind: "accumulate",
          // Lanes that have just been cleared need no doubling.
          shiftLeft: chunk === 0 && mode.kind === "keep" ? together : 0,
          pages,
        },
      );
      mode = { kind: "keep" };
    }
    plane -= together;
  }
}
