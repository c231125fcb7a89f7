import { MatchMulError } from "@matchmul/common";
import type { HardwareProfile } from "@matchmul/profiles";
import { type Bounds, boundsOf } from "./bounds.js";
import { ListScheduler } from "./list-schedule.js";
import { type GroupExcess, groupExcess, phvExcess } from "./phv.js";
import { type Problem, type ProblemTable, problemOf } from "./problem.js";
import { StageState } from "./stage-state.js";
import {
  type PhvField,
  type PhvUse,
  type PipelineProgram,
  type StageResource,
  stageResources,
} from "./types.js";

/** Why a program does not fit: the resource that binds, by how much, where, and what would help. */
export interface Explanation {
  /** The binding resource; `stages` when it is the chain of dependencies. */
  resource: StageResource | "stages" | "phv8" | "phv16" | "phv32" | "addedHeaderBytes";
  needed: number;
  available: number;
  /** The table (or header field) that asks for most of it, and its layer. */
  table?: string;
  layer?: string;
  /** The smallest change found that would fit, in words; tried before it is said. */
  change?: string;
}

/** The error `does-not-fit`, with its explanation for programs. */
export class DoesNotFit extends MatchMulError {
  constructor(
    message: string,
    readonly explanation: Explanation,
  ) {
    super("does-not-fit", message, explanation.change);
  }
}

const resourceWords: Record<StageResource, string> = {
  sram: "SRAM blocks",
  mapRam: "map RAM blocks",
  tcam: "TCAM blocks",
  logicalTables: "logical tables",
  ternaryTables: "ternary tables",
  actionTables: "action tables",
  indirectionTables: "indirection tables",
  actionDataBusses: "action data busses",
  gateways: "gateways",
  exactCrossbarBytes: "bytes of the exact crossbar",
  ternaryCrossbarBytes: "bytes of the ternary crossbar",
  hashGroups: "hash groups",
  hashBits: "hash bits",
  hashDistributionSlices: "hash distribution slices",
  actionBusBytes: "bytes of the action data bus",
  actionBusOperands8: "8-bit operands on the action data bus",
  actionBusOperands16: "16-bit operands on the action data bus",
  actionBusOperands32: "32-bit operands on the action data bus",
  instructionWordsIngress: "ingress instruction words",
  instructionWordsEgress: "egress instruction words",
  vliw8: "8-bit ALUs",
  vliw16: "16-bit ALUs",
  vliw32: "32-bit ALUs",
  statefulAlus: "stateful ALUs",
  statisticsAlus: "statistics ALUs",
};

const plural = (n: number, noun: string) => `${n} ${noun}${n === 1 ? "" : "s"}`;

/** Headers that a target's packet buffer has no room for. @throws DoesNotFit */
export function explainHeaders(program: PipelineProgram, profile: HardwareProfile): void {
  const needed = program.addedHeaderBytes ?? 0;
  const available = profile.headers.addedBytes ?? Number.POSITIVE_INFINITY;
  if (needed <= available) return;
  throw new DoesNotFit(
    `${program.name} adds ${needed} bytes of headers to a packet; ${profile.name} has room for ${available}`,
    {
      resource: "addedHeaderBytes",
      needed,
      available,
      change: `carry ${needed - available} bytes less: fewer lanes or fewer key words`,
    },
  );
}

/** More containers than there are. */
export function explainPhv(program: PipelineProgram, profile: HardwareProfile, use: PhvUse): DoesNotFit {
  const { where, used, limit } = phvExcess(use)!;
  const largest = (program.phv ?? [])
    .filter((f) => f.containerBits === use.containerBits && (where === "in all" || f.gress === where))
    .reduce((a, b) => (b.containers > a.containers ? b : a));
  const missing = used - limit;
  return new DoesNotFit(
    `${program.name} needs ${used} PHV containers of ${use.containerBits} bits ${where === "in all" ? where : `in the ${where}`}; ${profile.name} has ${limit}, ${missing} too few`,
    {
      resource: `phv${use.containerBits}`,
      needed: used,
      available: limit,
      table: largest.name,
      change:
        largest.containers > missing
          ? `${plural(missing, "container")} less would fit, for instance ${largest.name} with ${largest.containers - missing} instead of ${largest.containers}`
          : `${plural(missing, "container")} less would fit`,
    },
  );
}

