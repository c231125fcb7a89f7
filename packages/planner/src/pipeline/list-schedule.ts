import type { Problem } from "./problem.js";
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
 */
export type SplitRule = "needed" | "fill" | "eager";

/**
 * Fills stage after stage: of the tables whose predecessors are done, in order of priority, each goes where it fits.
 *
 * @param priority larger goes first
 * @param stages give up beyond so many
 */
export function listSchedule(
  problem: Problem,
  priority: Float64Array,
  stages: number,
  rule: SplitRule,
): Scheduled | undefined {
  const { tables, predecessors, successors } = problem;
  const waiting = predecessors.map((p) => p.length);
  // The first stage a table may be in, as far as its finished predecessors tell.
  const earliest = new Int32Array(tables.length);
  const left = Float64Array.from(tables, (t) => t.units);
  const parts = tables.map((): [number, number][] => []);
  const byPriority = (a: number, b: number) => priority[b] - priority[a] || a - b;
  const ready = waiting.flatMap((n, i) => (n === 0 ? [i] : [])).sort(byPriority);
  const empty = new StageState(problem);
  const tooLarge = tables.map((t) => t.splittable && !empty.fits(t, t.units));
  let open = tables.length;
  for (let stage = 0; open > 0; stage++) {
    if (stage >= stages) return undefined;
    const state = new StageState(problem);
    const visit = (t: number, inPart: boolean): boolean => {
      if (earliest[t] > stage || parts[t].at(-1)?.[0] === stage) return false;
      const table = tables[t];
      const units = inPart ? state.mostUnits(table, left[t]) : state.fits(table, left[t]) ? left[t] : 0;
      if (units === 0) return false;
      state.add(table, units);
      parts[t].push([stage, units]);
      left[t] -= units;
      if (left[t] > 0) return false;
      open--;
      ready.splice(ready.indexOf(t), 1);
      for (const { to, gap } of successors[t]) {
        earliest[to] = Math.max(earliest[to], stage + gap);
        if (--waiting[to] > 0) continue;
        const at = ready.findIndex((r) => byPriority(to, r) < 0);
        ready.splice(at < 0 ? ready.length : at, 0, to);
      }
      return true;
    };
    const splits = (t: number) =>
      tables[t].splittable && (rule === "eager" || tooLarge[t] || parts[t].length > 0);
    const pass = (mayPart: (t: number) => boolean): void => {
      // What becomes ready at once may have more priority than what was passed over, so the list is walked again.
      for (let i = 0; i < ready.length; i++) {
        const before = ready.length;
        if (visit(ready[i], mayPart(ready[i]))) i = ready.length === before - 1 ? i - 1 : -1;
      }
    };
    pass(splits);
    if (rule === "fill") pass((t) => tables[t].splittable);
    if (state.tables.length === 0 && ready.every((t) => earliest[t] <= stage)) return undefined;
  }
  return { schedule: parts, stages: stagesOf(parts) };
}

/**
 * Greedy first fit, the baseline: in program order (predecessors first), each table goes to the first stage that its
 * predecessors allow and that has room; one that fits nowhere whole takes what room there is.
 * @returns undefined if a table does not fit even an empty stage
 */
export function firstFit(problem: Problem): Scheduled | undefined {
  const { tables, predecessors, order } = problem;
  const states: StageState[] = [];
  const stateAt = (stage: number) => (states[stage] ??= new StageState(problem));
  const parts = tables.map((): [number, number][] => []);
  const empty = new StageState(problem);
  for (const t of order) {
    const table = tables[t];
    let stage = Math.max(0, ...predecessors[t].map((e) => parts[e.from].at(-1)![0] + e.gap));
    const whole = empty.fits(table, table.units);
    if (!whole && empty.mostUnits(table, table.units) === 0) return undefined;
    for (let left = table.units; left > 0; stage++) {
      while (states.length < stage) stateAt(states.length);
      const state = stateAt(stage);
      const units = whole ? (state.fits(table, left) ? left : 0) : state.mostUnits(table, left);
      if (units === 0) continue;
      state.add(table, units);
      parts[t].push([stage, units]);
      left -= units;
    }
  }
  return { schedule: parts, stages: stagesOf(parts) };
}
