import { loadProfile } from "@matchmul/profiles";
import { describe, expect, it } from "vitest";
import { partAmounts, unitsOf } from "../../../src/pipeline/costs/cost.js";
import { tableCost } from "../../../src/pipeline/costs/index.js";
import { tcamWidth } from "../../../src/pipeline/costs/ternary.js";
import type { LogicalTable } from "../../../src/pipeline/types.js";
import { key, table } from "../programs.js";

const pipeline = loadProfile("tofino").pipeline!;

/** What a whole table takes, crossbars among it. */
function cost(rest: Partial<LogicalTable>) {
  const t = table("t", rest);
  const c = tableCost(t, pipeline);
  const bytes = (fields: ReadonlyMap<string, number>) => [...fields.values()].reduce((a, b) => a + b, 0);
  return {
    ...partAmounts(c, unitsOf(c, t.entries)),
    exactCrossbarBytes: bytes(c.exactFields),
    ternaryCrossbarBytes: bytes(c.ternaryFields),
  };
}

describe("action data", () => {
  // Each row: entries, bits, SRAM blocks; the first three as the real compiler reports them.
  it.each([
    [256, 512, 4],
    [256, 1024, 8],
    [8192, 1024, 64],
    [8192, 8, 1],
    [16384, 8, 1],
    [32768, 8, 2],
    [4096, 32, 1],
    [4096, 33, 2],
    [1024, 128, 1],
    [1024, 129, 2],
    [2048, 160, 4],
  ])("of %i entries of %i bits takes %i blocks", (entries, actionDataBits, sram) => {
    expect(cost({ match: "hash-action", key: key(Math.log2(entries)), entries, actionDataBits }).sram).toBe(
      sram,
    );
  });

  it("takes a bus for each 128 bits, and an action table", () => {
    expect(cost({ match: "hash-action", key: key(8), entries: 256, actionDataBits: 1024 })).toMatchObject({
      actionDataBusses: 8,
      actionTables: 1,
    });
  });

  it("lies beside the match entry when it is 32 bits or less and that saves memory", () => {
    const inEntry = cost({ match: "ternary", key: key(16), entries: 512, actionDataBits: 32 });
    expect(inEntry.actionTables ?? 0).toBe(0);
    expect(inEntry.sram).toBe(1);
    const forced = cost({
      match: "ternary",
      key: key(16),
      entries: 512,
      actionDataBits: 8,
      actionDataIn: "table",
    });
    expect(forced).toMatchObject({ actionTables: 1, sram: 2 });
  });

  it("lies partly beside the entry when that takes less", () => {
    const wide = { match: "exact", key: key(32), entries: 2048, actions: 2, actionDataBits: 96 } as const;
    expect(cost(wide).sram).toBe(4 + 2);
    expect(cost({ ...wide, actionDataIn: "table" }).sram).toBe(4 + 4);
  });

  it("includes the constants that travel as action data", () => {
    const rest = { match: "hash-action", key: key(8), entries: 256, actionDataBits: 96 } as const;
    expect(cost(rest).sram).toBe(1);
    expect(cost({ ...rest, constantOperands: { 32: 2 } }).sram).toBe(2);
  });
});

