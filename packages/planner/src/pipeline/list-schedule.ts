import { bestFill, type FillOption } from "./fill.js";
import type { Problem, ProblemTable } from "./problem.js";
import { StageState } from "./stage-state.js";

/** Units of each table by stage: `units[table]` lists [stage, units]. */
export type Schedule = readonly (readonly (readonly [stage: number, units: number])[])[];

/** A schedule, and how many stages it takes. */
export interface Scheduled {
  schedule: Schedule;
  stages: number;
}

/** Stages a schedule takes. */
export function stagesOf(schedule: Schedule): number {
  return 1 + Math.max(-1, ...schedule.map((parts) => parts.at(-1)![0]));
}

/**
 * When to begin a table that can be split and does not fit whole.
 * - `needed`: only if no stage can hold it whole.
 * - `fill`: after everything that fits whole has found its place, into the room that is left.
 * - `eager`: as soon as its turn comes.
 * - `pack`: as `fill`, and all parts of the stage are then chosen together so that they fill it best.
 */
export type SplitRule = "needed" | "fill" | "eager" | "pack";

/** List scheduling of one problem, any number of times. */
export class ListScheduler {
  /** Tables that no stage can hold whole. */
  readonly #tooLarge: readonly boolean[];
  /** The resource that the whole program takes most of, by stages. */
  readonly #scarce: number;

  constructor(readonly problem: Problem) {
    const { tables } = problem;
    const empty = new StageState(problem);
    this.#tooLarge = tables.map((t) => t.splittable && !empty.fits(t, t.units));
    this.#scarce = problem.binding[0] ?? 0;
  }

  /**
   * Fills stage after stage: of the tables whose predecessors are done, in order of priority, each goes where it fits.
   *
   * @param priority larger goes first
   * @param stages give up beyond so many
   */
  schedule(priority: Float64Array, stages: number, rule: SplitRule): Scheduled | undefined {
    const run = new Run(this.problem, priority, rule, this.#tooLarge, this.#scarce);
    for (let stage = 0; run.open > 0; stage++) if (stage >= stages || !run.fillStage(stage)) return undefined;
    return { schedule: run.parts, stages: stagesOf(run.parts) };
  }
}

/** Tables that may begin to fill the room of a stage: with more there is no better choice, only more work. */
const mostCandidates = 8;

/** One schedule in the making. */
class Run {
  /** Tables not yet wholly placed. */
  open: number;
  readonly parts: [number, number][][];
  readonly #left: Float64Array;
  /** Predecessors that are not done. */
  readonly #waiting: number[];
  /** The first stage a table may be in, as far as its finished predecessors tell. */
  readonly #earliest: Int32Array;
  /** Tables whose predecessors are done, by priority. */
  readonly #ready: number[];
  /** The walk in which a table last did not fit. */
  readonly #refused: Int32Array;
  #walk = 0;
  #state: StageState;

  constructor(
    readonly problem: Problem,
    readonly priority: Float64Array,
    readonly rule: SplitRule,
    readonly tooLarge: readonly boolean[],
    readonly scarce: number,
  ) {
    const { tables, predecessors } = problem;
    this.open = tables.length;
    this.parts = tables.map(() => []);
    this.#left = Float64Array.from(tables, (t) => t.units);
    this.#waiting = predecessors.map((p) => p.length);
    this.#earliest = new Int32Array(tables.length);
    this.#refused = new Int32Array(tables.length);
    this.#ready = this.#waiting
      .flatMap((n, i) => (n === 0 ? [i] : []))
      .sort((a, b) => priority[b] - priority[a] || a - b);
    this.#state = new StageState(problem);
  }

  /** False: nothing that is ready fits even an empty stage. */
  fillStage(stage: number): boolean {
    const { tables } = this.problem;
    this.#state = new StageState(this.problem);
    this.#pass(
      stage,
      (t) => tables[t].splittable && (this.rule === "eager" || this.tooLarge[t] || this.parts[t].length > 0),
    );
    if (this.rule === "fill") this.#pass(stage, (t) => tables[t].splittable);
    if (this.rule === "pack") this.#pack(stage);
    return this.#state.tables.length > 0 || this.#ready.some((t) => this.#earliest[t] > stage);
  }

  /**
   * Walks the ready tables. What becomes ready may go before what was passed over, so the walk begins again then; what
   * did not fit before does not fit later, so it is not asked again.
   */
  #pass(stage: number, mayPart: (t: number) => boolean): void {
    const ready = this.#ready;
    this.#walk++;
    for (let i = 0; i < ready.length; i++) {
      const t = ready[i];
      if (this.#refused[t] === this.#walk || this.#earliest[t] > stage || this.#isIn(t, stage)) continue;
      const table = this.problem.tables[t];
      const left = this.#left[t];
      const units = mayPart(t) ? this.#partUnits(table, left) : this.#state.fits(table, left) ? left : 0;
      if (units === 0) {
        this.#refused[t] = this.#walk;
        continue;
      }
      const before = ready.length;
      if (this.#put(t, stage, units)) i = ready.length === before - 1 ? i - 1 : -1;
    }
  }

  /** The most units that fit, but not so many that the rest is less than a part has at least. */
  #partUnits(table: ProblemTable, left: number): number {
    const units = this.#state.mostUnits(table, left);
    const { minimumUnits } = table.cost;
    const rest = left - units;
    return rest > 0 && rest < minimumUnits && left >= 2 * minimumUnits ? left - minimumUnits : units;
  }

