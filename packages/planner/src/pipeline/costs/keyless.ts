import type { MatchCost } from "./cost.js";

/** No key: the default action always runs, on the miss path, which takes a logical table and nothing else. */
export function keylessCost(): MatchCost {
  return { fixed: { logicalTables: 1 }, components: [] };
}
