import type { LogicalTable } from "./types.js";

/** A table of the ingress; what `rest` does not say: without a key, one entry, no action data. */
export function logicalTable(name: string, rest: Partial<LogicalTable>): LogicalTable {
  return {
    name,
    gress: "ingress",
    match: "keyless",
    key: [],
    entries: 1,
    actionDataBits: 0,
    ...rest,
  };
}
