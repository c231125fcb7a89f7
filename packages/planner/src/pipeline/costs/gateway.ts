import type { MatchCost } from "./cost.js";

/** A condition of its own: a logical table for the control flow; its gateways are counted with all others. */
export function gatewayCost(): MatchCost {
  return { fixed: { logicalTables: 1 }, components: [] };
}
