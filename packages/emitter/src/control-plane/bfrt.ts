import type { EmittedEntry } from "../entries.js";

/** Names of a table's key fields and of its actions' parameters, as the P4 text has them. */
export interface BfrtNames {
  keys(table: string): string[];
  params(action: string): string[];
}

/**
 * Entries as JSON in the terms of Tofino's BF Runtime: tables by full name, key fields and action data by
 * name. A script on the switch feeds each to `table.entry_add`.
 */
export function bfrtJson(entries: Iterable<EmittedEntry>, control: string, names: BfrtNames): string {
  const tables = new Map<string, string[]>();
  for (const { table, action, keys, params } of entries) {
    const rows = tables.get(table) ?? [];
    tables.set(table, rows);
    const keyNames = names.keys(table);
    const paramNames = names.params(action);
    rows.push(
      JSON.stringify({
        key: Object.fromEntries(keyNames.map((name, i) => [name, keys[i]])),
        action: `${control}.${action}`,
        data: Object.fromEntries(paramNames.map((name, i) => [name, params[i]])),
      }),
    );
  }
  const body = [...tables].map(
    ([table, rows]) =>
      `  {"table": "pipe.${control}.${table}", "entries": [\n    ${rows.join(",\n    ")}\n  ]}`,
  );
  return `{"tables": [\n${body.join(",\n")}\n]}\n`;
}
