import type { Graph, Node } from "@matchmul/model";

/**
 * Values that take another value's scale: what only a Concat reads gets the Concat's own scale, so that the
 * Concat copies integers and changes none.
 */
export function sharedScales(graph: Graph, readers: ReadonlyMap<string, Node[]>): Map<string, string> {
  const shared = new Map<string, string>();
  for (const node of [...graph.nodes].reverse()) {
    if (node.op !== "Concat" || node.domain !== "") continue;
    const [output] = node.outputs;
    for (const input of node.inputs)
      if ((readers.get(input) ?? []).every((reader) => reader === node))
        shared.set(input, shared.get(output) ?? output);
  }
  return shared;
}
