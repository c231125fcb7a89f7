import type { Progress } from "@matchmul/common";
import { makeSolver, type Solver, type SolverName } from "../solver/index.js";
import type { Bounds } from "./bounds.js";
import { heaviestCoRunning } from "./co-running.js";
import { error } from "./diagnostics.js";
import { type CoRunningLimit, FeasibilityProgram, variablesAtLeast } from "./ilp.js";
import { type Schedule, type Scheduled, stagesOf } from "./list-schedule.js";
import { measuresOf } from "./measures.js";
import { type Problem, vliwResources } from "./problem.js";
import { searchSchedules } from "./restarts.js";
import type { SolverStatistics } from "./types.js";
import { tightenWindows, type Windows } from "./windows.js";

export interface PlaceOptions {
  /**
   * Which solver the integer programs go to. Default `auto`: glpk, and HiGHS for what glpk has not decided in a
   * quarter of a question's time, 4 s at most.
   */
  solver?: SolverName | "auto";
  /** For the whole search; default 30,000. What is found by then is returned, with its gap. */
  timeLimitMs?: number;
  /** Sees the incumbent and the bound as they move. */
  progress?: Progress;
  /** Stops the search at once. */
  signal?: AbortSignal;
  /** List schedules before an integer program is tried; default 300, then up to 5,000 with what was learnt. */
  restarts?: number;
}

/** List schedules before anything is known but the first bound, and once the windows are tight. */
const firstRestarts = 300;
const lateRestarts = 5000;
/** With more tables there are fewer schedules, so that all of them take a few seconds at most. */
const restartWork = 400_000;
/** A program of more variables is beyond both solvers in the time there is. */
const mostVariables = 20_000;
/** What the first of two solvers gets of a question at most: it decides soon or hardly ever. */
const firstSolverMs = 4000;
/** Programs of more tables are not probed: it would take longer than it saves. */
const mostProbed = 250;

/** One search: its incumbent, its bound, and what it has taken. */
export class Search {
  bound: number;
  #best: Scheduled | undefined;
  readonly statistics: SolverStatistics;
  readonly #deadline: number;
  #windows: Windows | undefined;

