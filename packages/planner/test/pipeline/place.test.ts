import { type HardwareProfile, loadProfile } from "@matchmul/profiles";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkPlacement } from "../../src/pipeline/check.js";
import type { DoesNotFit } from "../../src/pipeline/explain.js";
import { generatePipeline } from "../../src/pipeline/generate.js";
import { mergeIdentical } from "../../src/pipeline/merge.js";
import { placePipeline } from "../../src/pipeline/place.js";
import { problemOf } from "../../src/pipeline/problem.js";
import type { PipelineProgram } from "../../src/pipeline/types.js";
import { key, table, tileKernel } from "./programs.js";

const tofino = loadProfile("tofino");
const tofino2 = loadProfile("tofino2");

/** A profile with more stages than any switch, for programs that take many. */
function withStages(profile: HardwareProfile, stages: number): HardwareProfile {
  return { ...profile, pipeline: { ...profile.pipeline!, stages } };
}

/** The refusal of a program that does not fit. */
async function refusal(program: PipelineProgram, profile = tofino): Promise<DoesNotFit> {
  const error = await placePipeline(program, profile).then(
    (p) => expect.fail(`it fits in ${p.stagesUsed} stages`),
    (cause) => cause,
  );
  expect(error).toMatchObject({ code: "does-not-fit" });
  return error;
}

describe("the tile kernel, as the real compiler places it", () => {
  it.each([
    [10, "tofino", 11],
    [11, "tofino", 12],
    [17, "tofino2", 18],
    [19, "tofino2", 20],
  ])("%i lookups and the sequencer take %s %i stages", async (lookups, profile, stages) => {
    const placement = await placePipeline(tileKernel(lookups), loadProfile(profile));
    expect(placement).toMatchObject({ stagesUsed: stages, bound: stages, optimal: true, gap: 0 });
    expect(placement.stages[1].used).toMatchObject({
      sram: 64,
      actionBusBytes: 128,
      actionDataBusses: 8,
      vliw32: 32,
    });
    expect(placement.stages[1].wait.ingress).toBe("match");
    expect(placement.stages[2].wait.ingress).toBe("action");
    expect(placement.latencyCycles.ingress).toBeGreaterThan(40);
  });

  it("refuses 12 lookups on Tofino and says what would fit", async () => {
    const { message, hint, explanation } = await refusal(tileKernel(12));
    expect(explanation).toMatchObject({ resource: "stages", needed: 13, available: 12 });
    expect(message).toContain("chain of dependent tables");
    expect(hint).toContain("1 table fewer in lookups (11 instead of 12) would fit tofino");
    expect(hint).toContain("13 stages would be enough");
  });

  it("refuses lookups of 16384 rows: 128 SRAM blocks of 80", async () => {
    const { explanation } = await refusal(tileKernel(10, { addressBits: 14 }));
    expect(explanation).toMatchObject({
      resource: "sram",
      needed: 128,
      available: 80,
      layer: "lookups",
      change: "with 8192 instead of 16384 entries it would fit (2 tables in place of one)",
    });
  });

  it("refuses 36 lanes: an entry has 1024 bits of action data at most", async () => {
    await expect(placePipeline(tileKernel(10, { lanes: 36 }), tofino)).rejects.toMatchObject({
      code: "pipeline-invalid",
      message: expect.stringContaining("1152 bits of action data"),
    });
  });

  it("runs on BMv2, one table after the other, without limits", async () => {
    const placement = await placePipeline(tileKernel(30), loadProfile("bmv2"));
    expect(placement).toMatchObject({ stagesUsed: 31, stagesAvailable: 31, optimal: true });
  });
});

