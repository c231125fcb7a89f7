import { type LinearProgram, LinearProgramBuilder, type Term } from "../solver/index.js";
import { partComponents } from "./costs/cost.js";
import { resourceIndex } from "./limits.js";
import type { Schedule } from "./list-schedule.js";
import { type ClassEdge, mergeIdentical, reducedEdges, type TableClass } from "./merge.js";
import { exactCrossbar, type Problem, ternaryCrossbar, vliwResources } from "./problem.js";
import { StageState } from "./stage-state.js";
import type { StageResource } from "./types.js";
import type { Windows } from "./windows.js";

/** Tables that can all run for one packet, and what each writes of a resource: a limit to be kept in every stage. */
export interface CoRunningLimit {
  resource: number;
  tables: readonly number[];
}

/** Variables that the program for some windows has at least, without making it. */
export function variablesAtLeast(problem: Problem, windows: Windows): number {
  return mergeIdentical(problem).reduce((sum, { table }) => {
    const stages = Math.max(0, windows.last[table.index] - windows.first[table.index] + 1);
    return sum + stages * (table.splittable ? 3 : 1);
  }, 0);
}

/**
 * The integer program that asks whether a pipeline fits into so many stages.
 *
 * A class of identical tables is one integer count a stage; a table that can be split is a number of units a stage
 * and whether it has a part there. Variables exist only inside a class's window, from its head to the last stage less
 * its tail. Precedence is cumulative: what depends may have started by a stage only if what it depends on has
 * finished by the stage before.
 */
export class FeasibilityProgram {
  readonly classes: readonly TableClass[];
  readonly program: LinearProgram;
  readonly #build: LinearProgramBuilder;
  /** Count (or part present) variable of a class in a stage; the window starts at `#first`. */
  readonly #x: number[][] = [];
  /** Units of a split table in a stage. */
  readonly #units: (number[] | undefined)[] = [];
  readonly #first: number[] = [];
  readonly #started: Map<number, number>[] = [];
  readonly #finished: Map<number, number>[] = [];
  /** Terms of each resource in each stage. */
  readonly #use: Term[][][];

  constructor(
    readonly problem: Problem,
    readonly windows: Windows,
    coRunning: readonly CoRunningLimit[] = [],
  ) {
    const { stages } = windows;
    this.classes = mergeIdentical(problem);
    this.#build = new LinearProgramBuilder(problem.name);
    this.#use = Array.from({ length: stages }, () => Array.from(problem.limits, () => []));
    for (const c of this.classes.keys()) {
      this.#started.push(new Map());
      this.#finished.push(new Map());
      this.#place(c);
    }
    this.#fields(exactCrossbar, "exactFields");
    this.#fields(ternaryCrossbar, "ternaryFields");
    this.#resources();
    for (const edge of reducedEdges(problem, this.classes)) this.#precede(edge);
    for (const limit of coRunning) this.#coRunning(limit);
    this.program = this.#build.build();
  }

  get rows(): number {
    return this.#build.rows;
  }