  constructor(
    readonly problem: Problem,
    readonly bounds: Bounds,
    readonly baseline: Scheduled,
    readonly options: PlaceOptions,
    started: number,
  ) {
    this.bound = bounds.stages;
    if (baseline.stages <= problem.stages) this.#best = baseline;
    this.#deadline = started + (options.timeLimitMs ?? 30_000);
    this.statistics = {
      solvedBy: "bound",
      solver: "none",
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
    await this.#schedules(this.bounds, this.options.restarts ?? firstRestarts);
    if (this.#open()) await this.#raiseBound();
    let decided = true;
    if (this.#open()) {
      this.statistics.solvedBy = "list-schedule";
      decided = await this.#integerPrograms();
    }
    if (this.#best === undefined && !decided && this.bound <= this.problem.stages)
      throw error("pipeline-undecided", this.problem.name, this.options.timeLimitMs ?? 30_000);
    return this.#best;
  }

  /** Is there a number of stages, fewer than the incumbent's, of which it is not known that they are too few? */
  #open(): boolean {
    return this.bound < (this.#best?.stages ?? this.problem.stages + 1);
  }

  async #schedules(bounds: Bounds, restarts: number): Promise<void> {
    if (this.bound > this.problem.stages) return;
    let pause = performance.now() + 25;
    const start = this.#best ?? this.baseline;
    const { best, restarts: done } = await searchSchedules(
      this.problem,
      bounds,
      start,
      restarts,
      async (found) => {
        if (performance.now() < pause) return true;
        await this.#breathe(`${found.stages} stages, at least ${this.bound}`);
        pause = performance.now() + 25;
        return performance.now() < this.#deadline;
      },
    );
    this.statistics.restarts += done;
    if (best.stages <= this.problem.stages) this.#best = best;
  }

  /**
   * Assumes the bound's number of stages and draws conclusions: a contradiction raises the bound. Otherwise the
   * windows that remain guide another search.
   */
  async #raiseBound(): Promise<void> {
    const measures = measuresOf(this.problem, this.bounds.spans, true);
    const limit = this.#best?.stages ?? this.problem.stages + 1;
    let windows: Windows | undefined;
    while (this.bound < limit) {
      await this.#breathe(`at least ${this.bound} stages`);
      windows = tightenWindows(
        this.problem,
        this.bounds,
        measures,
        this.bound,
        this.problem.tables.length <= mostProbed,
      );
      if (windows !== undefined) break;
      this.bound++;
    }
    this.#windows = windows;
    if (windows === undefined) return;
    const tight: Bounds = {
      ...this.bounds,
      stages: this.bound,
      heads: windows.first,
      tails: windows.last.map((last) => this.bound - 1 - last),
    };
    const most = Math.min(lateRestarts, Math.round(restartWork / this.problem.tables.length));
    await this.#schedules(tight, this.options.restarts ?? most);
  }

  /**
   * Asks for the bound's number of stages, then one more, until a program has a solution or only the incumbent is
   * left. A refusal raises the bound, as long as every number below was refused too.
   * @returns whether every question was answered
   */
  async #integerPrograms(): Promise<boolean> {
    const wanted = this.options.solver ?? "auto";
    const solvers = wanted === "auto" ? [makeSolver("glpk"), makeSolver("highs")] : [makeSolver(wanted)];
    let decided = true;
    try {
      const most = (this.#best?.stages ?? this.problem.stages + 1) - 1;
      for (let stages = this.bound; stages <= most; stages++) {
        const answer = await this.#feasible(solvers, stages, most);
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
      await Promise.all(solvers.map((solver) => solver.close()));
    }
    return decided;
  }

  /** A schedule in so many stages, or that there is none, or that time ran out first. */
  async #feasible(
    solvers: readonly Solver[],
    stages: number,
    most: number,
  ): Promise<Schedule | "infeasible" | "undecided"> {
    const coRunning: CoRunningLimit[] = [];
    const windows =
      this.#windows?.stages === stages
        ? this.#windows
        : tightenWindows(this.problem, this.bounds, [], stages, false);
    if (windows === undefined) return "infeasible";
    if (variablesAtLeast(this.problem, windows) > mostVariables) return "undecided";
    for (;;) {
      const model = new FeasibilityProgram(this.problem, windows, coRunning);
      const values = await this.#ask(solvers, model, stages, most);
      if (typeof values === "string") return values;
      const schedule = model.schedule(values);
      const broken = exceededCoRunning(this.problem, schedule);
      if (broken.length === 0) return schedule;
      coRunning.push(...broken);
    }
  }

  /** One program to one solver after the other, until one decides it. */
  async #ask(
    solvers: readonly Solver[],
    model: FeasibilityProgram,
    stages: number,
    most: number,
  ): Promise<Float64Array | "infeasible" | "undecided"> {
    const { statistics, options } = this;
    const label = `${stages} of at most ${most + 1} stages`;
    statistics.programs++;
    statistics.variables = Math.max(statistics.variables, model.program.variables.length);
    statistics.rows = Math.max(statistics.rows, model.rows);
    for (const [i, solver] of solvers.entries()) {
      // Half of the time that is left, so that later questions get theirs; of that a quarter for the first solver.
      const left = this.#deadline - performance.now();
      const question = stages === most ? left : left / 2;
      if (!statistics.solver.includes(solver.name))
        statistics.solver =
          statistics.solver === "none" ? solver.name : `${statistics.solver}, ${solver.name}`;
      const before = statistics.nodes;
      const show = (nodes: number) => {
        statistics.nodes = before + nodes;
        options.progress?.update(
          "place",
          0,
          1,
          `${label}: ${solver.name}, ${nodes} nodes, at least ${this.bound}`,
        );
      };
      show(0);
      const result = await solver.solve(model.program, {
        timeLimitMs: i < solvers.length - 1 ? Math.min(question / 4, firstSolverMs) : question,
        signal: options.signal,
        onProgress: ({ nodes }) => show(nodes ?? 0),
      });
      statistics.nodes = before + result.nodes;
      if (result.status === "cancelled") throw error("placement-cancelled", this.problem.name);
      if (result.status === "infeasible") return "infeasible";
      if (result.values !== undefined) return result.values;
    }
    return "undecided";
  }

  /** Lets other work run, cancellation above all. */
  async #breathe(note: string): Promise<void> {
    this.options.progress?.update("place", 0, 1, note);
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