describe("what does not fit", () => {
  it("names the containers that are missing", async () => {
    const phv = [
      { name: "hdr.lanes", gress: "ingress", containerBits: 32, containers: 48 },
      { name: "meta.x", gress: "ingress", containerBits: 32, containers: 2 },
    ] as const;
    const { explanation } = await refusal({ ...tileKernel(2), phv });
    expect(explanation).toMatchObject({ resource: "phv32", needed: 50, available: 48, table: "hdr.lanes" });
    expect(explanation.change).toContain("2 containers less");
    const egress = phv.map((f) => ({ ...f, gress: "egress" as const, containers: 40 }));
    expect(
      (await refusal({ ...tileKernel(2), phv: [phv[1], ...egress.slice(0, 1), phv[0]] })).explanation,
    ).toMatchObject({
      resource: "phv32",
    });
  });

  it("names the header bytes that a software switch has no room for", async () => {
    const { explanation } = await refusal({ ...tileKernel(1), addedHeaderBytes: 600 }, loadProfile("bmv2"));
    expect(explanation).toMatchObject({ resource: "addedHeaderBytes", needed: 600, available: 512 });
  });

  it("names the resource whose total is too much", async () => {
    const tables = Array.from({ length: 9 }, (_, i) =>
      table(`acl${i}`, {
        layer: "lists",
        match: "ternary",
        key: key(40, `f${i}`),
        entries: 512 * 40,
      }),
    );
    const { explanation, message } = await refusal({ name: "lists", tables, dependencies: [] });
    expect(explanation).toMatchObject({ resource: "tcam", needed: 15, available: 12, layer: "lists" });
    expect(message).toContain("TCAM blocks");
    expect(explanation.change).toContain("would fit tofino");
  });

  it("checks the change it proposes: it really fits", async () => {
    const { explanation } = await refusal(tileKernel(14));
    const fewer = Number(/(\d+) tables? fewer/.exec(explanation.change!)![1]);
    expect((await placePipeline(tileKernel(14 - fewer), tofino)).stagesUsed).toBeLessThanOrEqual(12);
    await refusal(tileKernel(14 - fewer + 1));
  });

  it.each([
    [
      "fields of the crossbar",
      { match: "exact", key: key(800, "k"), entries: 9, gateways: [{ fields: key(320, "g") }] },
      "exactCrossbarBytes",
    ],
    [
      "fields of the ternary crossbar",
      { match: "ternary", key: key(576), entries: 9 },
      "ternaryCrossbarBytes",
    ],
    ["instruction words", { actions: 40 }, "instructionWordsIngress"],
    ["places on the action data bus", { busOperands: { 16: 40 } }, "actionBusOperands16"],
    ["8-bit places, though the bus is not full", { busOperands: { 8: 33 } }, "actionBusOperands8"],
    ["ALUs", { writes: { 16: 97 } }, "vliw16"],
    ["register memory", { stateful: [{ name: "r", widthBits: 32, cells: 250_000 }] }, "mapRam"],
    [
      "stateful ALUs",
      { stateful: [1, 2, 3, 4, 5].map((n) => ({ name: `r${n}`, widthBits: 32, cells: 8 })) },
      "statefulAlus",
    ],
    [
      "statistics ALUs",
      { counters: [1, 2, 3, 4, 5].map((n) => ({ name: `c${n}`, cells: 8 })) },
      "statisticsAlus",
    ],
    ["gateways", { gateways: [{ fields: key(8), rows: 66 }] }, "gateways"],
  ] as const)("a table alone with too many %s", async (_, rest, resource) => {
    const { explanation } = await refusal({ name: "one", tables: [table("t", rest)], dependencies: [] });
    expect(explanation).toMatchObject({ resource, table: "t" });
  });
});