  /** The schedule that a solution's values say. */
  schedule(values: Float64Array): Schedule {
    const parts = this.problem.tables.map((): [number, number][] => []);
    for (const [c, { table, members }] of this.classes.entries()) {
      let next = 0;
      let left = table.units;
      this.#x[c].forEach((x, i) => {
        const stage = this.#first[c] + i;
        const units = this.#units[c];
        if (units !== undefined) {
          const here = Math.min(left, values[units[i]]);
          if (here > 0) parts[table.index].push([stage, here]);
          left -= here;
        } else for (let n = values[x]; n > 0; n--) parts[members[next++]].push([stage, table.units]);
      });
    }
    return parts;
  }

  /** Variables of a class, all of it placed, and what it takes of the stages. */
  #place(c: number): void {
    const { table, members } = this.classes[c];
    const { windows } = this;
    // What is true of one member is true of each.
    const first = Math.max(...members.map((m) => windows.first[m]));
    const last = Math.min(...members.map((m) => windows.last[m]));
    this.#first.push(first);
    const stages = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
    if (table.splittable) {
      this.#placeSplit(c, stages);
      return;
    }
    const x = stages.map((stage) => {
      const open = members.every((m) => windows.open[m * windows.stages + stage] === 1);
      return this.#build.variable(0, open ? members.length : 0);
    });
    this.#x.push(x);
    this.#units.push(undefined);
    this.#build.row(
      x.map((v): Term => [v, 1]),
      { lower: members.length, upper: members.length },
    );
    const amounts = table.amounts(table.units);
    x.forEach((v, i) => {
      for (let r = 0; r < amounts.length; r++)
        if (amounts[r] > 0 && !this.#shared(r, table.index)) this.#use[stages[i]][r].push([v, amounts[r]]);
    });
  }

  #placeSplit(c: number, stages: readonly number[]): void {
    const build = this.#build;
    const { table } = this.classes[c];
    const { cost, units } = table;
    const most = new StageState(this.problem).mostUnits(table, units);
    const present = stages.map(() => build.binary());
    const count = stages.map(() => build.variable(0, most));
    this.#x.push(present);
    this.#units.push(count);
    build.row(
      count.map((v): Term => [v, 1]),
      { lower: units },
    );
    const components = partComponents(cost);
    stages.forEach((stage, i) => {
      build.row(
        [
          [count[i], 1],
          [present[i], -most],
        ],
        { upper: 0 },
      );
      build.row(
        [
          [count[i], 1],
          [present[i], -cost.minimumUnits],
        ],
        { lower: 0 },
      );
      for (const [resource, amount] of Object.entries(cost.fixed)) {
        const r = resourceIndex[resource as StageResource];
        if (amount > 0 && !this.#shared(r, table.index)) this.#use[stage][r].push([present[i], amount]);
      }
      for (const { block, unitsPerBlock } of components) {
        // Whole blocks: as many as units where a unit fills them exactly, otherwise a variable of their own.
        const whole = Number.isInteger(1 / unitsPerBlock);
        let blocks = count[i];
        if (!whole) {
          blocks = build.variable(0, Math.ceil(most / unitsPerBlock));
          build.row(
            [
              [blocks, unitsPerBlock],
              [count[i], -1],
            ],
            { lower: 0 },
          );
        }
        for (const [resource, amount] of Object.entries(block))
          this.#use[stage][resourceIndex[resource as StageResource]].push([
            blocks,
            whole ? amount / unitsPerBlock : amount,
          ]);
      }
    });
  }

  /** Is a table's use of a resource left to the co-running limits, because tables that exclude it can share it? */
  #shared(resource: number, table: number): boolean {
    return vliwResources.includes(resource) && this.problem.exclusive[table].size > 0;
  }

  /** Crossbar bytes: a field that several tables compare is there once. */
  #fields(resource: number, key: "exactFields" | "ternaryFields"): void {
    const { classes } = this;
    const total = classes.reduce(
      (sum, { table, members }) => sum + members.length * table[key].reduce((s, [, bytes]) => s + bytes, 0),
      0,
    );
    if (total <= this.problem.limits[resource]) return;
    const users = new Map<number, number>();
    for (const t of this.problem.tables)
      for (const [field] of t[key]) users.set(field, (users.get(field) ?? 0) + 1);
    const sharers = new Map<number, [c: number, bytes: number][]>();
    for (const [c, { table }] of classes.entries())
      for (const [field, bytes] of table[key]) {
        if (users.get(field) === 1)
          this.#x[c].forEach((x, i) => {
            this.#use[this.#first[c] + i][resource].push([x, bytes]);
          });
        else sharers.set(field, [...(sharers.get(field) ?? []), [c, bytes]]);
      }
    for (const of of sharers.values())
      for (let stage = 0; stage < this.windows.stages; stage++) this.#sharedField(resource, stage, of);
  }

  /** The bytes of one field in one stage: of the widest use there. */
  #sharedField(resource: number, stage: number, of: readonly (readonly [c: number, bytes: number])[]): void {
    const here = of.flatMap(([c, bytes]) => {
      const x = this.#at(c, stage);
      return x === undefined ? [] : [{ x, bytes, members: this.classes[c].members.length }];
    });
    if (here.length === 1 && here[0].members === 1) {
      this.#use[stage][resource].push([here[0].x, here[0].bytes]);
      return;
    }
    if (here.length === 0) return;
    const width = this.#build.variable(0, Math.max(...here.map((h) => h.bytes)), { integer: false });
    this.#use[stage][resource].push([width, 1]);
    for (const { x, bytes, members } of here) {
      let present = x;
      if (members > 1) {
        present = this.#build.binary();
        this.#build.row(
          [
            [x, 1],
            [present, -members],
          ],
          { upper: 0 },
        );
      }
      this.#build.row(
        [
          [width, 1],
          [present, -bytes],
        ],
        { lower: 0 },
      );
    }
  }

  #at(c: number, stage: number): number | undefined {
    return this.#x[c][stage - this.#first[c]];
  }

  /** One row for each resource and stage that could be exceeded at all. */
  #resources(): void {
    const { limits } = this.problem;
    const variables = this.#build.build().variables;
    for (const stage of this.#use)
      stage.forEach((terms, r) => {
        const most = terms.reduce((sum, [v, amount]) => sum + amount * variables[v].upper, 0);
        if (most > limits[r]) this.#build.row(terms, { upper: limits[r] });
      });
  }

  /** Terms that are 1 when a class has a part in a stage up to this one: started. Undefined: it cannot have. */
  #startedBy(c: number, stage: number): Term[] {
    const { table, members } = this.classes[c];
    const count = Math.min(stage - this.#first[c] + 1, this.#x[c].length);
    if (count <= 0) return [];
    if (members.length === 1 && !table.splittable) return this.#x[c].slice(0, count).map((v): Term => [v, 1]);
    let started = this.#started[c].get(count);
    if (started === undefined) {
      this.#started[c].set(count, (started = this.#build.binary()));
      if (table.splittable)
        for (const v of this.#x[c].slice(0, count))
          this.#build.row(
            [
              [v, 1],
              [started, -1],
            ],
            { upper: 0 },
          );
      else
        this.#build.row(
          [...this.#x[c].slice(0, count).map((v): Term => [v, 1]), [started, -members.length]],
          {
            upper: 0,
          },
        );
    }
    return [[started, 1]];
  }

  /** Terms that are 1 only when all of a class is in stages up to this one: finished. */
  #finishedBy(c: number, stage: number): Term[] {
    const { table, members } = this.classes[c];
    const count = stage - this.#first[c] + 1;
    if (count <= 0) return [];
    if (members.length === 1 && !table.splittable) return this.#x[c].slice(0, count).map((v): Term => [v, 1]);
    let finished = this.#finished[c].get(count);
    if (finished === undefined) {
      this.#finished[c].set(count, (finished = this.#build.binary()));
      const all = table.splittable ? table.units : members.length;
      const counted = table.splittable ? this.#units[c]! : this.#x[c];
      this.#build.row([...counted.slice(0, count).map((v): Term => [v, 1]), [finished, -all]], { lower: 0 });
      // Parts after it contradict it.
      for (const v of this.#x[c].slice(count))
        if (table.splittable)
          this.#build.row(
            [
              [v, 1],
              [finished, 1],
            ],
            { upper: 1 },
          );
    }
    return [[finished, 1]];
  }

  /** started(to, stage) <= finished(from, stage - gap), for every stage where that says something. */
  #precede({ from, to, gap }: ClassEdge): void {
    const lastOfFrom = this.#first[from] + this.#x[from].length - 1;
    const last = Math.min(this.#first[to] + this.#x[to].length - 1, lastOfFrom + gap - 1);
    for (let stage = this.#first[to]; stage <= last; stage++) {
      const finished = this.#finishedBy(from, stage - gap).map(([v, a]): Term => [v, -a]);
      this.#build.row([...this.#startedBy(to, stage), ...finished], { upper: 0 });
    }
  }

  #coRunning({ resource, tables }: CoRunningLimit): void {
    const counts = new Map<number, number>();
    for (const [c, { members }] of this.classes.entries())
      for (const m of members) if (tables.includes(m)) counts.set(c, (counts.get(c) ?? 0) + 1);
    for (let stage = 0; stage < this.windows.stages; stage++) {
      const terms = [...counts.keys()].flatMap((c): Term[] => {
        const x = this.#at(c, stage);
        const { table } = this.classes[c];
        return x === undefined ? [] : [[x, table.amounts(table.units)[resource]]];
      });
      this.#build.row(terms, { upper: this.problem.limits[resource] });
    }
  }
}
