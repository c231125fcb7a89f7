import { Random } from "@matchmul/common";
import { type HardwareProfile, loadProfile } from "@matchmul/profiles";
import { checkPlacement } from "../../src/pipeline/check.js";
import { topologicalOrder } from "../../src/pipeline/problem.js";
import type { Dependency, LogicalTable, PipelineProgram, TablePart } from "../../src/pipeline/types.js";
import { key, table } from "./programs.js";

/** Tofino with a few stages of a few blocks, so that small programs are tight. */
export function tinyProfile(stages: number, random = new Random(0)): HardwareProfile {
  const profile = structuredClone(loadProfile("tofino")) as HardwareProfile & {
    pipeline: { stages: number; perStage: Record<string, unknown> };
  };
  profile.pipeline.stages = stages;
  Object.assign(profile.pipeline.perStage, {
    sram: { blocks: random.integer(5, 8), words: 1024, wordBits: 128 },
    tcam: { blocks: random.integer(1, 3), rows: 512, widthBits: 44 },
    mapRam: { blocks: random.integer(3, 6), words: 1024, wordBits: 11 },
    logicalTables: random.integer(1, 3),
    exactCrossbarBytes: random.integer(6, 10),
    statefulAlus: 1,
  });
  return profile;
}

/** A program of some tables that share crossbar fields, exclude each other, need registers, can be split. */
export function tinyProgram(random: Random, count: number): PipelineProgram {
  const tables: LogicalTable[] = [];
  const dependencies: Dependency[] = [];
  for (let i = 0; i < count; i++) {
    const name = `t${i}`;
    const field = `f${random.integer(0, 2)}`;
    const base = { writes: { 32: random.integer(0, 40) } };
    const kinds: (() => Partial<LogicalTable>)[] = [
      () => ({ match: "exact", key: key(random.integer(4, 40), field), entries: random.integer(1, 3000) }),
      () => ({
        match: "ternary",
        key: key(8 * random.integer(1, 9), field),
        entries: 512 * random.integer(1, 3),
      }),
      () => {
        const bits = random.integer(6, 12);
        return { match: "hash-action", key: key(bits, field), entries: 2 ** bits, actionDataBits: 128 };
      },
      () => ({ stateful: [{ name: "r", widthBits: 32, cells: random.integer(1, 9000) }] }),
      () => ({ constantOperands: { 32: random.integer(0, 8) } }),
    ];
    const make = kinds[random.integer(0, kinds.length - 1)];
    const copies = random.next() < 0.25 ? 2 : 1;
    const made = make();
    for (let c = 0; c < copies && tables.length < count; c++)
      tables.push(table(c === 0 ? name : `${name}copy`, { ...base, ...made }));
    if (copies === 2) i++;
  }
  const order = ["match", "action", "control", "anti"] as const;
  for (let b = 1; b < tables.length; b++)
    for (let a = 0; a < b; a++)
      if (random.next() < 0.25)
        dependencies.push({ kind: order[random.integer(0, 3)], from: tables[a].name, to: tables[b].name });
  const exclusive = random.next() < 0.4 ? [[tables[0].name, tables[tables.length - 1].name]] : undefined;
  return { name: "tiny", tables, dependencies, exclusive };
}

/** The fewest stages, by trying every placement; undefined if none fits the profile. */
export function bruteForce(program: PipelineProgram, profile: HardwareProfile): number | undefined {
  const { tables, dependencies } = program;
  const byName = new Map(tables.map((t, i) => [t.name, i]));
  const edges = dependencies.map((d) => ({
    from: byName.get(d.from)!,
    to: byName.get(d.to)!,
    gap: 0 as const,
  }));
  const order = topologicalOrder(
    tables.map((_, i) => edges.filter((e) => e.to === i)),
    tables.map((_, i) => edges.filter((e) => e.from === i)),
  );
  const stages = profile.pipeline!.stages;
  let best: number | undefined;
  const placed = tables.map((t) => ({
    name: t.name,
    gress: t.gress,
    match: t.match,
    parts: [] as TablePart[],
  }));
  const walk = (i: number, last: number): void => {
    if (best !== undefined && last + 1 >= best) return;
    // What is placed so far must be in order by itself.
    const done = order.slice(0, i).map((t) => placed[t]);
    const names = new Set(done.map((d) => d.name));
    const part = {
      ...program,
      tables: tables.filter((t) => names.has(t.name)),
      dependencies: dependencies.filter((d) => names.has(d.from) && names.has(d.to)),
      exclusive: program.exclusive?.map((g) => g.filter((n) => names.has(n))),
    };
    if (i > 0 && checkPlacement(part, profile, done).length > 0) return;
    if (i === order.length) {
      best = last + 1;
      return;
    }
    const table = tables[order[i]];
    for (const parts of waysToSplit(table, stages)) {
      placed[order[i]].parts = parts;
      walk(i + 1, Math.max(last, parts.at(-1)!.stage));
    }
  };
  walk(0, -1);
  return best;
}

/** Every way to put a table into stages: whole, or ternary ones in parts of whole TCAM blocks. */
function waysToSplit(table: LogicalTable, stages: number): TablePart[][] {
  const ways: TablePart[][] = [];
  const walk = (stage: number, left: number, parts: TablePart[]): void => {
    if (left === 0) ways.push(parts);
    if (left === 0 || stage === stages) return;
    walk(stage + 1, left, parts);
    const step = table.match === "ternary" ? 512 : left;
    for (
      let entries = Math.min(step, left);
      entries <= left;
      entries = Math.min(left + (entries === left ? 1 : 0), entries + step)
    )
      walk(stage + 1, left - entries, [...parts, { stage, entries }]);
  };
  walk(0, table.entries, []);
  return ways;
}