describe("any generated program", () => {
  it("is placed in order, within every limit, never worse than first fit, and always the same", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 1e6 }),
        async (tables, seed) => {
          const program = generatePipeline({ tables, seed });
          const profile = withStages(seed % 2 === 0 ? tofino : tofino2, 40);
          const options = { restarts: 40, timeLimitMs: 400 };
          const placement = await placePipeline(program, profile, options);
          expect(checkPlacement(program, profile, placement.tables)).toEqual([]);
          expect(placement.stagesUsed).toBeLessThanOrEqual(placement.baseline.stagesUsed);
          expect(placement.bound).toBeLessThanOrEqual(placement.stagesUsed);
          expect(placement.optimal).toBe(placement.bound === placement.stagesUsed);
          expect(placement.gap).toBeCloseTo(1 - placement.bound / placement.stagesUsed);
          if (placement.statistics.programs > 0) return;
          const again = await placePipeline(program, profile, options);
          expect({ ...again, statistics: null }).toEqual({ ...placement, statistics: null });
        },
      ),
      { numRuns: 40, seed: 5 },
    );
  });

  it("reaches its bound on nearly all of some programs of 20 to 60 tables", async () => {
    let optimal = 0;
    for (let seed = 1; seed <= 25; seed++) {
      const program = generatePipeline({ tables: 20 + ((seed * 13) % 41), seed });
      if ((await placePipeline(program, withStages(tofino2, 40), { timeLimitMs: 3000 })).optimal) optimal++;
    }
    expect(optimal).toBeGreaterThanOrEqual(22);
  });

  it("decides 600 tables of a few kinds by counting them", async () => {
    // 24 layers of 25 equal tables; each layer waits for the fourth before it. 600 tables, 16 a stage: 38 stages.
    const layers = 24;
    const tables = Array.from({ length: 25 * layers }, (_, i) =>
      table(`t${i}`, { busOperands: { 32: [1, 2, 3, 1][Math.floor(i / 25) % 4] } }),
    );
    const dependencies = tables.flatMap((to, i) =>
      Array.from({ length: i < 100 ? 0 : 25 }, (_, j) => ({
        kind: "match" as const,
        from: `t${25 * (Math.floor(i / 25) - 4) + j}`,
        to: to.name,
      })),
    );
    const program = { name: "layers", tables, dependencies };
    const placement = await placePipeline(program, withStages(tofino, 100), { solver: "highs" });
    expect(placement).toMatchObject({ optimal: true, stagesUsed: 38 });
    const problem = problemOf(program, withStages(tofino, 100));
    expect(mergeIdentical(problem).map((c) => c.members.length)).toEqual(Array(layers).fill(25));
  });
});

describe("time and cancellation", async () => {
  const profile = withStages(tofino2, 60);
  // A program that neither first fit nor one list schedule brings to its bound, so that a solver is asked.
  const few = { restarts: 1, timeLimitMs: 1 };
  let hard = generatePipeline({ tables: 110, seed: 1 });
  let quick = await placePipeline(hard, profile, few);
  for (let seed = 2; quick.stagesUsed < quick.bound + 2 && seed < 100; seed++) {
    hard = generatePipeline({ tables: 110, seed });
    quick = await placePipeline(hard, profile, few);
  }
  const { bound } = quick;

  it("returns the incumbent and its gap when the time is up", () => {
    expect(quick.statistics.interrupted).toBe(true);
    expect(quick.optimal).toBe(false);
    expect(quick.gap).toBeCloseTo((quick.stagesUsed - bound) / quick.stagesUsed);
    expect(quick.gap).toBeGreaterThan(0);
    expect(checkPlacement(hard, profile, quick.tables)).toEqual([]);
  });

  it("says that it is undecided, not that nothing fits, when the profile is at the bound", async () => {
    await expect(placePipeline(hard, withStages(tofino2, bound), few)).rejects.toMatchObject({
      code: "pipeline-undecided",
    });
  });

  it.each(["glpk", "highs"] as const)(
    "stops when it is cancelled in the middle of the work of %s",
    async (solver) => {
      const controller = new AbortController();
      const notes: string[] = [];
      const progress = {
        update(_: string, __: number, ___: number, note = "") {
          notes.push(note);
          if (note.includes(solver)) setImmediate(() => controller.abort());
        },
      };
      const options = { signal: controller.signal, progress, solver, restarts: 1 };
      await expect(placePipeline(hard, profile, options)).rejects.toMatchObject({
        code: "placement-cancelled",
      });
      // What was shown until then: the incumbent, the bound, the nodes.
      expect(notes.at(-1)).toMatch(
        new RegExp(`^\\d+ of at most \\d+ stages: ${solver}, \\d+ nodes, at least \\d+$`),
      );
    },
  );

  it("stops before it begins when the progress says so", async () => {
    const progress = { update: () => {}, cancelled: true };
    await expect(placePipeline(hard, profile, { progress })).rejects.toMatchObject({
      code: "placement-cancelled",
    });
  });
});
