import type { Graph } from "./graph.js";
import { inferShapes } from "./infer.js";
import { removeIdentities } from "./passes/remove-identities.js";

/** A rewriting of the graph that leaves its results unchanged; true when it changed something. */
export type Pass = (graph: Graph) => boolean;

/** The passes of normalise, in order. */
const passes: Pass[] = [removeIdentities];

/**
 * The graph in a simpler form with the same results (within float rounding): a copy, rewritten until nothing
 * changes. Shapes are inferred anew.
 */
export function normalise(graph: Graph): Graph {
  const copy: Graph = {
    ...graph,
    inputs: graph.inputs.map((v) => ({ ...v })),
    outputs: graph.outputs.map((v) => ({ ...v })),
    nodes: graph.nodes.map((n) => ({ ...n, inputs: [...n.inputs], outputs: [...n.outputs] })),
    initializers: new Map(graph.initializers),
    values: new Map(graph.values),
  };
  for (let round = 0; round < 100; round++) {
    let changed = false;
    for (const pass of passes) changed = pass(copy) || changed;
    if (!changed) break;
    inferShapes(copy);
  }
  return copy;
}
