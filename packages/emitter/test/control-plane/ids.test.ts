import { describe, expect, it } from "vitest";
import { readControlPlane } from "../../src/control-plane/declarations.js";
import { assignIds } from "../../src/control-plane/ids.js";
import { emitted, programs } from "./support.js";

const plane = (names: { name: string; id: number | null }[]) => ({
  control: "Tile",
  tables: [],
  actions: names.map((action) => ({ ...action, params: [] })),
});

describe("assignIds", () => {
  it("puts the kind's prefix before ids of the text", () => {
    const { tables, actions } = assignIds({
      ...plane([{ name: "go", id: 5 }]),
      tables: [
        {
          name: "t",
          id: 5,
          keys: [],
          actions: [],
          size: 1,
          isConst: false,
          default: { action: "go", args: [], isConst: false },
        },
      ],
    });
    expect([actions.get("go"), tables.get("t")]).toEqual([0x01000005, 0x02000005]);
  });

  it("hashes the rest as p4c does", () => {
    // As p4c-bm2-ss 1.2.5 numbers these names.
    const { actions } = assignIds(
      plane([
        { name: "NoAction", id: null },
        { name: "drop", id: null },
      ]),
    );
    expect([actions.get("NoAction"), actions.get("drop")]).toEqual([21257015, 29411739]);
  });

  it("goes on to the next number where an id is taken", () => {
    const { actions } = assignIds(
      plane([
        { name: "drop", id: null },
        { name: "other", id: 29411739 & 0xffffff },
      ]),
    );
    expect(actions.get("drop")).toBe(29411740);
  });

  it("refuses an id given twice", () => {
    expect(() =>
      assignIds(
        plane([
          { name: "a", id: 1 },
          { name: "b", id: 1 },
        ]),
      ),
    ).toThrow("twice");
  });

  it("gives the same ids to the same names in every program", () => {
    const seen = new Map<string, number>();
    for (const [, program] of programs) {
      const { tables, actions } = assignIds(readControlPlane(emitted(program).p4, "Tile"));
      for (const [name, id] of [...tables, ...actions]) {
        expect(seen.get(name) ?? id).toBe(id);
        seen.set(name, id);
      }
    }
    expect(seen.size).toBeGreaterThan(30);
  });
});

describe("the emitted text", () => {
  it.each(programs)(
    "gives every table, and every action a table lists, an id of its own: %s",
    (_, program) => {
      const { tables, actions } = readControlPlane(emitted(program).p4, "Tile");
      expect(tables.filter(({ id }) => id === null)).toEqual([]);
      const listed = new Set(tables.flatMap((table) => table.actions));
      listed.delete("NoAction");
      expect(actions.filter(({ name, id }) => listed.has(name) && id === null)).toEqual([]);
    },
  );
});