describe("exact match", () => {
  it("addresses one word with a key of fewer than 10 bits", () => {
    expect(cost({ match: "exact", key: key(9), entries: 512 })).toMatchObject({
      sram: 1,
      hashBits: 9,
      hashGroups: 0.25,
    });
  });

  it("takes at least four ways otherwise, and the hash bits that address them", () => {
    expect(cost({ match: "exact", key: key(10), entries: 1 })).toMatchObject({
      sram: 4,
      hashBits: 40,
      hashGroups: 1,
      logicalTables: 1,
    });
  });

  it("packs entries of key, version and overhead into words", () => {
    // 26 key bits, of which 10 address the line, and 4 of version: 20 bits, five to a word.
    expect(cost({ match: "exact", key: key(26), entries: 5 * 1024 * 8 }).sram).toBe(8);
    // 32 bits of action data more: two to a word by the overhead limit, nine to four words by bits.
    expect(cost({ match: "exact", key: key(26), entries: 2 * 1024 * 4, actionDataBits: 32 }).sram).toBe(4);
    // 128 stored key bits do not fit one word beside the version.
    expect(cost({ match: "exact", key: key(138), entries: 1 }).sram).toBe(8);
  });

  it("has action data beside every place of its ways", () => {
    // Four ways of 1024 lines hold 1024 x 4 entries although 100 are asked for: 256 bits each.
    const { sram } = cost({ match: "exact", key: key(48), entries: 100, actionDataBits: 256 });
    expect(sram).toBe(4 + 8);
  });

  it("selects among several blocks of a way with more hash bits, 12 at most", () => {
    // 122 stored bits and the version: one entry a word.
    const wide = { match: "exact", key: key(132) } as const;
    expect(cost({ ...wide, entries: 1024 * 4 }).hashBits).toBe(40);
    expect(cost({ ...wide, entries: 1024 * 8 }).hashBits).toBe(44);
    expect(cost({ ...wide, entries: 1024 * 33 }).hashBits).toBe(52);
  });
});

describe("ternary match", () => {
  it.each([
    [1, 1],
    [5, 1],
    [6, 2],
    [7, 2],
    [11, 2],
    [12, 3],
    [16, 3],
    [18, 4],
    [22, 4],
  ])("takes for a key of %i whole bytes %i TCAM blocks side by side", (bytes, width) => {
    expect(tcamWidth(bytes, 8 * bytes, pipeline)).toBe(width);
  });

  it("takes six bytes in one block when they are 44 bits", () => {
    expect(tcamWidth(6, 44, pipeline)).toBe(1);
  });

  it("is 512 deep, with an indirection word of 8 bits or more", () => {
    expect(cost({ match: "ternary", key: key(32), entries: 1025 })).toMatchObject({
      tcam: 3,
      sram: 1,
      ternaryTables: 1,
      indirectionTables: 1,
      logicalTables: 1,
      ternaryCrossbarBytes: 4,
    });
    // 32 bits of action data: four words of indirection, 4096 entries to a block.
    expect(cost({ match: "ternary", key: key(8), entries: 6144, actionDataBits: 32 }).sram).toBe(2);
  });
});

describe("range match", () => {
  it("takes a key byte for each nibble and up to 2k - 1 rows an entry", () => {
    // 16 bits: 4 nibbles, 7 rows, 73 entries a block.
    expect(cost({ match: "range", key: key(16), entries: 73 })).toMatchObject({
      tcam: 1,
      ternaryCrossbarBytes: 4,
    });
    expect(cost({ match: "range", key: key(16), entries: 74 }).tcam).toBe(2);
    expect(cost({ match: "range", key: key(4), entries: 512 }).tcam).toBe(1);
  });
});

describe("other kinds", () => {
  it("hash action takes no match memory, a distribution slice and a gateway", () => {
    expect(cost({ match: "hash-action", key: key(13), entries: 8192, actionDataBits: 1024 })).toMatchObject({
      sram: 64,
      hashDistributionSlices: 1,
      gateways: 1,
      hashBits: 13,
      exactCrossbarBytes: 2,
    });
  });

  it("keyless tables take a logical table, and memory only for more than 32 bits of constants", () => {
    expect(cost({ constantOperands: { 32: 1 } }).sram ?? 0).toBe(0);
    expect(cost({ constantOperands: { 32: 2 } })).toMatchObject({
      sram: 1,
      actionTables: 1,
      logicalTables: 1,
    });
  });

  it("a gateway takes one for 4 rows, and for 32 bits and 12 hash bits", () => {
    const gateways = (bits: number, rows?: number) =>
      cost({ match: "gateway", gateways: [{ fields: key(bits), rows }] });
    expect(gateways(32)).toMatchObject({ gateways: 1, hashBits: 0, exactCrossbarBytes: 4, logicalTables: 1 });
    expect(gateways(40)).toMatchObject({ gateways: 1, hashBits: 8 });
    expect(gateways(45)).toMatchObject({ gateways: 2, hashBits: 0 });
    expect(gateways(8, 5).gateways).toBe(2);
    expect(gateways(8).instructionWordsIngress).toBe(0);
  });
});

