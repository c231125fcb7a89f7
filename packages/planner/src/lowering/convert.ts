import { error } from "../diagnostics.js";
import { keyByteIndex } from "../microcode/layout.js";
import { type KeyLayout, LANES, layoutBytes, PAGE_ROWS, type ParseFrom } from "../microcode/types.js";
import type { MicroBuilder } from "./builder.js";

/**
 * Conversion of value bytes into key bytes: one lookup per value. Row b of a value's page holds, for each
 * bit plane of valueOfByte(b), that bit at its place among the key bytes, which grow in the lanes (bits are
 * disjoint, so adding them is OR). With `valueOfByte` a table it is requantization, activation function and bit
 * transposition in one; with the identity it takes in a client's plain int8 values.
 *
 * @returns where the key bytes stand for the kernel that follows.
 */
export function lowerConversion(
  builder: MicroBuilder,
  layer: string,
  layout: KeyLayout,
  arrival: ParseFrom,
  valueOfByte: (byte: number) => number,
): ParseFrom {
  const bytes = layoutBytes(layout);
  if (bytes > LANES * 4) throw error("queue-too-long", layer, bytes, LANES * 4);
  const first = LANES * 4 - bytes;
  for (let from = 0; from < layout.features; from += builder.slots) {
    const to = Math.min(from + builder.slots, layout.features);
    const pages = builder.noPages();
    for (let feature = from; feature < to; feature++) {
      const slot = feature - from;
      pages[slot] = builder.addPage(slot, layer, `bits of feature ${feature}`);
      const page = builder.page(slot, pages[slot]);
      const group = Math.floor(feature / layout.g);
      for (let byte = 0; byte < PAGE_ROWS; byte++) {
        const shifted = valueOfByte(byte) + layout.offset;
        page.used[byte] = 1;
        for (let plane = 0; plane < layout.planes; plane++) {
          let bits = ((shifted >> plane) & 1) << (feature % layout.g);
          // A group's first feature also writes the constant that selects the group's block.
          if (feature % layout.g === 0) bits |= layout.blocks[group] << layout.g;
          const at = first + keyByteIndex(layout, plane, group);
          page.words[byte * LANES + (at >> 2)] |= bits << (24 - (at & 3) * 8);
        }
      }
    }
    builder.addPass(
      layer,
      `bits of features ${from} to ${to - 1}`,
      { ...(from === 0 ? arrival : { kind: "keep" as const }), keys: to - from },
      { kind: "accumulate", shiftLeft: 0, pages },
    );
  }
  return { kind: "fresh", skip: first };
}
