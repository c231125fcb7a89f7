import type { HardwareProfile } from "@matchmul/profiles";
import { boundsOf } from "./bounds.js";
import { checkPlacement, stageUse } from "./check.js";
import { explainGroups, explainHeaders, explainPhv, explainStages, explainTable } from "./explain.js";
import { latencyCycles, stageWaits } from "./latency.js";
import { stageLimits } from "./limits.js";
import { firstFit, type Schedule } from "./list-schedule.js";
import { groupExcess, phvExcess, phvUse } from "./phv.js";
import { type Problem, problemOf } from "./problem.js";
import { type PlaceOptions, Search } from "./search.js";
import { StageState } from "./stage-state.js";
import type { PipelinePlacement, PipelineProgram, PlacedTable, SolverStatistics } from "./types.js";
import { validateProgram } from "./validate.js";

export type { PlaceOptions };

/**
 * Places a program's tables into a pipe's stages, in as few stages as it can, with a proof where it has one.
 *
 * A lower bound comes from chains and resources together; list schedules with seeded restarts come close to it or
 * meet it; where they do not, integer programs decide whether the bound's number of stages is enough, then one more,
 * and so on. The same input gives the same placement as long as the time limit does not cut in.
 *
 * @throws MatchMulError pipeline-invalid, does-not-fit (a DoesNotFit, with its explanation), pipeline-undecided,
 * placement-cancelled
 */
export async function placePipeline(
  program: PipelineProgram,
  profile: HardwareProfile,
  options: PlaceOptions = {},
): Promise<PipelinePlacement> {
  const started = performance.now();
  validateProgram(program, profile);
  explainHeaders(program, profile);
  for (const use of phvUse(program.phv ?? [], profile))
    if (phvExcess(use) !== undefined) throw explainPhv(program, profile, use);
  const ungrouped = groupExcess(program.phv ?? [], profile);
  if (ungrouped !== undefined) throw explainGroups(program, profile, ungrouped);

  const problem = problemOf(program, profile);
  const empty = new StageState(problem);
  for (const table of problem.tables)
    if (empty.mostUnits(table, table.units) === 0) throw explainTable(program, profile, problem, table);

  const bounds = boundsOf(problem);
  const baseline = firstFit(problem);
  const search = new Search(problem, bounds, baseline, options, started);
  const best = await search.run();
  if (best === undefined) throw await explainStages(program, profile, problem, bounds, search.bound);
  const placed = placedTables(problem, best.schedule);
  const faults = checkPlacement(program, profile, placed);
  if (faults.length > 0) throw new Error(`placement of ${program.name} is wrong: ${faults.join("; ")}`);
  search.statistics.timeMs = performance.now() - started;
  return describe(program, profile, placed, {
    bound: search.bound,
    baseline: baseline.stages,
    statistics: search.statistics,
  });
}

/** Placed tables of a schedule: units become entries, the last part taking what is left. */
function placedTables(problem: Problem, schedule: Schedule): PlacedTable[] {
  return problem.tables.map(({ table, cost, index }) => {
    let left = table.entries;
    const parts = schedule[index].map(([stage, units]) => {
      const entries = Math.min(left, units * cost.unitEntries);
      left -= entries;
      return { stage, entries };
    });
    return { name: table.name, layer: table.layer, gress: table.gress, match: table.match, parts };
  });
}

function describe(
  program: PipelineProgram,
  profile: HardwareProfile,
  placed: PlacedTable[],
  found: { bound: number; baseline: number; statistics: SolverStatistics },
): PipelinePlacement {
  const used = stageUse(program, profile, placed);
  const waits = stageWaits(placed, program.dependencies, used.length);
  const byName = new Map(program.tables.map((t) => [t.name, t]));
  const parts = placed.flatMap((p) => p.parts.map(({ stage }) => ({ stage, table: byName.get(p.name)! })));
  const stagesUsed = used.length;
  return {
    program: program.name,
    profile: profile.name,
    tables: placed,
    stages: used.map((u, stage) => ({
      stage,
      tables: placed.filter((p) => p.parts.some((part) => part.stage === stage)).map((p) => p.name),
      used: u,
      wait: waits[stage],
    })),
    limits: stageLimits(profile),
    phv: phvUse(program.phv ?? [], profile),
    stagesUsed,
    stagesAvailable: profile.pipeline?.stages ?? stagesUsed,
    bound: found.bound,
    gap: (stagesUsed - found.bound) / stagesUsed,
    optimal: stagesUsed === found.bound,
    baseline: { stagesUsed: found.baseline },
    latencyCycles:
      profile.pipeline === undefined
        ? { ingress: 0, egress: 0 }
        : latencyCycles(waits, parts, profile.pipeline),
    statistics: found.statistics,
  };
}
