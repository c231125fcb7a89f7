import type { PipelineProfile } from "@matchmul/profiles";
import type { LogicalTable } from "../types.js";
import { bitsFor, keyBits, type MatchCost } from "./cost.js";

/** Some entries side by side in a wide word of `words` SRAM words. */
interface Packing {
  entries: number;
  words: number;
}

/**
 * Ways to pack entries into wide words. An entry is key, version and overhead bits; the bits of the key that
 * address the RAM line are not stored. Limits: bits of a word, key bytes of a word, overhead bits of a word,
 * entries of a word, and words side by side.
 */
function packings(key: number, overheadBits: number, profile: PipelineProfile): Packing[] {
  const { exactMatch, perStage } = profile;
  const stored = Math.max(0, key - perStage.hash.indexBits);
  const options: Packing[] = [];
  for (let entries = 1; entries <= exactMatch.maximumEntries; entries++) {
    const words = Math.max(
      1,
      Math.ceil((entries * (stored + exactMatch.versionBits + overheadBits)) / perStage.sram.wordBits),
      Math.ceil((entries * Math.ceil(stored / 8)) / (perStage.sram.wordBits / 8)),
      Math.ceil((entries * overheadBits) / exactMatch.overheadBitsPerWord),
      Math.ceil(entries / exactMatch.maximumEntriesPerWord),
    );
    if (words <= exactMatch.maximumWidthWords) options.push({ entries, words });
  }
  return options;
}

/**
 * Exact match: hashed ways in SRAM, at least 4 of them; a key of fewer bits than a RAM line's address takes one
 * word of its own and no ways. Source: p4c, bf-p4c/mau/resource_estimate.cpp calculate_way_sizes and
 * bf-p4c/mau/table_layout.cpp setup_exact_match.
 */
export function exactCost(table: LogicalTable, profile: PipelineProfile, overheadBits: number): MatchCost {
  const { exactMatch, perStage } = profile;
  const { sram, hash } = perStage;
  const bits = keyBits(table.key);
  const identity = bits < exactMatch.identityKeyBits;
  const ways = identity ? 1 : exactMatch.minimumWays;
  const depthOf = (p: Packing) => Math.max(ways, Math.ceil(table.entries / (sram.words * p.entries)));
  const options = packings(bits, overheadBits, profile);
  const best = options.reduce<Packing | undefined>((a, b) => {
    if (a === undefined) return b;
    const [blocksA, blocksB] = [depthOf(a) * a.words, depthOf(b) * b.words];
    return blocksB < blocksA || (blocksB === blocksA && depthOf(b) * b.entries < depthOf(a) * a.entries)
      ? b
      : a;
  }, undefined);
  // A key that no width of words holds: more words than there are, so that no stage takes it.
  const packing = best ?? { entries: 1, words: Math.ceil(bits / sram.wordBits) * sram.blocks };
  // Ways beyond the fourth repeat the line index of one of the first; each way of several blocks needs bits to
  // select its block.
  const select = bitsFor(Math.ceil(depthOf(packing) / ways)) * ways;
  const spareBits = hash.bitsPerGroup - hash.indexBits * hash.indexesPerGroup;
  return {
    fixed: {
      logicalTables: 1,
      hashGroups: ways / hash.indexesPerGroup,
      hashBits: identity ? bits : ways * hash.indexBits + Math.min(select, spareBits),
    },
    exactKey: table.key,
    components: [{ entriesPerBlock: sram.words * packing.entries, block: { sram: packing.words } }],
    minimumUnits: ways,
  };
}
