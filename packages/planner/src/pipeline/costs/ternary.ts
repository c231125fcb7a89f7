import type { PipelineProfile } from "@matchmul/profiles";
import type { LogicalTable } from "../types.js";
import { type Component, type EntryLoad, keyBits, keyBytes, type MatchCost, powerOfTwo } from "./cost.js";

/** Key bytes that two TCAM blocks side by side hold: five each, and two halves of one between them. */
const bytesOfPair = 11;
/** Key bytes that one block holds when one of them is only half used. */
const bytesOfOne = 6;

/**
 * TCAM blocks side by side for a key: 1 to 6 bytes take one, 7 to 11 two, and so on (six bytes only if they are
 * 44 bits at most). Source: p4c, bf-p4c/mau/tofino/memories.cpp analyze_tables.
 */
export function tcamWidth(bytes: number, bits: number, profile: PipelineProfile): number {
  const pairs = bytes > bytesOfPair ? Math.ceil((bytes - bytesOfPair) / bytesOfPair) : 0;
  const rest = bytes - pairs * bytesOfPair;
  const byBytes = 2 * pairs + (rest > bytesOfOne ? 2 : 1);
  return Math.max(byBytes, Math.ceil(bits / profile.perStage.tcam.widthBits));
}

/** The indirection word of a ternary entry: what is beside the key, 8 to 64 bits, a power of two. */
export function indirectionComponent(overheadBits: number, profile: PipelineProfile): Component {
  const { sram } = profile.perStage;
  const bits = Math.max(8, powerOfTwo(overheadBits));
  return {
    entriesPerBlock: sram.words * Math.max(1, Math.floor(sram.wordBits / bits)),
    block: { sram: Math.ceil(bits / sram.wordBits) },
  };
}

/** Ternary match: TCAM blocks, and an indirection table in SRAM for what an entry carries beside its key. */
export function ternaryCost(
  table: LogicalTable,
  profile: PipelineProfile,
  { overheadBits }: EntryLoad,
): MatchCost {
  const width = tcamWidth(keyBytes(table.key), keyBits(table.key), profile);
  return {
    fixed: { logicalTables: 1, ternaryTables: 1, indirectionTables: 1 },
    ternaryKey: table.key,
    components: [
      { entriesPerBlock: profile.perStage.tcam.rows, block: { tcam: width } },
      indirectionComponent(overheadBits, profile),
    ],
  };
}
