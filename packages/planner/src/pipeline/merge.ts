import type { Problem, ProblemTable } from "./problem.js";

/** Tables that are interchangeable: any permutation of them is the same placement. */
export interface TableClass {
  /** The first member stands for all. */
  table: ProblemTable;
  members: readonly number[];
}

/**
 * Merges identical tables: the same amounts, predecessors, successors, shared fields and exclusions. Tables that can
 * be split stay by themselves, since their parts are not counts.
 */
export function mergeIdentical(problem: Problem): TableClass[] {
  const { tables, predecessors, successors, exclusive } = problem;
  const users = new Map<number, number>();
  for (const t of tables)
    for (const [field] of [...t.exactFields, ...t.ternaryFields])
      users.set(field, (users.get(field) ?? 0) + 1);
  const fieldKey = (fields: ProblemTable["exactFields"]) => {
    const shared = fields.filter(([f]) => users.get(f)! > 1);
    const own = fields.filter(([f]) => users.get(f) === 1).reduce((sum, [, bytes]) => sum + bytes, 0);
    return `${own};${shared
      .map(([f, bytes]) => `${f}:${bytes}`)
      .sort()
      .join(",")}`;
  };
  const edgeKey = (edges: (typeof predecessors)[number], other: "from" | "to") =>
    edges
      .map((e) => `${e[other]}:${e.gap}`)
      .sort()
      .join(",");
  const classes = new Map<string, { table: ProblemTable; members: number[] }>();
  for (const t of tables) {
    const parts = [
      t.splittable ? `alone ${t.index}` : t.amounts(t.units).join(","),
      edgeKey(predecessors[t.index], "from"),
      edgeKey(successors[t.index], "to"),
      fieldKey(t.exactFields),
      fieldKey(t.ternaryFields),
      [...exclusive[t.index]].sort((a, b) => a - b).join(","),
    ];
    const key = parts.join("|");
    const same = classes.get(key);
    if (same === undefined) classes.set(key, { table: t, members: [t.index] });
    else same.members.push(t.index);
  }
  return [...classes.values()];
}

/** A dependency between classes: every member of `to` after all members of `from`. */
export interface ClassEdge {
  from: number;
  to: number;
  gap: 0 | 1;
}

/**
 * The dependencies between classes, without those that others imply: an edge is left out when another path between
 * its ends keeps them at least as far apart.
 */
export function reducedEdges(problem: Problem, classes: readonly TableClass[]): ClassEdge[] {
  const classOf = new Int32Array(problem.tables.length);
  classes.forEach(({ members }, c) => {
    for (const m of members) classOf[m] = c;
  });
  const edges = new Map<string, ClassEdge>();
  for (const { from, to, gap } of problem.edges) {
    const edge = { from: classOf[from], to: classOf[to], gap };
    edges.set(`${edge.from} ${edge.to}`, edge);
  }
  const incoming = classes.map((): ClassEdge[] => []);
  for (const edge of edges.values()) incoming[edge.to].push(edge);
  // Longest distance from each ancestor, class by class in topological order.
  const distance: Map<number, number>[] = classes.map(() => new Map());
  const done = new Set<number>();
  const kept: ClassEdge[] = [];
  for (const t of problem.order) {
    const c = classOf[t];
    if (done.has(c)) continue;
    done.add(c);
    for (const { from, gap } of incoming[c])
      for (const [ancestor, d] of distance[from])
        distance[c].set(ancestor, Math.max(distance[c].get(ancestor) ?? 0, d + gap));
    for (const edge of incoming[c]) {
      const around = distance[c].get(edge.from);
      if (around === undefined || around < edge.gap) kept.push(edge);
    }
    for (const { from, gap } of incoming[c]) distance[c].set(from, Math.max(distance[c].get(from) ?? 0, gap));
  }
  return kept;
}
