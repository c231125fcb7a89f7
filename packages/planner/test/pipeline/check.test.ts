import { loadProfile } from "@matchmul/profiles";
import { describe, expect, it } from "vitest";
import { checkPlacement } from "../../src/pipeline/check.js";
import { stageLimits } from "../../src/pipeline/limits.js";
import type { LogicalTable, PipelineProgram, PlacedTable } from "../../src/pipeline/types.js";
import { key, table } from "./programs.js";

const tofino = loadProfile("tofino");
const limits = stageLimits(tofino);

/** Tables, each whole in the stage given. */
function faults(tables: LogicalTable[], stages: number[], rest: Partial<PipelineProgram> = {}): string[] {
  const placed = tables.map(
    (t, i): PlacedTable => ({
      name: t.name,
      gress: t.gress,
      match: t.match,
      parts: [{ stage: stages[i], entries: t.entries }],
    }),
  );
  return checkPlacement({ name: "p", tables, dependencies: [], ...rest }, tofino, placed);
}

/** `n` equal tables in one stage. */
const crowd = (n: number, rest: (i: number) => Partial<LogicalTable>) =>
  Array.from({ length: n }, (_, i) => table(`t${i}`, rest(i)));

describe("checkPlacement finds", () => {
  const [a, b] = [table("a", { match: "ternary", key: key(16), entries: 1024 }), table("b")];

  it.each([
    ["match", 0, 1, 0],
    ["action", 0, 1, 0],
    ["control", 1, 1, 0],
    ["anti", 1, 1, 0],
    ["successor", 1, 1, 0],
  ] as const)("%s dependencies that are not kept", (kind, same, later, earlier) => {
    const dependencies = [{ kind, from: "a", to: "b" }];
    const ok = (from: number, to: number) => faults([a, b], [from, to], { dependencies }).length === 0;
    expect([ok(2, 2), ok(2, 3), ok(2, 1)].map(Number)).toEqual([same, later, earlier]);
  });

  it("a part that starts before another table's last part", () => {
    const placed = (stage: number): PlacedTable[] => [
      {
        name: "a",
        gress: "ingress",
        match: "ternary",
        parts: [
          { stage: 0, entries: 512 },
          { stage: 2, entries: 512 },
        ],
      },
      { name: "b", gress: "ingress", match: "keyless", parts: [{ stage, entries: 1 }] },
    ];
    const program = {
      name: "p",
      tables: [a, b],
      dependencies: [{ kind: "match" as const, from: "a", to: "b" }],
    };
    expect(checkPlacement(program, tofino, placed(2))).toHaveLength(1);
    expect(checkPlacement(program, tofino, placed(3))).toEqual([]);
  });

  it.each([
    ["missing tables", [], /a is not placed/],
    ["too few entries", [{ stage: 0, entries: 1000 }], /1000 entries of 1024/],
    ["stages that do not exist", [{ stage: 12, entries: 1024 }], /stage 12/],
    [
      "two parts in one stage",
      [
        { stage: 1, entries: 512 },
        { stage: 1, entries: 512 },
      ],
      /stage 1, after stage 1/,
    ],
    [
      "empty parts",
      [
        { stage: 1, entries: 1024 },
        { stage: 2, entries: 0 },
      ],
      /part of 0 entries/,
    ],
  ])("%s", (_, parts, message) => {
    const placed =
      parts.length === 0 ? [] : [{ name: "a", gress: "ingress" as const, match: "ternary" as const, parts }];
    const found = checkPlacement({ name: "p", tables: [a], dependencies: [] }, tofino, placed);
    expect(found.join("\n")).toMatch(message);
  });

  it("tables placed twice, in the wrong gress, or of no program", () => {
    const program = { name: "p", tables: [b], dependencies: [] };
    const place = {
      name: "b",
      gress: "ingress" as const,
      match: "keyless" as const,
      parts: [{ stage: 0, entries: 1 }],
    };
    expect(checkPlacement(program, tofino, [place, place]).join()).toMatch(/placed twice/);
    expect(checkPlacement(program, tofino, [{ ...place, gress: "egress" }]).join()).toMatch(/egress/);
    expect(checkPlacement(program, tofino, [place, { ...place, name: "c" }]).join()).toMatch(
      /no table of the program/,
    );
  });

  it("a register's table in parts", () => {
    const t = { ...a, stateful: [{ name: "r", widthBits: 32, cells: 8 }] };
    const parts = [
      { stage: 0, entries: 512 },
      { stage: 1, entries: 512 },
    ];
    const program = { name: "p", tables: [t], dependencies: [] };
    const placed = [{ name: "a", gress: "ingress" as const, match: "ternary" as const, parts }];
    expect(checkPlacement(program, tofino, placed).join()).toMatch(/cannot be split/);
  });

  // Each line: a stage just full, and one table more.
  it.each<[keyof typeof limits, number, (i: number) => Partial<LogicalTable>]>([
    [
      "sram",
      10,
      (i) => ({ match: "hash-action", key: key(10, `k${i}`), entries: 1024, actionDataBits: 1024 }),
    ],
    ["tcam", 24, (i) => ({ match: "ternary", key: key(8, `k${i}`), entries: 512 })],
    ["logicalTables", 16, () => ({})],
    ["ternaryTables", 8, () => ({ match: "ternary", key: key(8), entries: 8 })],
    ["mapRam", 3, (i) => ({ stateful: [{ name: `r${i}`, widthBits: 32, cells: 4096 * 15 }] })],
    ["statefulAlus", 4, (i) => ({ stateful: [{ name: `r${i}`, widthBits: 32, cells: 1 }] })],
    ["statisticsAlus", 4, (i) => ({ counters: [{ name: `c${i}`, cells: 1 }] })],
    ["gateways", 16, (i) => ({ match: "gateway", gateways: [{ fields: key(1, `k${i}`) }] })],
    ["exactCrossbarBytes", 8, (i) => ({ match: "exact", key: key(128, `k${i}`), entries: 1 })],
    ["ternaryCrossbarBytes", 6, (i) => ({ match: "ternary", key: key(88, `k${i}`), entries: 1 })],
    ["hashGroups", 8, () => ({ match: "exact", key: key(16), entries: 1 })],
    ["hashDistributionSlices", 6, (i) => ({ hashOperandBits: 16, layer: `${i}` })],
    ["actionBusBytes", 2, () => ({ busOperands: { 32: 16 } })],
    ["actionBusOperands16", 2, () => ({ busOperands: { 16: 16 } })],
    ["actionBusOperands8", 2, () => ({ busOperands: { 8: 16 } })],
    ["instructionWordsIngress", 1, () => ({ actions: 31 })],
    ["vliw32", 2, () => ({ writes: { 32: 32 } })],
    [
      "actionDataBusses",
      2,
      (i) => ({ match: "hash-action", key: key(4, `k${i}`), entries: 16, actionDataBits: 1024 }),
    ],
  ])("a stage with too much %s", (resource, fits, make) => {
    const full = crowd(fits, make);
    const exceeds = (tables: LogicalTable[]) =>
      faults(
        tables,
        tables.map(() => 0),
      ).some((f) => f.startsWith(`stage 0 uses`) && f.includes(` ${resource} of`));
    expect(exceeds(full)).toBe(false);
    expect(exceeds([...full, ...crowd(fits + 1, make).slice(-1)])).toBe(true);
  });

  it("shared crossbar bytes only once, and ALUs of tables that exclude each other only once", () => {
    const sameKey = crowd(6, () => ({ match: "ternary", key: key(88, "k"), entries: 1 }));
    expect(faults(sameKey, [0, 0, 0, 0, 0, 0])).toEqual([]);
    const writers = crowd(3, () => ({ writes: { 32: 32 } }));
    expect(faults(writers, [0, 0, 0])).toHaveLength(1);
    expect(faults(writers, [0, 0, 0], { exclusive: [["t0", "t1"]] })).toEqual([]);
    expect(
      faults(
        crowd(4, () => ({ writes: { 32: 32 } })),
        [0, 0, 0, 0],
        { exclusive: [["t0", "t1"]] },
      ),
    ).toHaveLength(1);
  });

  it("containers beyond a gress and beyond both", () => {
    const phv = (gress: "ingress" | "egress", containers: number) => ({
      name: gress,
      gress,
      containerBits: 8 as const,
      containers,
    });
    expect(faults([b], [0], { phv: [phv("ingress", 48), phv("egress", 16)] })).toEqual([]);
    expect(faults([b], [0], { phv: [phv("ingress", 49)] })).toHaveLength(1);
    expect(faults([b], [0], { phv: [phv("ingress", 48), phv("egress", 17)] })).toHaveLength(1);
  });
});
