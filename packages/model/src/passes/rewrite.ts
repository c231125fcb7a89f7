import type { Graph, Node } from "../graph.js";

/** Lets every reader of one value read another in its place. Names of the graph's outputs are kept by the caller. */
export function replaceUses(graph: Graph, from: string, to: string): void {
  for (const node of graph.nodes) node.inputs = node.inputs.map((name) => (name === from ? to : name));
}

export function isOutput(graph: Graph, name: string): boolean {
  return graph.outputs.some((o) => o.name === name);
}

/** A name for a new value that nothing has yet. */
export function freshName(graph: Graph, base: string): string {
  let name = base;
  for (let i = 2; graph.values.has(name) || graph.initializers.has(name); i++) name = `${base}_${i}`;
  return name;
}

/** Takes nodes out of the graph. */
export function removeNodes(graph: Graph, gone: ReadonlySet<Node>): void {
  if (gone.size > 0) graph.nodes = graph.nodes.filter((n) => !gone.has(n));
}