describe("action data bus", () => {
  it("counts the bytes of operands, and places for them in whole words", () => {
    expect(cost({ busOperands: { 8: 3, 16: 3, 32: 2 } })).toMatchObject({
      actionBusBytes: 3 + 6 + 8,
      actionBusOperands8: 4,
      actionBusOperands16: 4,
      actionBusOperands32: 2,
    });
  });

  it("carries constants and register outputs too", () => {
    const stateful = [{ name: "r", widthBits: 32, cells: 1024, outputBits: 32 }];
    expect(cost({ constantOperands: { 16: 1 }, stateful })).toMatchObject({
      actionBusBytes: 2 + 4,
      actionBusOperands16: 2,
      actionBusOperands32: 1,
    });
  });
});

// What p4c-barefoot 9.13.4 and bfas report for these tables on Tofino (mau.resources.log).
describe("as the real compiler reports it", () => {
  it.each<[string, Partial<LogicalTable>, sram: number, tcam: number, mapRam: number]>([
    [
      "1024 entries, 16 bits",
      { match: "exact", key: key(16), entries: 1024, actions: 2, actionDataBits: 16 },
      4,
      0,
      0,
    ],
    [
      "4096 entries, 48 bits",
      { match: "exact", key: key(48), entries: 4096, actions: 2, actionDataBits: 32 },
      4,
      0,
      0,
    ],
    [
      "2048 entries, 96 bits of data",
      { match: "exact", key: key(32), entries: 2048, actions: 2, actionDataBits: 96 },
      6,
      0,
      0,
    ],
    [
      "512 entries, 9 bits",
      { match: "exact", key: key(9), entries: 512, actions: 2, actionDataBits: 16 },
      1,
      0,
      0,
    ],
    [
      "40,000 entries, 64 bits",
      { match: "exact", key: key(64), entries: 40_000, actions: 2, actionDataBits: 32 },
      30,
      0,
      0,
    ],
    [
      "8192 entries, 104 bits",
      { match: "exact", key: key(104), entries: 8192, actions: 2, actionDataBits: 16 },
      8,
      0,
      0,
    ],
    [
      "3000 entries, 48 bits, 64 of data",
      { match: "exact", key: key(48), entries: 3000, actions: 3, actionDataBits: 64 },
      5,
      0,
      0,
    ],
    [
      "5000 entries, 160 bits",
      { match: "exact", key: key(160), entries: 5000, actions: 2, actionDataBits: 32 },
      10,
      0,
      0,
    ],
    [
      "2000 entries, 32 bits",
      { match: "ternary", key: key(32), entries: 2000, actions: 2, actionDataBits: 16 },
      1,
      4,
      0,
    ],
    [
      "1000 entries, 56 bits",
      { match: "ternary", key: key(56), entries: 1000, actions: 2, actionDataBits: 64 },
      2,
      4,
      0,
    ],
    [
      "512 entries, 48 bits",
      { match: "ternary", key: key(48), entries: 512, actions: 2, actionDataBits: 16 },
      1,
      2,
      0,
    ],
    [
      "256 ranges of 16 bits",
      { match: "range", key: key(16), entries: 256, actions: 2, actionDataBits: 16 },
      1,
      4,
      0,
    ],
    [
      "4096 rows of 128 bits",
      { match: "hash-action", key: key(12), entries: 4096, actionDataBits: 128 },
      4,
      0,
      0,
    ],
    [
      "256 rows of 256 bits",
      { match: "hash-action", key: key(8), entries: 256, actionDataBits: 256 },
      2,
      0,
      0,
    ],
    ["60,000 cells of 32 bits", { stateful: [{ name: "r", widthBits: 32, cells: 60_000 }] }, 16, 0, 16],
    ["1024 cells of 16 bits", { stateful: [{ name: "r", widthBits: 16, cells: 1024 }] }, 2, 0, 2],
    ["8192 counters", { counters: [{ name: "c", cells: 8192 }] }, 3, 0, 3],
    ["1024 meters", { meters: [{ name: "m", cells: 1024 }] }, 2, 0, 3],
    ["80 bits of constants", { constantOperands: { 16: 1, 32: 2 } }, 1, 0, 0],
    [
      "4608 entries with a 64-bit counter each",
      {
        match: "ternary",
        key: key(32),
        entries: 4608,
        actionDataBits: 8,
        counters: [{ name: "c", cells: 4608, addressing: "match", widthBits: 64 }],
      },
      5,
      9,
      4,
    ],
  ])("%s", (_, rest, sram, tcam, mapRam) => {
    const { sram: blocks = 0, tcam: rows = 0, mapRam: maps = 0 } = cost(rest);
    expect({ sram: blocks, tcam: rows, mapRam: maps }).toEqual({ sram, tcam, mapRam });
  });
});

