import { type Measure, measuresOf } from "./measures.js";
import type { Edge, Problem } from "./problem.js";

/** What is known of a program before any placement. */
export interface Bounds {
  /** No placement uses fewer stages. */
  stages: number;
  /** Earliest stage of each table's first part. */
  heads: Int32Array;
  /** Stages that must follow each table's last part. */
  tails: Int32Array;
  /** Least number of stages each table's parts lie in. */
  spans: Int32Array;
  /** Each table's largest share of a stage's limit, in any resource; more than 1 if it must be split. */
  sizes: Float64Array;
}

/** Stages that a demand needs. */
function stagesFor(sum: number, capacity: number): number {
  return Math.ceil(sum / capacity - 1e-9);
}

/** Heads, tails and a lower bound from chains and resources together. */
export function boundsOf(problem: Problem): Bounds {
  const { tables, order, predecessors, successors, limits } = problem;
  const sizes = Float64Array.from(tables, (t) =>
    t
      .amounts(t.units)
      .reduce(
        (most, amount, r) => Math.max(most, limits[r] === 0 ? (amount > 0 ? 2 : 0) : amount / limits[r]),
        0,
      ),
  );
  const spans = Int32Array.from(tables, (t) =>
    t.splittable ? Math.max(1, Math.ceil(sizes[t.index] - 1e-9)) : 1,
  );
  const measures = measuresOf(problem, spans, false);
  const heads = earliest(order, predecessors, (e) => e.from, measures, spans);
  const tails = earliest([...order].reverse(), successors, (e) => e.to, measures, spans);
  let stages = 0;
  for (let t = 0; t < tables.length; t++) stages = Math.max(stages, heads[t] + spans[t] + tails[t]);

  // All tables that cannot be before stage h, and have at least q stages after them, share what is between.
  for (const h of new Set(heads)) {
    const late = tables.filter((t) => heads[t.index] >= h).sort((a, b) => tails[b.index] - tails[a.index]);
    const sums = new Float64Array(measures.length);
    late.forEach(({ index }, i) => {
      for (let m = 0; m < measures.length; m++) sums[m] += measures[m].demand[index];
      const q = tails[index];
      if (i + 1 < late.length && tails[late[i + 1].index] === q) return;
      for (let m = 0; m < measures.length; m++)
        stages = Math.max(stages, h + q + stagesFor(sums[m], measures[m].capacity));
    });
  }
  return { stages, heads, tails, spans, sizes };
}

/**
 * The earliest stage of each table, from its ancestors' chain and from their demand: ancestors that start at stage h
 * or later and end at least `d` stages before the table fill the stages between. Called with edges reversed it gives
 * tails.
 */
function earliest(
  order: readonly number[],
  predecessors: readonly (readonly Edge[])[],
  other: (edge: Edge) => number,
  measures: readonly Measure[],
  spans: Int32Array,
): Int32Array {
  const n = predecessors.length;
  const heads = new Int32Array(n);
  // distance[t]: for each ancestor, the stages between its last part and t's first, at least.
  const distance: (Map<number, number> | undefined)[] = new Array(n);
  const sums = new Float64Array(measures.length);
  for (const t of order) {
    const ancestors = new Map<number, number>();
    for (const edge of predecessors[t]) {
      const p = other(edge);
      heads[t] = Math.max(heads[t], heads[p] + spans[p] - 1 + edge.gap);
      ancestors.set(p, Math.max(ancestors.get(p) ?? 0, edge.gap));
      for (const [a, d] of distance[p]!) {
        const through = d + spans[p] - 1 + edge.gap;
        if (through > (ancestors.get(a) ?? -1)) ancestors.set(a, through);
      }
    }
    distance[t] = ancestors;
    if (ancestors.size < 2 || measures.length === 0) continue;
    const byHead = [...ancestors.keys()].sort((a, b) => heads[b] - heads[a]);
    const distances = [...new Set(ancestors.values())].sort((a, b) => a - b);
    for (const d of distances) {
      sums.fill(0);
      for (let i = 0; i < byHead.length; i++) {
        const a = byHead[i];
        if (ancestors.get(a)! >= d)
          for (let m = 0; m < measures.length; m++) sums[m] += measures[m].demand[a];
        if (i + 1 < byHead.length && heads[byHead[i + 1]] === heads[a]) continue;
        for (let m = 0; m < measures.length; m++) {
          const stages = stagesFor(sums[m], measures[m].capacity);
          if (stages > 0) heads[t] = Math.max(heads[t], heads[a] + stages - 1 + d);
        }
      }
    }
  }
  return heads;
}
