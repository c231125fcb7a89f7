import { error } from "../diagnostics.js";
import { bytesOfKeys, constantKeys, keyBit, keyIndex } from "../microcode/layout.js";
import {
  keyBytesOf,
  LANES,
  MOST_KEY_BYTES,
  PAGE_ROWS,
  type ParseFrom,
  type TileKeys,
} from "../microcode/types.js";
import type { MicroBuilder } from "./builder.js";

/**
 * Conversion of value bytes into key bytes: one lookup per value. Row b of a value's page holds, for each
 * bit plane of the value that b stands for, that bit at its places among the key bytes, which grow in the
 * lanes (bits are disjoint, so adding them is OR). With `meaning` a table it is requantization, activation
 * function and bit transposition in one; with the identity it takes in a client's plain 8-bit values.
 *
 * @param tiles the keys to make, tile after tile
 * @param values how many values there are
 * @param meaning the value of feature `feature` whose byte is `byte`
 * @returns where the key bytes stand for the kernel that follows
 * @throws MatchMulError queue-too-long
 */
export function lowerConversion(
  builder: MicroBuilder,
  layer: string,
  tiles: TileKeys[],
  values: number,
  arrival: ParseFrom,
  meaning: (feature: number, byte: number) => number,
): ParseFrom {
  const bytes = tiles.reduce((sum, { layout }) => sum + keyBytesOf(layout), 0);
  if (bytes > MOST_KEY_BYTES) throw error("queue-too-long", layer, bytes, MOST_KEY_BYTES);
  const first = MOST_KEY_BYTES - bytes;
  /** What is the same for all inputs, by key byte; and where each tile's bytes begin. */
  const constants = new Uint8Array(bytes);
  const begins: number[] = [];
  for (const { layout } of tiles) {
    const begin = begins.length === 0 ? 0 : begins.at(-1)! + keyBytesOf(tiles[begins.length - 1].layout);
    begins.push(begin);
    constants.set(bytesOfKeys(layout, constantKeys(layout)), begin);
  }
  for (let from = 0; from < values; from += builder.slots) {
    const to = Math.min(from + builder.slots, values);
    const pages = builder.noPages();
    for (let feature = from; feature < to; feature++) {
      const slot = feature - from;
      pages[slot] = builder.addPages(slot, 1, layer, `bits of feature ${feature}`);
      const page = builder.page(slot, pages[slot]);
      const put = (row: number, at: number, bits: number): void => {
        page.words[row * LANES + ((first + at) >> 2)] |= bits << (24 - ((first + at) & 3) * 8);
      };
      const uses = tiles.flatMap(({ features, layout }, t) => {
        const position = features.indexOf(feature);
        return position < 0 ? [] : [{ layout, position, begin: begins[t] }];
      });
      for (let byte = 0; byte < PAGE_ROWS; byte++) {
        page.used[byte] = 1;
        const value = meaning(feature, byte);
        for (const { layout, position, begin } of uses) {
          const group = Math.floor(position / layout.g);
          for (let plane = 0; plane < layout.planes; plane++) {
            const bit = keyBit(layout, keyIndex(layout, plane, group), position % layout.g);
            if (((value + layout.offset) >> plane) & 1) put(byte, begin + bit.byte, bit.value);
          }
        }
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
