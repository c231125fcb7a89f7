import { describe, expect, it } from "vitest";
import { readControlPlane } from "../../src/control-plane/declarations.js";
import { assignIds } from "../../src/control-plane/ids.js";
import { SERVE_CONTROL, servePipes } from "../../src/index.js";
import { networkOf, variants } from "./pipes.js";

const planes = variants.map(([name, pipe]) => {
  const [{ program }] = servePipes(networkOf(pipe), { target: "v1model" });
  return [name, readControlPlane(program.text, SERVE_CONTROL)] as const;
});

describe("P4Runtime ids of serving programs", () => {
  it.each(planes)(
    "are given in the text to every table and every action it lists: %s",
    (_, { tables, actions }) => {
      expect(tables.filter(({ id }) => id === null)).toEqual([]);
      const listed = new Set(tables.flatMap((table) => table.actions));
      listed.delete("NoAction");
      expect(actions.filter(({ name, id }) => listed.has(name) && id === null)).toEqual([]);
    },
  );

  it("stay with their names in every program", () => {
    const seen = new Map<string, number>();
    for (const [, plane] of planes) {
      const { tables, actions } = assignIds(plane);
      for (const [kind, ids] of [
        ["table", tables],
        ["action", actions],
      ] as const)
        for (const [name, id] of ids) {
          expect(seen.get(`${kind} ${name}`) ?? id).toBe(id);
          seen.set(`${kind} ${name}`, id);
        }
    }
    expect(seen.size).toBeGreaterThan(50);
  });
});
