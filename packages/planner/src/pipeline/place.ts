import { type Progress, Random } from "@matchmul/common";
import type { HardwareProfile } from "@matchmul/profiles";
import { makeSolver, type Solver, type SolverName } from "../solver/index.js";
import { type Bounds, boundsOf } from "./bounds.js";
import { checkPlacement, stageUse } from "./check.js";
import { heaviestCoRunning } from "./co-running.js";
import { error } from "./diagnostics.js";
import { explainHeaders, explainPhv, explainStages, explainTable } from "./explain.js";
import { type CoRunningLimit, FeasibilityProgram } from "./ilp.js";
import { latencyCycles, stageWaits } from "./latency.js";
import { stageLimits } from "./limits.js";
import {
  firstFit,
  listSchedule,
  priorities,
  type Schedule,
  type Scheduled,
  stagesOf,
} from "./list-schedule.js";
import { phvExcess, phvUse } from "./phv.js";
import { type Problem, problemOf, vliwResources } from "./problem.js";
import { StageState } from "./stage-state.js";
import type { PipelinePlacement, PipelineProgram, PlacedTable, SolverStatistics } from "./types.js";
import { validateProgram } from "./validate.js";

export interface PlaceOptions {
  /** Which solver the integer programs go to; default `glpk`. */
  solver?: SolverName;
  /** For the whole search; default 30,000. What is found by then is returned, with its gap. */
  timeLimitMs?: number;
  /** Sees the incumbent and the bound as they move. */
  progress?: Progress;
  /** Stops the search at once. */
  signal?: AbortSignal;
  /** Random restarts of list scheduling, half of them from the back; default 300. */
  restarts?: number;
}

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

  const problem = problemOf(program, profile);
  const empty = new StageState(problem);
  for (const table of problem.tables)
    if (empty.mostUnits(table, table.units) === 0) throw explainTable(program, profile, problem, table);

  const bounds = boundsOf(problem);
  const baseline = firstFit(problem)!;
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

/** One search: its incumbent, its bound, and what it has taken. */
class Search {
  bound: number;
  #best: Scheduled | undefined;
  readonly statistics: SolverStatistics;
  readonly #deadline: number;

  constructor(
    readonly problem: Problem,
    readonly bounds: Bounds,
    baseline: Scheduled,
    readonly options: PlaceOptions,
    started: number,
  ) {
    this.bound = bounds.stages;
    if (baseline.stages <= problem.stages) this.#best = baseline;
    this.#deadline = started + (options.timeLimitMs ?? 30_000);
    this.statistics = {
      solvedBy: "bound",
      solver: options.solver ?? "glpk",
      programs: 0,
      nodes: 0,
      variables: 0,
      rows: 0,
      restarts: 0,
      timeMs: 0,
      interrupted: false,
    };
  }

