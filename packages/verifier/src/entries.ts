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

/**
 * Holds the entries that are in the engine's tables against those the microcode asks for: none missing, none
 * more, every argument equal.
 *
 * @param only the one table to look at, by its full name
 */
export function checkEntries(engine: Engine, schedule: Schedule, tally: Tally, only?: string): void {
  const expected = new Map<string, Map<string, string>>();
  for (const entry of allEntries(schedule)) {
    if (only !== undefined && name(only) !== entry.table) continue;
    let table = expected.get(entry.table);
    if (table === undefined) expected.set(entry.table, (table = new Map()));
    table.set(entry.keys.map(keyText).join(" "), asText(entry));
  }
  for (const info of engine.tables) {
    const table = expected.get(name(info.name));
    if (table === undefined) continue;
    for (const { entry } of engine.entries(info.name)) {
      const key = entry.key.map((k) => keyText(emittedKey(k))).join(" ");
      const actual = asText({ action: name(entry.action), params: entry.args.map(Number) });
      const wanted = table.get(key);
      table.delete(key);
      tally.add(1, actual === wanted ? 0 : 1, () => ({
        where: `table ${info.name}, key ${key}`,
        expected: wanted ?? "no entry",
        actual,
      }));
    }
  }
  for (const [table, missing] of expected)
    for (const [key, wanted] of missing)
      tally.add(1, 1, () => ({ where: `table ${table}, key ${key}`, expected: wanted, actual: "no entry" }));
}
