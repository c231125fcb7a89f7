import type { Graph } from "../graph.js";

/** Removes nodes and initializers that no output depends on. */
export function removeDead(graph: Graph): void {
  const needed = new Set(graph.outputs.map((o) => o.name));
  const kept = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((name) => needed.has(name))) continue;
    for (const name of node.inputs) needed.add(name);
    kept.push(node);
  }
  graph.nodes = kept.reverse();
  for (const name of graph.initializers.keys())
    if (!needed.has(name)) {
      graph.initializers.delete(name);
      graph.values.delete(name);
    }
}
