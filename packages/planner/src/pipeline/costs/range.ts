import type { PipelineProfile } from "@matchmul/profiles";
import type { LogicalTable } from "../types.js";
import type { EntryLoad, MatchCost } from "./cost.js";
import { indirectionComponent, tcamWidth } from "./ternary.js";

/** Rows one range entry can need at most, by how far rows can be combined. */
const combinedRows = 8;
/** Nibbles of a field that one range match can cover: those of a 20-bit field. */
export const maximumRangeBits = 20;

/**
 * Range match: a TCAM compares 4 bits as one-hot codes, so a nibble of the field takes a byte of the key, and an
 * entry on k nibbles up to 2k - 1 rows. Every entry is counted with that many, so that any ranges fit. Source:
 * p4c, bf-p4c/mau/resource_estimate.cpp RangeEntries.
 */
export function rangeCost(
  table: LogicalTable,
  profile: PipelineProfile,
  { overheadBits }: EntryLoad,
): MatchCost {
  const nibbles = table.key.map((k) => Math.ceil(k.widthBits / 4));
  const bytes = nibbles.reduce((a, b) => a + b, 0);
  const rows = Math.min(combinedRows, 2 * Math.max(1, ...nibbles) - 1);
  return {
    fixed: { logicalTables: 1, ternaryTables: 1, indirectionTables: 1 },
    ternaryKey: table.key.map((k, i) => ({ field: `${k.field} as nibbles`, widthBits: 8 * nibbles[i] })),
    components: [
      {
        entriesPerBlock: Math.floor(profile.perStage.tcam.rows / rows),
        block: { tcam: tcamWidth(bytes, 8 * bytes, profile) },
      },
      indirectionComponent(overheadBits, profile),
    ],
  };
}