describe("registers, counters and meters", () => {
  it("take their words and a spare block, as many map RAMs, and an ALU", () => {
    const register = (cells: number, widthBits = 32) => cost({ stateful: [{ name: "r", widthBits, cells }] });
    expect(register(4096)).toMatchObject({ sram: 2, mapRam: 2, statefulAlus: 1, hashDistributionSlices: 1 });
    expect(register(4097).sram).toBe(3);
    expect(register(143_360).sram).toBe(36);
    expect(register(2048, 64).sram).toBe(2);
    expect(cost({ counters: [{ name: "c", cells: 8192 }] })).toMatchObject({
      sram: 3,
      mapRam: 3,
      statisticsAlus: 1,
    });
    expect(cost({ meters: [{ name: "m", cells: 1025 }] })).toMatchObject({ sram: 3, statefulAlus: 1 });
  });

  it("follow the entries when they have one cell each", () => {
    const counters = [{ name: "c", cells: 4096, addressing: "match" as const }];
    const { sram, hashDistributionSlices } = cost({
      match: "ternary",
      key: key(32),
      entries: 4608,
      counters,
    });
    expect(sram).toBe(1 + 1 + 2);
    expect(hashDistributionSlices ?? 0).toBe(0);
  });
});

describe("instructions", () => {
  it("take a word an action in their gress, and a slot a container written", () => {
    const egress = cost({ gress: "egress", actions: 3, writes: { 8: 1, 32: 4 } });
    expect(egress).toMatchObject({ instructionWordsEgress: 3, vliw8: 1, vliw16: 0, vliw32: 4 });
    expect(egress.instructionWordsIngress ?? 0).toBe(0);
  });
});

describe("splitting", () => {
  it.each([
    ["exact", true],
    ["ternary", true],
    ["range", true],
    ["hash-action", false],
    ["keyless", false],
  ] as const)("%s: %s", (match, splittable) => {
    const t = table("t", {
      match,
      key: match === "keyless" ? [] : key(12),
      entries: match === "keyless" ? 1 : 4096,
    });
    expect(tableCost(t, pipeline).splittable).toBe(splittable);
    expect(tableCost({ ...t, splittable: false }, pipeline).splittable).toBe(false);
    const stateful = [{ name: "r", widthBits: 32, cells: 9 }];
    expect(tableCost({ ...t, stateful }, pipeline).splittable).toBe(false);
  });
});
