import type { Dependency, LogicalTable, PipelineProgram } from "../../src/pipeline/types.js";

/** A table with defaults that take little. */
export function table(name: string, rest: Partial<LogicalTable> = {}): LogicalTable {
  return { name, gress: "ingress", match: "keyless", key: [], entries: 1, actionDataBits: 0, ...rest };
}

/** One field as a whole key. */
export const key = (widthBits: number, field = "k") => [{ field, widthBits }];

/** The tile kernel's lookups after their sequencer: each waits for the sequencer's pages and the lookup before. */
export function tileKernel(
  lookups: number,
  options: { lanes?: number; addressBits?: number; sequencer?: boolean } = {},
): PipelineProgram {
  const { lanes = 32, addressBits = 13, sequencer = true } = options;
  const tables: LogicalTable[] = [];
  const dependencies: Dependency[] = [];
  if (sequencer)
    tables.push(
      table("sequencer", {
        layer: "sequencer",
        match: "exact",
        key: key(16, "hdr.pc"),
        entries: 1024,
        actionDataBits: 160,
        actions: 2,
        writes: { 32: lanes, 16: 10 },
        busOperands: { 16: 10 },
        splittable: false,
      }),
    );
  for (let i = 0; i < lookups; i++) {
    tables.push(
      table(`lookup${i}`, {
        layer: "lookups",
        match: "hash-action",
        key: [
          { field: `meta.page${i}`, widthBits: addressBits - 8 },
          { field: `hdr.key${i}`, widthBits: 8 },
        ],
        entries: 2 ** addressBits,
        actionDataBits: 32 * lanes,
        writes: { 32: lanes },
        busOperands: { 32: lanes },
      }),
    );
    if (sequencer) dependencies.push({ kind: "match", from: "sequencer", to: `lookup${i}` });
    if (i > 0) dependencies.push({ kind: "action", from: `lookup${i - 1}`, to: `lookup${i}` });
  }
  return { name: `tile-${lookups}`, tables, dependencies };
}