/** Containers that operations bring together, and that no group can take with the others. */
export function explainGroups(
  program: PipelineProgram,
  profile: HardwareProfile,
  { containerBits, field, cluster, groups, perGroup }: GroupExcess,
): DoesNotFit {
  const needed = cluster.computed + cluster.sources;
  return new DoesNotFit(
    `${program.name} computes with ${needed} PHV containers of ${containerBits} bits together, of ${field.name}; they and the others that belong together do not fit the ${groups} groups of ${perGroup} that ${profile.name} has`,
    {
      resource: `phv${containerBits}`,
      needed,
      available: perGroup,
      table: field.name,
      change: smallerClusters(program, profile, field, needed),
    },
  );
}

/** The most containers of a field that may belong together, in words; undefined where that is not what it lacks. */
function smallerClusters(
  program: PipelineProgram,
  profile: HardwareProfile,
  field: PhvField,
  needed: number,
): string | undefined {
  for (let most = needed - 1; most > 0; most--) {
    const clusters = (field.clusters ?? []).flatMap(({ computed, sources }) =>
      Array.from({ length: Math.ceil((computed + sources) / most) }, () => ({
        computed: Math.min(computed, most),
        sources: Math.min(sources, Math.max(0, most - computed)),
      })),
    );
    const fields = (program.phv ?? []).map((f) => (f === field ? { ...field, clusters } : f));
    if (groupExcess(fields, profile) === undefined)
      return `at most ${plural(most, "container")} together in ${field.name} would fit`;
  }
  return undefined;
}

/** A table that fits no stage even alone. */
export function explainTable(
  program: PipelineProgram,
  profile: HardwareProfile,
  problem: Problem,
  table: ProblemTable,
): DoesNotFit {
  const units = table.splittable ? table.cost.minimumUnits : table.units;
  const amounts = table.amounts(units);
  const fieldBytes = (fields: ProblemTable["exactFields"]) =>
    fields.reduce((sum, [, bytes]) => sum + bytes, 0);
  const needs = stageResources.map((resource, r) => ({
    resource,
    needed:
      amounts[r] +
      (resource === "exactCrossbarBytes" ? fieldBytes(table.exactFields) : 0) +
      (resource === "ternaryCrossbarBytes" ? fieldBytes(table.ternaryFields) : 0),
    available: problem.limits[r],
  }));
  const worst = needs
    .filter((n) => n.needed > n.available)
    .reduce((a, b) => (b.needed / b.available > a.needed / a.available ? b : a));
  const { name, layer, entries } = table.table;
  const fewer = mostEntries(program, profile, name);
  const change =
    fewer === undefined
      ? undefined
      : `with ${fewer} instead of ${entries} entries it would fit (${plural(Math.ceil(entries / fewer), "table")} in place of one)`;
  return new DoesNotFit(
    `table ${name}${layer === undefined ? "" : ` of ${layer}`} needs ${worst.needed} ${resourceWords[worst.resource]} in one stage; ${profile.name} has ${worst.available}, ${worst.needed - worst.available} too few`,
    { ...worst, table: name, layer, change },
  );
}

/** The most entries with which a table fits a stage alone, halving; undefined if none do. */
function mostEntries(program: PipelineProgram, profile: HardwareProfile, name: string): number | undefined {
  const table = program.tables.find((t) => t.name === name)!;
  let { entries, key } = table;
  while (entries > 1) {
    entries = table.match === "hash-action" ? entries / 2 : Math.ceil(entries / 2);
    if (table.match === "hash-action") {
      const wide = key.findIndex((k) => k.widthBits > 1);
      if (wide < 0) return undefined;
      key = key.map((k, i) => (i === wide ? { ...k, widthBits: k.widthBits - 1 } : k));
    }
    const alone = problemOf(
      { name: program.name, tables: [{ ...table, entries, key }], dependencies: [] },
      profile,
    );
    if (new StageState(alone).fits(alone.tables[0], alone.tables[0].units)) return entries;
  }
  return undefined;
}

