import { type KeyLayout, type KeyShape, LANES, PAGE_ROWS, type ParseFrom } from "../microcode/types.js";
import type { MicroBuilder } from "./builder.js";
import { chunksOf, lastPassKeys } from "./options.js";

/** A matrix with its bias, scaled and ready to be summed: at most 32 rows. */
export interface TileWeights {
  outputs: number;
  /** Row major [outputs][features]. */
  weights: Int32Array;
  /** One per output; the offset of the layout is already taken out. */
  bias: Int32Array;
}

/** Where a layer's weights and bias went. */
export interface PlacedTile {
  layout: KeyLayout;
  /** Page of [plane within the pass][group], for keys of one byte. */
  pages: number[][];
  bias: { slot: number; page: number; ownPass: boolean };
}

/** The slot that looks up a group: planes that share a pass stand side by side. */
function slotOf(shape: KeyShape, slots: number, power: number, group: number): number {
  return shape.groups > slots ? group % slots : power * shape.groups + group;
}

/** Writes the sum of weight * bit, times `scale`, for every combination of a group's bits. */
function fillBlock(
  builder: MicroBuilder,
  slot: number,
  base: number,
  shape: KeyShape,
  group: number,
  tile: TileWeights,
  scale: number,
): void {
  const first = group * shape.g;
  const size = Math.min(shape.g, shape.features - first);
  const sums = new Int32Array(LANES << size);
  for (let key = 0; key < 1 << size; key++) {
    const page = builder.page(slot, (base + key) >> 8);
    const row = (base + key) % PAGE_ROWS;
    page.used[row] = 1;
    if (key > 0) {
      // The key without its lowest bit was summed before; one weight is new.
      const before = (key & (key - 1)) * LANES;
      const feature = first + 31 - Math.clz32(key & -key);
      for (let o = 0; o < tile.outputs; o++)
        sums[key * LANES + o] =
          sums[before + o] + Math.imul(tile.weights[o * shape.features + feature], scale);
    }
    page.words.set(sums.subarray(key * LANES, (key + 1) * LANES), row * LANES);
  }
}

/**
 * Gives every group its block of rows. With keys of one byte the sequencer names the page, and blocks of
 * small groups share one, told apart by the key's upper bits. With two bytes the key is the whole address.
 */
export function placeWeights(
  builder: MicroBuilder,
  layer: string,
  shape: KeyShape,
  tile: TileWeights,
): PlacedTile {
  const { slots } = builder;
  const { g, groups, planesPerPass } = shape;
  const wide = shape.keyBytes === 2;
  const blocksInPage = wide ? 1 : 2 ** (8 - g);
  const pages: number[][] = [];
  const constants: number[][] = [];
  for (let power = 0; power < planesPerPass; power++) {
    const shared = new Map<string, number>();
    pages.push([]);
    constants.push([]);
    for (let group = 0; group < groups; group++) {
      const slot = slotOf(shape, slots, power, group);
      const turn = Math.floor(group / slots);
      const block = turn % blocksInPage;
      const key = `${slot} ${Math.floor(turn / blocksInPage)}`;
      let page = shared.get(key);
      if (page === undefined) {
        const label = `weights from feature ${group * g} on${power > 0 ? `, times ${2 ** power}` : ""}`;
        page = builder.addPages(slot, wide ? 2 ** (g - 8) : 1, layer, label);
        shared.set(key, page);
      }
      fillBlock(builder, slot, page * PAGE_ROWS + (block << g), shape, group, tile, 2 ** power);
      pages[power].push(page);
      constants[power].push(wide ? page * PAGE_ROWS : block << g);
    }
  }
  const taken = lastPassKeys(shape, slots);
  const ownPass = taken === slots;
  const slot = ownPass ? 0 : taken;
  const words = new Int32Array(LANES);
  words.set(tile.bias);
  const { page, row } = builder.addRow(slot, words);
  const layout: KeyLayout = { ...shape, constants, bias: wide ? page * PAGE_ROWS + row : row };
  return { layout, pages, bias: { slot, page, ownPass } };
}

/**
 * The tile kernel (docs/kernels.md): bit planes from the most significant down, the accumulators doubled
 * between planes (Horner), one lookup per group of g features and plane. One block serves all planes, but
 * where p planes share a pass each has a copy scaled by its power of two. The bias comes in with the last
 * plane, as a key without data bits.
 */
export function lowerFullyConnected(
  builder: MicroBuilder,
  layer: string,
  { layout, pages, bias }: PlacedTile,
  arrival: ParseFrom,
  part = "",
): void {
  const { slots } = builder;
  const { groups, planes, planesPerPass, keyBytes } = layout;
  const chunks = chunksOf(layout, slots);
  const wide = keyBytes === 2;
  let mode: ParseFrom = arrival;
  const sum = (label: string, keys: number, shiftLeft: number, used: number[]): void => {
    builder.addPass(
      layer,
      part + label,
      { ...mode, keys, keyBytes },
      { kind: "accumulate", shiftLeft, pages: wide ? null : used },
    );
    mode = { kind: "keep" };
  };
  for (let plane = planes - 1; plane >= 0; ) {
    // The top pass takes what is left over, so that all others are full.
    const together = plane === planes - 1 ? ((planes - 1) % planesPerPass) + 1 : planesPerPass;
    const low = plane - together + 1;
    for (let chunk = 0; chunk < chunks; chunk++) {
      const used = builder.noPages();
      let keys = 0;
      for (let power = 0; power < together; power++)
        for (let group = chunk * slots; group < Math.min(groups, (chunk + 1) * slots); group++)
          used[keys++] = pages[power][group];
      const last = low === 0 && chunk === chunks - 1;
      if (last && !bias.ownPass) used[keys++] = bias.page;
      const label =
        (together > 1 ? `planes ${plane} to ${low}` : `plane ${plane}`) +
        (chunks > 1 ? `, part ${chunk + 1} of ${chunks}` : "") +
        (last && !bias.ownPass ? ", bias" : "");
      // Lanes that have just been cleared need no doubling.
      sum(label, keys, chunk === 0 && mode.kind === "keep" ? together : 0, used);
    }
    plane -= together;
  }
  if (bias.ownPass) {
    const used = builder.noPages();
    used[0] = bias.page;
    sum("bias", 1, 0, used);
  }
}
