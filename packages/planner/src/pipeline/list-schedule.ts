import type { Random } from "@matchmul/common";
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
 * Fills stage after stage: of the tables whose predecessors are done, in order of priority, each goes where it fits.
 * A table that does not fit whole goes in part when it can be split and `split` allows it.
 *
 * @param priority larger goes first; see `priorities`
 * @param stages give up beyond so many
 * @param split when to begin a table that does not fit whole: always, or only if no stage can hold it whole
 */
export function listSchedule(
  problem: Problem,
  priority: Float64Array,
  stages: number,
  split: "eager" | "late",
): Scheduled | undefined {
  const { tables, predecessors, successors } = problem;
  const waiting = predecessors.map((p) => p.length);
  // The first stage a table may be in, as far as its finished predecessors tell.
  const earliest = new Int32Array(tables.length);
  const left = Float64Array.from(tables, (t) => t.units);
  const parts = tables.map((): [number, number][] => []);
  const ready = waiting.flatMap((n, i) => (n === 0 ? [i] : []));
  const empty = new StageState(problem);
  const needsSplit = tables.map((t) => t.splittable && !empty.fits(t, t.units));
  let open = tables.length;
  for (let stage = 0; open > 0; stage++) {
    if (stage >= stages) return undefined;
    const state = new StageState(problem);
    ready.sort((a, b) => priority[b] - priority[a] || a - b);
    for (let i = 0; i < ready.length; i++) {
      const t = ready[i];
      if (earliest[t] > stage || parts[t].at(-1)?.[0] === stage) continue;
      const table = tables[t];
      const started = parts[t].length > 0;
      let units = left[t];
      if (!state.fits(table, units)) {
        if (!table.splittable || (split === "late" && !needsSplit[t] && !started)) continue;
        units = state.mostUnits(table, units);
        if (units === 0) continue;
      }
      state.add(table, units);
      parts[t].push([stage, units]);
      left[t] -= units;
      if (left[t] > 0) continue;
      open--;
      ready.splice(i, 1);
      let added = false;
      for (const { to, gap } of successors[t]) {
        earliest[to] = Math.max(earliest[to], stage + gap);
        if (--waiting[to] === 0) {
          ready.push(to);
          if (earliest[to] <= stage) added = true;
        }
      }
      if (added) {
        ready.sort((a, b) => priority[b] - priority[a] || a - b);
        i = -1;
      } else i--;
    }
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

/** Priorities of one restart: the work still to come after a table, mixed with its size and with chance. */
export function priorities(
  problem: Problem,
  tails: ArrayLike<number>,
  sizes: ArrayLike<number>,
  restart: number,
  random: Random,
): Float64Array {
  const noise = restart === 0 ? 0 : 0.5 + 3 * random.next() * random.next();
  const weight = restart === 0 ? 0.5 : 2 * random.next();
  return Float64Array.from(problem.tables, (_, i) => tails[i] + weight * sizes[i] + noise * random.next());
}
