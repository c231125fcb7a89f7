import type { HardwareProfile } from "@matchmul/profiles";
import { type Amounts, addAmounts, type TableCost } from "./costs/cost.js";
import { partUse, tableCost } from "./costs/index.js";
import { stageLimits } from "./limits.js";
import { groupExcess, phvExcess, phvUse } from "./phv.js";
import {
  type DependencyKind,
  type LogicalTable,
  type PipelineProgram,
  type PlacedTable,
  type StageResource,
  type StageVector,
  stageResources,
} from "./types.js";

/** Stages that must lie between two tables' parts. */
const distance: Record<DependencyKind, number> = { match: 1, action: 1, control: 0, anti: 0, successor: 0 };

/**
 * Checks a placement against the program and the profile, from their descriptions alone: nothing of the search takes
 * part. Empty when all is in order; otherwise one sentence for each violation.
 */
export function checkPlacement(
  program: PipelineProgram,
  profile: HardwareProfile,
  placed: readonly PlacedTable[],
): string[] {
  const faults: string[] = [];
  const tables = new Map(program.tables.map((t) => [t.name, t]));
  const places = new Map<string, PlacedTable>();
  for (const place of placed) {
    if (!tables.has(place.name)) faults.push(`${place.name} is placed and is no table of the program`);
    if (places.has(place.name)) faults.push(`${place.name} is placed twice`);
    places.set(place.name, place);
  }
  for (const table of program.tables) {
    const place = places.get(table.name);
    if (place === undefined) faults.push(`${table.name} is not placed`);
    else faults.push(...partFaults(table, place, profile));
  }
  if (faults.length > 0) return faults;

  for (const { kind, from, to } of program.dependencies) {
    const last = places.get(from)!.parts.at(-1)!.stage;
    const first = places.get(to)!.parts[0].stage;
    if (first < last + distance[kind])
      faults.push(
        `${to} starts in stage ${first}, but has a ${kind} dependency on ${from}, which ends in stage ${last}`,
      );
  }
  const limits = stageLimits(profile);
  stageUse(program, profile, placed).forEach((used, stage) => {
    for (const resource of stageResources)
      if (used[resource] > limits[resource] + 1e-9)
        faults.push(`stage ${stage} uses ${used[resource]} ${resource} of ${limits[resource]}`);
  });
  for (const use of phvUse(program.phv ?? [], profile)) {
    const excess = phvExcess(use);
    if (excess !== undefined)
      faults.push(
        `${excess.used} PHV containers of ${use.containerBits} bits are used ${excess.where}, of ${excess.limit}`,
      );
  }
  const ungrouped = groupExcess(program.phv ?? [], profile);
  if (ungrouped !== undefined)
    faults.push(
      `what operations bring together in ${ungrouped.field.name} and others does not fit ${ungrouped.groups} groups of ${ungrouped.perGroup} containers of ${ungrouped.containerBits} bits`,
    );
  return faults;
}

function partFaults(
  table: LogicalTable,
  { name, parts, gress }: PlacedTable,
  profile: HardwareProfile,
): string[] {
  const faults: string[] = [];
  const stages = profile.pipeline?.stages ?? Number.POSITIVE_INFINITY;
  if (gress !== table.gress) faults.push(`${name} is placed in the ${gress}`);
  if (parts.length === 0) return [...faults, `${name} is in no stage`];
  let entries = 0;
  let before = -1;
  for (const part of parts) {
    if (!Number.isInteger(part.stage) || part.stage <= before || part.stage >= stages)
      faults.push(`${name} has a part in stage ${part.stage}, after stage ${before}, of ${stages} stages`);
    if (!(part.entries > 0)) faults.push(`${name} has a part of ${part.entries} entries`);
    before = part.stage;
    entries += part.entries;
  }
  if (entries !== table.entries) faults.push(`${name} has room for ${entries} entries of ${table.entries}`);
  if (parts.length > 1 && (profile.pipeline === undefined || !tableCost(table, profile.pipeline).splittable))
    faults.push(`${name} is in ${parts.length} stages and cannot be split`);
  return faults;
}

/** What each stage holds, by the costs of its tables; crossbar fields once for all tables that compare them. */
export function stageUse(
  program: PipelineProgram,
  profile: HardwareProfile,
  placed: readonly PlacedTable[],
): StageVector[] {
  const { pipeline } = profile;
  const last = Math.max(-1, ...placed.flatMap((t) => t.parts.map((p) => p.stage)));
  const tables = new Map(program.tables.map((t) => [t.name, t]));
  const costs = new Map<string, TableCost>();
  if (pipeline !== undefined) for (const t of program.tables) costs.set(t.name, tableCost(t, pipeline));
  return Array.from({ length: last + 1 }, (_, stage) => {
    const total: Amounts = {};
    const exact = new Map<string, number>();
    const ternary = new Map<string, number>();
    const here: LogicalTable[] = [];
    for (const { name, parts } of placed) {
      const part = parts.find((p) => p.stage === stage);
      if (part === undefined) continue;
      here.push(tables.get(name)!);
      const cost = costs.get(name);
      if (cost === undefined) continue;
      addAmounts(total, partUse(tables.get(name)!, part.entries, pipeline!));
      for (const [fields, from] of [
        [exact, cost.exactFields],
        [ternary, cost.ternaryFields],
      ] as const)
        for (const [field, bytes] of from) fields.set(field, Math.max(fields.get(field) ?? 0, bytes));
    }
    const used = Object.fromEntries(stageResources.map((r) => [r, total[r] ?? 0])) as Record<
      StageResource,
      number
    >;
    used.exactCrossbarBytes += [...exact.values()].reduce((a, b) => a + b, 0);
    used.ternaryCrossbarBytes += [...ternary.values()].reduce((a, b) => a + b, 0);
    if (pipeline !== undefined) Object.assign(used, vliwUse(here, program.exclusive ?? []));
    return used;
  });
}

/** Writes to containers of each size in the worst case of which tables run: tables that exclude each other never both. */
function vliwUse(
  here: readonly LogicalTable[],
  groups: readonly (readonly string[])[],
): Pick<StageVector, "vliw8" | "vliw16" | "vliw32"> {
  const excludes = (a: LogicalTable, b: LogicalTable) =>
    groups.some((g) => g.includes(a.name) && g.includes(b.name));
  const writers = here.filter((t) => Object.values(t.writes ?? {}).some((n) => n > 0));
  const conflicts = writers.map((a) => writers.map((b) => a !== b && excludes(a, b)));
  const worst = (width: 8 | 16 | 32): number => {
    const search = (i: number, running: number[]): number => {
      if (i === writers.length) return running.reduce((sum, w) => sum + (writers[w].writes?.[width] ?? 0), 0);
      // A table that an earlier one excludes was weighed where that one was left out.
      if (running.some((r) => conflicts[i][r])) return search(i + 1, running);
      const together = search(i + 1, [...running, i]);
      return conflicts[i].some((c, j) => c && j > i) ? Math.max(together, search(i + 1, running)) : together;
    };
    return search(0, []);
  };
  return { vliw8: worst(8), vliw16: worst(16), vliw32: worst(32) };
}
