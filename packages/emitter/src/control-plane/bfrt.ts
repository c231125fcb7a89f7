import type { EmittedEntry, EmittedKey } from "../entries.js";
import type { ControlPlane } from "./declarations.js";
import { PRIORITY } from "./updates.js";

/** How BF Runtime numbers which of two ternary entries wins; the smaller, but these do not overlap. */
const MATCH_PRIORITY = "$MATCH_PRIORITY";

/**
 * Entries as JSON in the terms of Tofino's BF Runtime: tables and actions by full name, key fields and action data by
 * name, as the compiler's bf-rt.json has them. load_bfrt.py feeds each to the running switch.
 */
export function bfrtJson(entries: Iterable<EmittedEntry>, plane: ControlPlane): string {
  const rows = new Map<string, string[]>();
  const keyFields = new Map(
    plane.tables.map(({ name, keys }) => [
      name,
      {
        // BF Runtime has no brackets in names.
        names: keys.map((key) => key.name.replace(/\[(\d+)\]/g, "$$$1")),
        prioritised: keys.some(({ match }) => match !== "exact"),
      },
    ]),
  );
  const params = new Map(plane.actions.map(({ name, params }) => [name, params]));
  for (const entry of entries) {
    const { names, prioritised } = keyFields.get(entry.table)!;
    const key: [string, EmittedKey][] = names.map((name, i) => [name, entry.keys[i]]);
    if (prioritised) key.push([MATCH_PRIORITY, PRIORITY]);
    const row = JSON.stringify({
      key: Object.fromEntries(key),
      action: `${plane.control}.${entry.action}`,
      data: Object.fromEntries(params.get(entry.action)!.map(({ name }, i) => [name, entry.params[i]])),
    });
    const table = rows.get(entry.table);
    if (table === undefined) rows.set(entry.table, [row]);
    else table.push(row);
  }
  const tables = [...rows].map(
    ([table, of]) =>
      `  {"table": "pipe.${plane.control}.${table}", "entries": [\n    ${of.join(",\n    ")}\n  ]}`,
  );
  return `{"tables": [\n${tables.join(",\n")}\n]}\n`;
}
