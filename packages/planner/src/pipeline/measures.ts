import { resourceIndex } from "./limits.js";
import { exactCrossbar, type Problem, type ProblemTable, ternaryCrossbar, vliwResources } from "./problem.js";
import type { StageResource } from "./types.js";

/**
 * One way to count demand: no stage holds more than `capacity` of it, whatever the placement. Beside the resources
 * themselves there are counts after dual feasible functions, which see that two tables of 51 % never share a stage.
 */
export interface Measure {
  /** By table; of a table that can be split, the least over all ways to split it. */
  demand: Float64Array;
  capacity: number;
}

type DualFeasible = (x: number) => number;

/** Maps shares of a stage to shares, so that what fits a stage before fits after: u(k), which rounds (k + 1) x down. */
function rounding(k: number): DualFeasible {
  return (x) => {
    const scaled = (k + 1) * x;
    const near = Math.round(scaled);
    return Math.abs(scaled - near) < 1e-9 ? x : Math.floor(scaled) / k;
  };
}

/** The other classic: shares above 1 - e fill the stage, those below e count nothing. */
function threshold(e: number): DualFeasible {
  return (x) => (x > 1 - e + 1e-9 ? 1 : x < e - 1e-9 ? 0 : x);
}

/** What a table takes in all when it is in so many parts: each has what a part has at least. */
function leastAmounts(table: ProblemTable, parts: number): Float64Array {
  const whole = table.amounts(Math.max(table.units, parts * table.cost.minimumUnits));
  if (parts === 1) return whole;
  const total = Float64Array.from(whole);
  for (const [resource, amount] of Object.entries(table.cost.fixed))
    total[resourceIndex[resource as StageResource]] += (parts - 1) * amount;
  return total;
}

/** Of a table that can be split, the least sum of mapped shares over all ways to split it. */
function leastSplit(table: ProblemTable, resource: number, limit: number, map: DualFeasible): number {
  const { minimumUnits } = table.cost;
  const share = (units: number) => map(Math.min(1, table.amounts(units)[resource] / limit));
  const fits = (units: number) => table.amounts(units)[resource] <= limit;
  // least[u]: for u units left to place. Few tables have more than some hundred units.
  const least = new Float64Array(table.units + 1);
  for (let u = 1; u <= table.units; u++) {
    least[u] = Number.POSITIVE_INFINITY;
    for (let part = Math.min(u, minimumUnits); part <= u && fits(part); part++)
      least[u] = Math.min(least[u], share(part) + least[u - part]);
  }
  return least[table.units];
}

/** Units beyond which the ways to split a table are not enumerated; its mapped demand then counts nothing. */
const mostEnumeratedUnits = 300;

/**
 * The measures in which the program needs more than one stage.
 * @param thorough also the many mapped ones that only a search close to its end is worth
 */
export function measuresOf(problem: Problem, spans: Int32Array, thorough: boolean): Measure[] {
  const { tables, limits, exclusive } = problem;
  const least = tables.map((t) => leastAmounts(t, spans[t.index]));
  const users = new Map<number, number>();
  for (const t of tables)
    for (const [field] of [...t.exactFields, ...t.ternaryFields])
      users.set(field, (users.get(field) ?? 0) + 1);
  const measures: Measure[] = [];
  for (let r = 0; r < limits.length; r++) {
    if (!Number.isFinite(limits[r]) || limits[r] === 0) continue;
    const demand = Float64Array.from(tables, (t) => {
      // A table that shares (fields with others, ALUs with tables that exclude it) may take nothing of its own.
      if (vliwResources.includes(r) && exclusive[t.index].size > 0) return 0;
      const fields =
        r === exactCrossbar ? t.exactFields : r === ternaryCrossbar ? t.ternaryFields : undefined;
      if (fields === undefined) return least[t.index][r];
      return fields.reduce((sum, [field, bytes]) => sum + (users.get(field) === 1 ? bytes : 0), 0);
    });
    // What one stage could hold all of bounds nothing.
    if (sum(demand) <= limits[r]) continue;
    measures.push({ demand, capacity: limits[r] });
    for (const map of maps(demand, limits[r], thorough)) {
      const mapped = demand.map((d, i) => {
        if (!tables[i].splittable) return map(Math.min(1, d / limits[r]));
        const enumerable =
          thorough && tables[i].units <= mostEnumeratedUnits && r !== exactCrossbar && r !== ternaryCrossbar;
        return enumerable && d > 0 ? leastSplit(tables[i], r, limits[r], map) : 0;
      });
      if (sum(mapped) > 1 + 1e-9) measures.push({ demand: mapped, capacity: 1 });
    }
  }
  return measures;
}

/** Functions worth trying on a resource: some that round, and thresholds at the shares that occur. */
function maps(demand: Float64Array, limit: number, thorough: boolean): DualFeasible[] {
  const roundings = Array.from({ length: thorough ? 7 : 4 }, (_, i) => rounding(i + 1));
  if (!thorough) return roundings;
  const shares = [...new Set(demand)].map((d) => d / limit).filter((x) => x > 0 && x <= 0.5);
  shares.sort((a, b) => b - a);
  return [...roundings, ...shares.slice(0, 12).map(threshold)];
}

function sum(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0);
}
