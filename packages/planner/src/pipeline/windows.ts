import type { Bounds } from "./bounds.js";
import type { Measure } from "./measures.js";
import type { Edge, Problem } from "./problem.js";

const slack = 1e-9;

/** Where each table's parts can be when the whole program takes at most so many stages. */
export interface Windows {
  stages: number;
  /** First stage a part can be in, and last. */
  first: Int32Array;
  last: Int32Array;
  /** Earliest stage of the last part, and latest of the first; `first` and `last` for tables in one piece. */
  finish: Int32Array;
  start: Int32Array;
  /** `open[table * stages + stage]` is 0 where a table in one piece cannot be although it is inside its window. */
  open: Uint8Array;
}

/**
 * What a program of at most `stages` stages implies: dependencies, and for every run of stages the demand of the
 * tables that must lie inside it. Undefined when there is a contradiction: then no placement has so few stages.
 *
 * @param probe also put each table tentatively on the border of its window, and move the border where that leads to a
 * contradiction: much stronger, and slower
 */
export function tightenWindows(
  problem: Problem,
  bounds: Bounds,
  measures: readonly Measure[],
  stages: number,
  probe: boolean,
): Windows | undefined {
  const n = problem.tables.length;
  const windows: Windows = {
    stages,
    first: Int32Array.from(bounds.heads),
    last: Int32Array.from(bounds.tails, (t) => stages - 1 - t),
    finish: Int32Array.from(bounds.heads, (h, i) => h + bounds.spans[i] - 1),
    start: Int32Array.from(bounds.tails, (t, i) => stages - t - bounds.spans[i]),
    open: new Uint8Array(n * stages).fill(1),
  };
  const propagator = new Propagator(problem, measures, bounds.spans);
  if (!propagator.run(windows)) return undefined;
  if (!probe) return windows;
  for (let round = 0; round < mostProbeRounds; round++) {
    let moved = false;
    for (const { index, splittable } of problem.tables) {
      if (splittable) continue;
      for (const side of ["first", "last"] as const) {
        while (windows.first[index] < windows.last[index]) {
          const trial = copy(windows);
          const stage = windows[side][index];
          trial.first[index] = trial.last[index] = trial.start[index] = trial.finish[index] = stage;
          if (propagator.run(trial)) break;
          moved = true;
          windows.open[index * stages + stage] = 0;
          if (!propagator.run(windows)) return undefined;
        }
      }
    }
    if (!moved) break;
  }
  return windows;
}

/** Rounds over all tables after which probing rarely finds more. */
const mostProbeRounds = 3;

function copy(w: Windows): Windows {
  return {
    stages: w.stages,
    first: w.first.slice(),
    last: w.last.slice(),
    finish: w.finish.slice(),
    start: w.start.slice(),
    open: w.open.slice(),
  };
}

/** Draws all conclusions from windows, in place, until there are no more. */
class Propagator {
  readonly #largest: number[];
  readonly #byDemand: number[][];

  constructor(
    readonly problem: Problem,
    readonly measures: readonly Measure[],
    readonly spans: Int32Array,
  ) {
    this.#byDemand = measures.map(({ demand }) =>
      [...demand.keys()].filter((t) => demand[t] > 0).sort((a, b) => demand[b] - demand[a]),
    );
    this.#largest = measures.map(({ demand }, m) =>
      this.#byDemand[m].length > 0 ? demand[this.#byDemand[m][0]] : 0,
    );
  }

  /** False: the windows contradict each other. */
  run(w: Windows): boolean {
    for (;;) {
      if (!this.#precedence(w)) return false;
      let changed = false;
      for (let m = 0; m < this.measures.length; m++) {
        const result = this.#energy(w, m);
        if (result === undefined) return false;
        changed ||= result;
      }
      if (!changed) return true;
    }
  }

  #precedence(w: Windows): boolean {
    const { problem } = this;
    for (const t of problem.order) {
      for (const { from, gap } of problem.predecessors[t])
        w.first[t] = Math.max(w.first[t], w.finish[from] + gap);
      if (!this.#settle(w, t)) return false;
    }
    for (let i = problem.order.length - 1; i >= 0; i--) {
      const t = problem.order[i];
      for (const { to, gap } of problem.successors[t] as readonly Edge[])
        w.last[t] = Math.min(w.last[t], w.start[to] - gap);
      if (!this.#settle(w, t)) return false;
    }
    return true;
  }

  /** Brings the four ends of one window into agreement. */
  #settle(w: Windows, t: number): boolean {
    if (this.problem.tables[t].splittable) {
      w.finish[t] = Math.max(w.finish[t], w.first[t] + this.spans[t] - 1);
      w.start[t] = Math.min(w.start[t], w.last[t] - this.spans[t] + 1);
    } else {
      const row = t * w.stages;
      while (w.first[t] <= w.last[t] && w.open[row + w.first[t]] === 0) w.first[t]++;
      while (w.first[t] <= w.last[t] && w.open[row + w.last[t]] === 0) w.last[t]--;
      w.finish[t] = w.first[t];
      w.start[t] = w.last[t];
    }
    return w.first[t] <= w.start[t] && w.finish[t] <= w.last[t];
  }

  /** For one measure, every run of stages: undefined on contradiction, otherwise whether a window changed. */
  #energy(w: Windows, m: number): boolean | undefined {
    const { demand, capacity } = this.measures[m];
    const tables = this.#byDemand[m];
    const { stages } = w;
    // inside[b]: demand of tables whose window begins at `from` or later and ends at b.
    const inside = new Float64Array(stages);
    const byFirst: number[][] = Array.from({ length: stages }, () => []);
    for (const t of tables) byFirst[w.first[t]].push(t);
    let changed = false;
    for (let from = stages - 1; from >= 0; from--) {
      for (const t of byFirst[from]) inside[w.last[t]] += demand[t];
      let sum = 0;
      for (let to = from; to < stages; to++) {
        sum += inside[to];
        const room = capacity * (to - from + 1) - sum;
        if (room < -slack * capacity) return undefined;
        if (room >= this.#largest[m] - slack) continue;
        // Tables from outside that have not room enough in here.
        for (const t of tables) {
          if (demand[t] <= room + slack * capacity) break;
          if (w.first[t] > to || w.last[t] < from || (w.first[t] >= from && w.last[t] <= to)) continue;
          if (this.#exclude(w, t, from, to)) changed = true;
        }
      }
    }
    return changed;
  }

  /** Notes that the whole of a table cannot be in stages from..to; whether that is news. */
  #exclude(w: Windows, t: number, from: number, to: number): boolean {
    if (this.problem.tables[t].splittable) {
      if (w.first[t] >= from && w.finish[t] <= to) {
        w.finish[t] = to + 1;
        return true;
      }
      if (w.last[t] <= to && w.start[t] >= from) {
        w.start[t] = from - 1;
        return true;
      }
      return false;
    }
    let news = false;
    for (let s = from; s <= to; s++) {
      if (w.open[t * w.stages + s] === 1 && s >= w.first[t] && s <= w.last[t]) news = true;
      w.open[t * w.stages + s] = 0;
    }
    return news;
  }
}
