import { error } from "../diagnostics.js";
import { bytesOfKeys, constantKeys, keyBit, keyIndex } from "../microcode/layout.js";
import {
  type KeyLayout,
  keyBytesOf,
  LANES,
  MOST_KEY_BYTES,
  PAGE_ROWS,
  type ParseFrom,
} from "../microcode/types.js";
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
  const bytes = keyBytesOf(layout);
  if (bytes > MOST_KEY_BYTES) throw error("queue-too-long", layer, bytes, MOST_KEY_BYTES);
  const first = MOST_KEY_BYTES - bytes;
  const constants = bytesOfKeys(layout, constantKeys(layout));
  for (let from = 0; from < layout.features; from += builder.slots) {
    const to = Math.min(from + builder.slots, layout.features);
    const pages = builder.noPages();
    for (let feature = from; feature < to; feature++) {
      const slot = feature - from;
      pages[slot] = builder.addPages(slot, 1, layer, `bits of feature ${feature}`);
      const page = builder.page(slot, pages[slot]);
      const group = Math.floor(feature / layout.g);
      const put = (row: number, at: number, bits: number): void => {
        page.words[row * LANES + ((first + at) >> 2)] |= bits << (24 - ((first + at) & 3) * 8);
      };
      for (let byte = 0; byte < PAGE_ROWS; byte++) {
        const shifted = valueOfByte(byte) + layout.offset;
        page.used[byte] = 1;
        for (let plane = 0; plane < layout.planes; plane++) {
          const bit = keyBit(layout, keyIndex(layout, plane, group), feature % layout.g);
          if ((shifted >> plane) & 1) put(byte, bit.byte, bit.value);
        }
        // The first feature also writes what is the same for all inputs.
        if (feature === 0) for (const [at, bits] of constants.entries()) put(byte, at, bits);
      }
    }
    builder.addPass(
      layer,
      `bits of features ${from} to ${to - 1}`,
      { ...(from === 0 ? arrival : { kind: "keep" as const }), keys: to - from, keyBytes: 1 },
      { kind: "accumulate", shiftLeft: 0, pages },
    );
  }
  return { kind: "fresh", skip: first };
}
