import type { PipelineProfile } from "@matchmul/profiles";
import type { LogicalTable } from "../types.js";
import { keyBits, type MatchCost } from "./cost.js";

/**
 * Hash action: the key, through the hash distribution, addresses the action data; no match memory. The hit path
 * of such a table starts in a gateway. Source: p4c, bf-p4c/mau/table_layout.cpp add_hash_action_option and
 * bf-p4c/mau/tofino/memories.cpp no_match_hit_tables.
 */
export function hashActionCost(table: LogicalTable, profile: PipelineProfile): MatchCost {
  const { hash } = profile.perStage;
  const bits = keyBits(table.key);
  const slices = Math.max(1, Math.ceil(bits / hash.sliceBits));
  return {
    fixed: {
      logicalTables: 1,
      gateways: (table.gateways?.length ?? 0) === 0 ? 1 : 0,
      hashDistributionSlices: slices,
      hashGroups: Math.ceil(bits / hash.indexBits) / hash.indexesPerGroup,
      hashBits: bits,
    },
    exactKey: table.key,
    components: [],
  };
}