/** Every table fits a stage, but all of them do not fit the stages there are. */
export function explainStages(
  program: PipelineProgram,
  profile: HardwareProfile,
  problem: Problem,
  bounds: Bounds,
  bound: number,
): DoesNotFit {
  const { stages } = problem;
  const { resource, table } = binding(problem, bounds);
  const words = resource === "stages" ? "the chain of dependent tables" : resourceWords[resource];
  const needed = Math.max(bound, stages + 1);
  const culprit = problem.tables[table].table;
  return new DoesNotFit(
    `${program.name} needs at least ${needed} stages because of ${words}; ${profile.name} has ${stages}, ${needed - stages} too few (most of it: ${culprit.name}${culprit.layer === undefined ? "" : ` of ${culprit.layer}`})`,
    {
      resource,
      needed,
      available: stages,
      table: culprit.name,
      layer: culprit.layer,
      change: smallestChange(program, profile, problem, bounds),
    },
  );
}

/** What the bound rests on: chains alone, or the resource whose total takes most stages. */
function binding(problem: Problem, bounds: Bounds): { resource: StageResource | "stages"; table: number } {
  const { tables, limits } = problem;
  const longest = tables.reduce((a, b) =>
    lengthThrough(bounds, b.index) > lengthThrough(bounds, a.index) ? b : a,
  );
  const free = boundsOf({ ...problem, limits: limits.map(() => Number.POSITIVE_INFINITY) });
  if (free.stages > problem.stages) return { resource: "stages", table: longest.index };
  let best = { resource: "sram" as StageResource, ratio: 0, table: longest.index };
  stageResources.forEach((resource, r) => {
    const demand = tables.map((t) => t.amounts(t.units)[r]);
    const ratio = demand.reduce((a, b) => a + b, 0) / limits[r];
    if (ratio > best.ratio) best = { resource, ratio, table: demand.indexOf(Math.max(...demand)) };
  });
  return best;
}

const lengthThrough = ({ heads, tails, spans }: Bounds, t: number) => heads[t] + spans[t] + tails[t];

/** Leaves tables of one layer out, the last first, until the rest fits; the layer that needs fewest is named. */
function smallestChange(
  program: PipelineProgram,
  profile: HardwareProfile,
  problem: Problem,
  bounds: Bounds,
): string | undefined {
  const layers = new Map<string, string[]>();
  for (const t of problem.tables)
    if (t.table.layer !== undefined)
      layers.set(t.table.layer, [...(layers.get(t.table.layer) ?? []), t.table.name]);
  let fewest: { layer: string; count: number; of: number } | undefined;
  for (const [layer, names] of layers) {
    for (let count = 1; count < names.length && count < (fewest?.count ?? 9); count++) {
      const rest = without(program, new Set(names.slice(-count)));
      if (!schedulable(rest, profile)) continue;
      fewest = { layer, count, of: names.length };
      break;
    }
  }
  const more = stagesEnough(problem, bounds);
  const stages = more === undefined ? undefined : `${more} stages would be enough`;
  const tables =
    fewest === undefined
      ? undefined
      : `${plural(fewest.count, "table")} fewer in ${fewest.layer} (${fewest.of - fewest.count} instead of ${fewest.of}) would fit ${profile.name}`;
  return [tables, stages].filter((s) => s !== undefined).join("; ") || undefined;
}

/** The program without some tables; what depended on them depends on what they depended on. */
function without(program: PipelineProgram, gone: ReadonlySet<string>): PipelineProgram {
  let dependencies = [...program.dependencies];
  for (const name of gone) {
    const before = dependencies.filter((d) => d.to === name && d.from !== name);
    const after = dependencies.filter((d) => d.from === name && d.to !== name);
    dependencies = dependencies.filter((d) => d.from !== name && d.to !== name);
    for (const b of before)
      for (const a of after) dependencies.push({ kind: a.kind, from: b.from, to: a.to });
  }
  return {
    ...program,
    tables: program.tables.filter((t) => !gone.has(t.name)),
    dependencies,
    exclusive: program.exclusive?.map((g) => g.filter((n) => !gone.has(n))),
  };
}

function schedulable(program: PipelineProgram, profile: HardwareProfile): boolean {
  const problem = problemOf(program, profile);
  const bounds = boundsOf(problem);
  if (bounds.stages > problem.stages) return false;
  return (
    new ListScheduler(problem).schedule(Float64Array.from(bounds.tails), problem.stages, "fill") !== undefined
  );
}

/** Stages with which a list schedule of the whole program exists. */
function stagesEnough(problem: Problem, bounds: Bounds): number | undefined {
  return new ListScheduler(problem).schedule(
    Float64Array.from(bounds.tails),
    4 * problem.tables.length,
    "fill",
  )?.stages;
}
