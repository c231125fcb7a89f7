import { heaviestCoRunning } from "./co-running.js";
import { exactCrossbar, type Problem, type ProblemTable, ternaryCrossbar, vliwResources } from "./problem.js";

/** Differences of less than this are rounding, not resources. */
const slack = 1e-9;

/** What is in one stage so far: sums of the resources, bytes of crossbar fields, tables. */
export class StageState {
  readonly used: Float64Array;
  readonly tables: number[] = [];
  readonly #exact = new Map<number, number>();
  readonly #ternary = new Map<number, number>();

  constructor(readonly problem: Problem) {
    this.used = new Float64Array(problem.limits.length);
  }

  /** Would a part of that many units fit beside what is here? */
  fits(table: ProblemTable, units: number): boolean {
    const amounts = table.amounts(units);
    const { limits, binding, exclusive } = this.problem;
    const { used } = this;
    for (let i = 0; i < binding.length; i++) {
      const r = binding[i];
      if (used[r] + amounts[r] <= limits[r] + slack) continue;
      // Tables of which only one runs share ALUs.
      if (
        vliwResources.includes(r) &&
        exclusive[table.index].size > 0 &&
        this.#vliwWith(table, r) <= limits[r]
      )
        continue;
      return false;
    }
    return (
      used[exactCrossbar] + this.#moreBytes(this.#exact, table.exactFields) <= limits[exactCrossbar] &&
      used[ternaryCrossbar] + this.#moreBytes(this.#ternary, table.ternaryFields) <= limits[ternaryCrossbar]
    );
  }

  /** The most units of the table that fit here, at most `wanted`; 0 if not even the least part does. */
  mostUnits(table: ProblemTable, wanted: number): number {
    if (this.fits(table, wanted)) return wanted;
    if (!table.splittable || !this.fits(table, table.cost.minimumUnits)) return 0;
    let low = table.cost.minimumUnits;
    let high = wanted;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.fits(table, middle)) low = middle;
      else high = middle;
    }
    return low;
  }

  /** Adds a part. The caller has asked whether it fits. */
  add(table: ProblemTable, units: number): void {
    const amounts = table.amounts(units);
    for (let r = 0; r < this.used.length; r++) this.used[r] += amounts[r];
    if (this.problem.exclusive[table.index].size > 0)
      for (const r of vliwResources) if (amounts[r] > 0) this.used[r] = this.#vliwWith(table, r);
    this.used[exactCrossbar] += this.#moreBytes(this.#exact, table.exactFields);
    this.used[ternaryCrossbar] += this.#moreBytes(this.#ternary, table.ternaryFields);
    for (const [map, fields] of [
      [this.#exact, table.exactFields],
      [this.#ternary, table.ternaryFields],
    ] as const)
      for (const [field, bytes] of fields) map.set(field, Math.max(map.get(field) ?? 0, bytes));
    this.tables.push(table.index);
  }

  #vliwWith(table: ProblemTable, r: number): number {
    const { tables, exclusive } = this.problem;
    const weight = (t: number) => tables[t].amounts(tables[t].units)[r];
    return heaviestCoRunning([...this.tables, table.index], weight, exclusive).weight;
  }

  #moreBytes(present: ReadonlyMap<number, number>, fields: ProblemTable["exactFields"]): number {
    let more = 0;
    for (let i = 0; i < fields.length; i++) {
      const missing = fields[i][1] - (present.get(fields[i][0]) ?? 0);
      if (missing > 0) more += missing;
    }
    return more;
  }
}
