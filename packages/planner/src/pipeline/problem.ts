import type { HardwareProfile } from "@matchmul/profiles";
import { partAmounts, type TableCost, unitsOf } from "./costs/cost.js";
import { tableCost } from "./costs/index.js";
import { resourceIndex, stageLimits } from "./limits.js";
import {
  type DependencyKind,
  type LogicalTable,
  type PipelineProgram,
  type StageResource,
  stageResources,
} from "./types.js";

/** A dependency by table numbers: `to` starts at least `gap` stages after the last part of `from`. */
export interface Edge {
  from: number;
  to: number;
  gap: 0 | 1;
}

/** A table as the algorithms see it: numbers instead of names, amounts as arrays over `stageResources`. */
export interface ProblemTable {
  index: number;
  table: LogicalTable;
  cost: TableCost;
  /** Units of match memory the whole table takes in one part. */
  units: number;
  /** Can it really be in parts: splittable, and of more units than one part has at least. */
  splittable: boolean;
  /** Amounts of a part by its units (at least a part's minimum), crossbars left to the fields. */
  amounts: (units: number) => Float64Array;
  /** [field number, bytes] on the exact crossbar, and on the ternary one. */
  exactFields: readonly (readonly [number, number])[];
  ternaryFields: readonly (readonly [number, number])[];
}

/** A pipeline program on a profile, numbered. Order and numbers are those of the program. */
export interface Problem {
  name: string;
  tables: readonly ProblemTable[];
  /** Without duplicates; the larger gap where two tables have several dependencies. */
  edges: readonly Edge[];
  predecessors: readonly (readonly Edge[])[];
  successors: readonly (readonly Edge[])[];
  /** Every table after its predecessors. */
  order: readonly number[];
  /** Tables that never run for the same packet as this one. */
  exclusive: readonly ReadonlySet<number>[];
  limits: Float64Array;
  /** Resources of which the whole program takes more than one stage has, scarcest first: only they can bind. */
  binding: readonly number[];
  stages: number;
}

const gaps: Record<DependencyKind, 0 | 1> = { match: 1, action: 1, control: 0, anti: 0, successor: 0 };

export const exactCrossbar = resourceIndex.exactCrossbarBytes;
export const ternaryCrossbar = resourceIndex.ternaryCrossbarBytes;
/** The resources that tables of which only one runs can share: ALUs of the containers they write. */
export const vliwResources = [resourceIndex.vliw8, resourceIndex.vliw16, resourceIndex.vliw32];

/** Numbers a program that `validateProgram` accepts. */
export function problemOf(program: PipelineProgram, profile: HardwareProfile): Problem {
  const { pipeline } = profile;
  const byName = new Map(program.tables.map((t, i) => [t.name, i]));
  const fieldNumbers = new Map<string, number>();
  const numbered = (fields: ReadonlyMap<string, number>) =>
    [...fields].map(([field, bytes]): [number, number] => {
      if (!fieldNumbers.has(field)) fieldNumbers.set(field, fieldNumbers.size);
      return [fieldNumbers.get(field)!, bytes];
    });
  const tables = program.tables.map((table, index): ProblemTable => {
    const cost = pipeline === undefined ? freeCost(table) : tableCost(table, pipeline);
    const units = unitsOf(cost, table.entries);
    return {
      index,
      table,
      cost,
      units,
      splittable: cost.splittable && units > cost.minimumUnits,
      amounts: memoized((n) => toArray(partAmounts(cost, Math.max(n, cost.minimumUnits)))),
      exactFields: numbered(cost.exactFields),
      ternaryFields: numbered(cost.ternaryFields),
    };
  });

  const edges = new Map<string, Edge>();
  for (const { kind, from, to } of program.dependencies) {
    const edge: Edge = { from: byName.get(from)!, to: byName.get(to)!, gap: gaps[kind] };
    const key = `${edge.from} ${edge.to}`;
    const other = edges.get(key);
    if (other === undefined || other.gap < edge.gap) edges.set(key, edge);
  }
  const all = [...edges.values()];
  const predecessors = tables.map((): Edge[] => []);
  const successors = tables.map((): Edge[] => []);
  for (const edge of all) {
    predecessors[edge.to].push(edge);
    successors[edge.from].push(edge);
  }
  const exclusive = tables.map(() => new Set<number>());
  for (const group of program.exclusive ?? []) {
    const members = [...new Set(group.map((name) => byName.get(name)!))];
    for (const a of members) for (const b of members) if (a !== b) exclusive[a].add(b);
  }
  const limits = Float64Array.from(stageResources, (r) => stageLimits(profile)[r]);
  return {
    name: program.name,
    tables,
    edges: all,
    predecessors,
    successors,
    order: topologicalOrder(predecessors, successors),
    exclusive,
    limits,
    binding: bindingResources(tables, limits),
    stages: pipeline?.stages ?? tables.length,
  };
}

function bindingResources(tables: readonly ProblemTable[], limits: Float64Array): number[] {
  const load = Array.from(limits, (limit, r) => {
    const total = tables.reduce((sum, t) => sum + t.amounts(t.units)[r], 0);
    return total <= limit ? 0 : limit === 0 ? Number.POSITIVE_INFINITY : total / limit;
  });
  return [...load.keys()].filter((r) => load[r] > 0).sort((a, b) => load[b] - load[a] || a - b);
}

/** Every table after its predecessors, in program order where that leaves a choice; shorter if there is a cycle. */
export function topologicalOrder(
  predecessors: readonly (readonly Edge[])[],
  successors: readonly (readonly Edge[])[],
): number[] {
  const waiting = predecessors.map((p) => p.length);
  const order: number[] = [];
  // A sorted list of ready tables is short; the smallest number goes first.
  const ready = waiting.flatMap((n, i) => (n === 0 ? [i] : []));
  while (ready.length > 0) {
    const next = ready.shift()!;
    order.push(next);
    for (const { to } of successors[next])
      if (--waiting[to] === 0) {
        const at = ready.findIndex((r) => r > to);
        ready.splice(at < 0 ? ready.length : at, 0, to);
      }
  }
  return order;
}

function toArray(amounts: Partial<Record<StageResource, number>>): Float64Array {
  const array = new Float64Array(stageResources.length);
  for (const [resource, units] of Object.entries(amounts))
    array[resourceIndex[resource as StageResource]] = units;
  return array;
}

function memoized(make: (units: number) => Float64Array): (units: number) => Float64Array {
  const known = new Map<number, Float64Array>();
  // Searches ask for the same number of units most of the time.
  let last = Number.NaN;
  let lastAmounts: Float64Array = new Float64Array();
  return (units) => {
    if (units === last) return lastAmounts;
    let amounts = known.get(units);
    if (amounts === undefined) known.set(units, (amounts = make(units)));
    last = units;
    lastAmounts = amounts;
    return amounts;
  };
}

/** On a target without stages, tables take nothing and are whole. */
function freeCost(table: LogicalTable): TableCost {
  return {
    fixed: {},
    exactFields: new Map(),
    ternaryFields: new Map(),
    unitEntries: table.entries,
    minimumUnits: 1,
    components: [],
    splittable: false,
  };
}
