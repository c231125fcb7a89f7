import { DenseTable, denseFits, HashTable } from "./exact.js";
import { KeylessTable } from "./keyless.js";
import { MaskedTable } from "./masked.js";
import type { MatchTable, TableShape } from "./table.js";

export { ActionProfile } from "./action-profile.js";
export { entryPriorities, type PriorityProperties } from "./priorities.js";
export type * from "./table.js";

/** The match structure that suits the table's keys. */
export function createTable(shape: TableShape): MatchTable {
  if (shape.keys.length === 0) return new KeylessTable(shape);
  if (shape.keys.some((k) => k.kind !== "exact")) return new MaskedTable(shape);
  return denseFits(shape) ? new DenseTable(shape) : new HashTable(shape);
}
