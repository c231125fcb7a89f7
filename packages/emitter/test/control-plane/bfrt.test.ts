import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { allEntries, Schedule } from "../../src/index.js";
import { dense, emitted, has, runIn, thresholds } from "./support.js";

interface Table {
  table: string;
  entries: { key: Record<string, unknown>; action: string; data: Record<string, number> }[];
}
const tablesOf = (json: string): Table[] => JSON.parse(json).tables;

describe("bfrt.json", () => {
  it.each(["tna", "t2na"])("holds every entry in order, for %s", (target) => {
    const { text } = emitted(thresholds, target);
    const entries = [...allEntries(new Schedule(thresholds))];
    const tables = tablesOf(text("bfrt.json"));
    expect(tables.reduce((sum, table) => sum + table.entries.length, 0)).toBe(entries.length);
    for (const { table, entries: rows } of tables) {
      const wanted = entries.filter((entry) => `pipe.Tile.${entry.table}` === table);
      expect(JSON.stringify(rows.map(({ data }) => Object.values(data)))).toBe(
        JSON.stringify(wanted.map(({ params }) => params)),
      );
      expect(rows.map(({ action }) => action)).toEqual(wanted.map(({ action }) => `Tile.${action}`));
      const priority = wanted[0].keys.some((key) => typeof key !== "number") ? [1] : [];
      expect(JSON.stringify(rows.map(({ key }) => Object.values(key)))).toBe(
        JSON.stringify(wanted.map(({ keys }) => [...keys, ...priority])),
      );
    }
  });

  it.skipIf(!has("p4c-barefoot"))("has the names of the Tofino compiler's bf-rt.json (p4c-barefoot)", () => {
    const { p4, text } = emitted(dense, "tna");
    const { folder } = runIn({ "program.p4": p4 }, "p4c-barefoot", [
      ...["--target", "tofino", "--arch", "tna", "-o", "out", "--bf-rt-schema", "schema.json", "program.p4"],
    ]);
    interface Named {
      name: string;
    }
    const schema: { name: string; key: Named[]; action_specs: (Named & { data: Named[] })[] }[] = JSON.parse(
      readFileSync(join(folder, "schema.json"), "utf8"),
    ).tables;
    const names = (list: Named[]): string[] => list.map(({ name }) => name);
    for (const { table, entries } of tablesOf(text("bfrt.json"))) {
      const known = schema.find(({ name }) => name === table)!;
      const shapes = entries.map(({ key, action, data }) => [Object.keys(key), action, Object.keys(data)]);
      const allowed = known.action_specs.map(({ name, data }) =>
        JSON.stringify([names(known.key), name, names(data)]),
      );
      for (const shape of new Set(shapes.map((s) => JSON.stringify(s)))) expect(allowed).toContain(shape);
    }
  });
});
