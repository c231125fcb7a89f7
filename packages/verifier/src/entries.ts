import { allEntries, type EmittedEntry, type EmittedKey, type Schedule } from "@matchmul/emitter";
import type { Engine, MatchKey } from "@matchmul/p4-engine";
import type { Tally } from "./report.js";

const name = (full: string): string => full.slice(full.lastIndexOf(".") + 1);

/** One entry as comparable text: table, key, action, arguments. */
const asText = ({ action, params }: Pick<EmittedEntry, "action" | "params">): string =>
  `${action}(${params.join(", ")})`;

const keyText = (key: EmittedKey | string): string =>
  typeof key === "object" ? `${key.value}&&&${key.mask}` : `${key}`;

/** A key element of the engine's in the emitter's terms; a kind that is never emitted as its name. */
function emittedKey(key: MatchKey): EmittedKey | string {
  if (key.kind === "exact") return Number(key.value);
  return key.kind === "ternary" ? { value: Number(key.value), mask: Number(key.mask) } : key.kind;
}

/** The entries the microcode asks for, as text: table -> key -> action and arguments. */
export type ExpectedEntries = Map<string, Map<string, string>>;

export function expectedEntries(schedule: Schedule): ExpectedEntries {
  const expected: ExpectedEntries = new Map();
  for (const entry of allEntries(schedule)) {
    let table = expected.get(entry.table);
    if (table === undefined) expected.set(entry.table, (table = new Map()));
    table.set(entry.keys.map(keyText).join(" "), asText(entry));
  }
  return expected;
}

/**
 * Holds the entries that are in the engine's tables against those the microcode asks for: none missing, none
 * more, every argument equal.
 *
 * @param only one entry to look at, by its table's full name and its handle
 */
export function checkEntries(
  engine: Engine,
  expected: ExpectedEntries,
  tally: Tally,
  only?: { table: string; handle: number },
): void {
  const seen = new Map<string, Set<string>>();
  for (const info of engine.tables) {
    const wantedTable = expected.get(name(info.name));
    if (wantedTable === undefined || (only !== undefined && only.table !== info.name)) continue;
    const keys = new Set<string>();
    seen.set(name(info.name), keys);
    for (const { handle, entry } of engine.entries(info.name)) {
      if (only !== undefined && only.handle !== handle) continue;
      const key = entry.key.map((k) => keyText(emittedKey(k))).join(" ");
      const actual = asText({ action: name(entry.action), params: entry.args.map(Number) });
      const wanted = wantedTable.get(key);
      keys.add(key);
      tally.add(1, actual === wanted ? 0 : 1, () => ({
        where: `table ${info.name}, key ${key}`,
        expected: wanted ?? "no entry",
        actual,
      }));
    }
  }
  if (only !== undefined) return;
  for (const [table, entries] of expected)
    for (const [key, wanted] of entries)
      if (!seen.get(table)?.has(key))
        tally.add(1, 1, () => ({
          where: `table ${table}, key ${key}`,
          expected: wanted,
          actual: "no entry",
        }));
}
