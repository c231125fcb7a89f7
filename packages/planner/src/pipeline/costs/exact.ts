import type { PipelineProfile } from "@matchmul/profiles";
import type { LogicalTable } from "../types.js";
import { bitsFor, type Component, type EntryLoad, keyBits, type MatchCost } from "./cost.js";

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
 * SRAM blocks of a whole table with a packing, action data included, in as few parts as stages allow: every part has
 * all its ways. Wide words pack best, but their ways make parts that no stage has room for beside anything else.
 */
function totalBlocks(
  packing: Packing,
  entries: number,
  ways: number,
  { sram }: PipelineProfile["perStage"],
  actionTable: Component | undefined,
): number {
  const unit = sram.words * packing.entries;
  const action = actionTable?.block.sram ?? 0;
  const blocks = (units: number) =>
    units * packing.words +
    (actionTable === undefined ? 0 : Math.ceil((units * unit) / actionTable.entriesPerBlock) * action);
  if (blocks(ways) > sram.blocks) return Number.POSITIVE_INFINITY;
  const units = Math.max(ways, Math.ceil(entries / unit));
  const parts = Math.ceil(blocks(units) / sram.blocks);
  return blocks(Math.max(units, parts * ways));
}

/**
 * Exact match: hashed ways in SRAM, at least 4 of them; a key of fewer bits than a RAM line's address takes one
 * word of its own and no ways. Source: p4c, bf-p4c/mau/resource_estimate.cpp calculate_way_sizes and
 * bf-p4c/mau/table_layout.cpp setup_exact_match.
 */
export function exactCost(
  table: LogicalTable,
  profile: PipelineProfile,
  { overheadBits, actionTable }: EntryLoad,
): MatchCost {
  const { exactMatch, perStage } = profile;
  const { sram, hash } = perStage;
  const bits = keyBits(table.key);
  const identity = bits < exactMatch.identityKeyBits;
  const ways = identity ? 1 : exactMatch.minimumWays;
  const total = (p: Packing) => totalBlocks(p, table.entries, ways, perStage, actionTable);
  // Of equal ones the narrowest, which comes first.
  const packing = packings(bits, overheadBits, profile).reduce<Packing>(
    (a, b) => (total(b) < total(a) ? b : a),
    {
      // What a key takes that no width of words holds: more words than there are, so that no stage has room.
      entries: 1,
      words: Math.max(1, Math.ceil(bits / sram.wordBits)) * sram.blocks,
    },
  );
  const units = Math.max(ways, Math.ceil(table.entries / (sram.words * packing.entries)));
  // Ways beyond the fourth repeat the line index of one of the first; each way of several blocks needs bits to
  // select its block.
  const select = bitsFor(Math.ceil(units / ways)) * ways;
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