  /** The best schedule within the profile's stages, or undefined when there is none. */
  async run(): Promise<Scheduled | undefined> {
    if (this.bound > this.problem.stages) return undefined;
    await this.#listSchedules();
    if (this.#best?.stages === this.bound) return this.#best;
    this.statistics.solvedBy = "list-schedule";
    const decided = await this.#integerPrograms();
    if (this.#best === undefined && !decided)
      throw error("pipeline-undecided", this.problem.name, this.options.timeLimitMs ?? 30_000);
    return this.#best;
  }

  /**
   * Asks for the bound's number of stages, then one more, until a program has a solution or only the incumbent is
   * left. A refusal raises the bound, as long as every number below was refused too.
   * @returns whether every question was answered
   */
  async #integerPrograms(): Promise<boolean> {
    const solver = makeSolver(this.options.solver ?? "glpk");
    let decided = true;
    try {
      const most = (this.#best?.stages ?? this.problem.stages + 1) - 1;
      for (let stages = this.bound; stages <= most; stages++) {
        const answer = await this.#feasible(solver, stages, most);
        if (answer === "infeasible") {
          if (this.bound === stages) this.bound = stages + 1;
        } else if (answer === "undecided") {
          decided = false;
          this.statistics.interrupted = true;
        } else {
          this.#best = { schedule: answer, stages: stagesOf(answer) };
          this.statistics.solvedBy = "ilp";
          break;
        }
      }
    } finally {
      await solver.close();
    }
    return decided;
  }

  /** A schedule in so many stages, or that there is none, or that time ran out first. */
  async #feasible(
    solver: Solver,
    stages: number,
    most: number,
  ): Promise<Schedule | "infeasible" | "undecided"> {
    const coRunning: CoRunningLimit[] = [];
    const { statistics, options } = this;
    const label = `${stages} of at most ${most + 1} stages`;
    for (;;) {
      const model = new FeasibilityProgram(this.problem, this.bounds, stages, coRunning);
      // Half of the time that is left: later questions get theirs.
      const left = this.#deadline - performance.now();
      statistics.programs++;
      statistics.variables = Math.max(statistics.variables, model.program.variables.length);
      statistics.rows = Math.max(statistics.rows, model.rows);
      options.progress?.update("place", 0, 1, `is there room in ${label}?`);
      const result = await solver.solve(model.program, {
        timeLimitMs: stages === most ? left : left / 2,
        signal: options.signal,
        onProgress: ({ nodes }) => {
          options.progress?.update("place", 0, 1, `${label}: ${nodes ?? 0} nodes, at least ${this.bound}`);
        },
      });
      statistics.nodes += result.nodes;
      if (result.status === "cancelled") throw error("placement-cancelled", this.problem.name);
      if (result.status === "infeasible") return "infeasible";
      if (result.values === undefined) return "undecided";
      const schedule = model.schedule(result.values);
      const broken = exceededCoRunning(this.problem, schedule);
      if (broken.length === 0) return schedule;
      coRunning.push(...broken);
    }
  }

  async #listSchedules(): Promise<void> {
    const { problem, bounds } = this;
    const random = new Random(1);
    const back = reversed(problem);
    const tails = Float64Array.from(bounds.tails, (t, i) => t + bounds.spans[i]);
    const heads = Float64Array.from(bounds.heads, (h, i) => h + bounds.spans[i]);
    const restarts = this.options.restarts ?? 300;
    let pause = performance.now() + 25;
    for (let i = 0; i < restarts; i++) {
      if (this.#best?.stages === this.bound) return;
      if (performance.now() > pause) {
        await this.#breathe();
        if (performance.now() > this.#deadline) return;
        pause = performance.now() + 25;
      }
      this.statistics.restarts++;
      const most = (this.#best?.stages ?? problem.stages + 1) - 1;
      const split = (i >> 1) % 2 === 0 ? "late" : "eager";
      const backwards = i % 2 === 1;
      const rank = priorities(problem, backwards ? heads : tails, bounds.sizes, i >> 1, random);
      const found = listSchedule(backwards ? back : problem, rank, most, split);
      if (found === undefined) continue;
      this.#best = backwards ? flipped(found) : found;
      this.options.progress?.update("place", 0, 1, `${found.stages} stages, at least ${this.bound}`);
    }
  }

  /** Lets other work run, cancellation above all. */
  async #breathe(): Promise<void> {
    await new Promise((done) => setImmediate(done));
    if (this.options.signal?.aborted || this.options.progress?.cancelled)
      throw error("placement-cancelled", this.problem.name);
  }
}

/** Sets of tables of one stage that together write more than there is, though other tables exclude some of them. */
function exceededCoRunning(problem: Problem, schedule: Schedule): CoRunningLimit[] {
  const stages: number[][] = [];
  schedule.forEach((parts, t) => {
    for (const [stage] of parts) (stages[stage] ??= []).push(t);
  });
  const broken = new Map<string, CoRunningLimit>();
  for (const here of stages.filter((s) => s !== undefined))
    for (const resource of vliwResources) {
      const weight = (t: number) => problem.tables[t].amounts(problem.tables[t].units)[resource];
      const heaviest = heaviestCoRunning(here, weight, problem.exclusive);
      if (heaviest.weight > problem.limits[resource])
        broken.set(`${resource} ${heaviest.tables}`, { resource, tables: heaviest.tables });
    }
  return [...broken.values()];
}

/** The same problem with time running backwards. */
function reversed(problem: Problem): Problem {
  const turn = (edges: Problem["edges"]) => edges.map(({ from, to, gap }) => ({ from: to, to: from, gap }));
  return {
    ...problem,
    edges: turn(problem.edges),
    predecessors: problem.successors.map(turn),
    successors: problem.predecessors.map(turn),
    order: [...problem.order].reverse(),
  };
}

/** A schedule of the reversed problem as one of the problem. */
function flipped({ schedule, stages }: Scheduled): Scheduled {
  const turned = schedule.map((parts) =>
    parts.map(([stage, units]): [number, number] => [stages - 1 - stage, units]).reverse(),
  );
  return { schedule: turned, stages: stagesOf(turned) };
}