  #isIn(t: number, stage: number): boolean {
    const parts = this.parts[t];
    return parts.length > 0 && parts[parts.length - 1][0] === stage;
  }

  /** Places a part that fits; whether the table is now done. */
  #put(t: number, stage: number, units: number): boolean {
    this.#state.add(this.problem.tables[t], units);
    this.parts[t].push([stage, units]);
    this.#left[t] -= units;
    if (this.#left[t] > 0) return false;
    this.open--;
    this.#ready.splice(this.#ready.indexOf(t), 1);
    for (const { to, gap } of this.problem.successors[t]) {
      this.#earliest[to] = Math.max(this.#earliest[to], stage + gap);
      if (--this.#waiting[to] === 0) this.#makeReady(to);
    }
    return true;
  }

  #makeReady(t: number): void {
    const { priority } = this;
    const at = this.#ready.findIndex(
      (r) => priority[t] > priority[r] || (priority[t] === priority[r] && t < r),
    );
    this.#ready.splice(at < 0 ? this.#ready.length : at, 0, t);
  }

  /** Takes back a part of the current stage, the last thing placed of its table. */
  #takeBack(t: number): void {
    const [, units] = this.parts[t].pop()!;
    if (this.#left[t] === 0) {
      this.open++;
      for (const { to } of this.problem.successors[t])
        if (this.#waiting[to]++ === 0) this.#ready.splice(this.#ready.indexOf(to), 1);
      this.#makeReady(t);
    }
    this.#left[t] += units;
  }

  /**
   * Chooses the parts of this stage anew, together, so that they fill what the tables in one piece leave of the scarce
   * resource: parts that are here may give or take some units, others may begin.
   */
  #pack(stage: number): void {
    const { tables, limits, successors } = this.problem;
    const here = this.#state.tables;
    const flexible = here.filter(
      (t) => tables[t].splittable && !successors[t].some(({ to }) => this.#isIn(to, stage)),
    );
    const candidates = this.#ready
      .filter((t) => tables[t].splittable && this.#earliest[t] <= stage && !this.#isIn(t, stage))
      .slice(0, mostCandidates);
    if (candidates.length === 0 && flexible.length < 2) return;
    const amount = (t: number, units: number) => tables[t].amounts(units)[this.scarce];
    const present = new Map(flexible.map((t) => [t, this.parts[t].at(-1)![1]]));
    const fixed = here.filter((t) => !present.has(t));
    const room = Math.floor(
      limits[this.scarce] - fixed.reduce((sum, t) => sum + amount(t, this.parts[t].at(-1)![1]), 0) + 1e-9,
    );
    const options: FillOption[] = [];
    const choices = (t: number, from: number, to: number, all: number, none: boolean) => {
      const list = none ? [{ units: 0, amount: 0, worth: 0 }] : [];
      for (let units = from; units <= to; units++) {
        const takes = Math.ceil(amount(t, units));
        if (takes > room) break;
        // Room that is used counts; what is left for later costs a little, and as much as it must be rounded up.
        const rest = all - units;
        const rounding = rest > 0 ? 0.6 + amount(t, rest) - (amount(t, all) * rest) / all : 0;
        list.push({ units, amount: takes, worth: takes - rounding + 1e-3 * this.priority[t] });
      }
      if (list.length > 0) options.push({ table: t, choices: list });
    };
    for (const [t, units] of present) {
      const all = units + this.#left[t];
      choices(t, Math.min(units, tables[t].cost.minimumUnits), all, all, false);
    }
    for (const t of candidates) {
      const all = this.#left[t];
      choices(t, Math.min(all, tables[t].cost.minimumUnits), all, all, true);
    }
    const best = bestFill(options, room);
    if (best.size === 0) return;
    const state = new StageState(this.problem);
    for (const t of fixed) state.add(tables[t], this.parts[t].at(-1)![1]);
    for (const t of flexible) this.#takeBack(t);
    this.#state = state;
    const order = [...flexible, ...candidates].filter((t) => (best.get(t) ?? 0) > 0);
    for (const t of order) {
      // Other resources may allow less.
      const units = state.mostUnits(tables[t], best.get(t)!);
      if (units > 0) this.#put(t, stage, units);
    }
  }
}

/**
 * Greedy first fit, the baseline: in program order (predecessors first), each table goes to the first stage that its
 * predecessors allow and that has room; one that fits nowhere whole takes what room there is. Every table must fit an
 * empty stage, at least in part.
 */
export function firstFit(problem: Problem): Scheduled {
  const { tables, predecessors, order } = problem;
  const states: StageState[] = [];
  const parts = tables.map((): [number, number][] => []);
  const empty = new StageState(problem);
  for (const t of order) {
    const table = tables[t];
    let stage = Math.max(0, ...predecessors[t].map((e) => parts[e.from].at(-1)![0] + e.gap));
    const whole = empty.fits(table, table.units);
    for (let left = table.units; left > 0; stage++) {
      while (states.length <= stage) states.push(new StageState(problem));
      const state = states[stage];
      const units = whole ? (state.fits(table, left) ? left : 0) : state.mostUnits(table, left);
      if (units === 0 && state.tables.length === 0) throw new Error(`${table.table.name} fits no stage`);
      if (units === 0) continue;
      state.add(table, units);
      parts[t].push([stage, units]);
      left -= units;
    }
  }
  return { schedule: parts, stages: stagesOf(parts) };
}
