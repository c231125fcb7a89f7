import { error } from "./diagnostics.js";
import { type Node, nodeTitle } from "./graph.js";

/**
 * The nodes in an order in which every value is made before it is read; the given order is kept where it can be.
 * @throws MatchMulError graph-value-undefined, graph-value-duplicate, graph-cycle
 */
export function sortNodes(
  nodes: readonly Node[],
  given: Iterable<string>,
  outputs: readonly string[],
): Node[] {
  const source = new Map<string, Node | undefined>();
  for (const name of given) source.set(name, undefined);
  for (const node of nodes)
    for (const output of node.outputs) {
      if (output === "") continue;
      if (source.has(output)) {
        const first = source.get(output);
        throw error(
          "graph-value-duplicate",
          output,
          first ? nodeTitle(first) : "the graph's inputs",
          nodeTitle(node),
        );
      }
      source.set(output, node);
    }
  const waiting = new Map<Node, number>();
  const readers = new Map<Node, Node[]>();
  const ready: Node[] = [];
  for (const node of nodes) {
    let count = 0;
    for (const input of node.inputs) {
      if (input === "") continue;
      if (!source.has(input)) throw error("graph-value-undefined", input, nodeTitle(node));
      const maker = source.get(input);
      if (maker === undefined) continue;
      count++;
      const list = readers.get(maker);
      if (list === undefined) readers.set(maker, [node]);
      else list.push(node);
    }
    waiting.set(node, count);
    if (count === 0) ready.push(node);
  }
  for (const output of outputs)
    if (!source.has(output)) throw error("graph-value-undefined", output, "the list of outputs");
  if (inOrder(nodes, source)) return [...nodes];
  const sorted: Node[] = [];
  for (let i = 0; i < ready.length; i++) {
    const node = ready[i];
    sorted.push(node);
    for (const reader of readers.get(node) ?? []) {
      const left = waiting.get(reader)! - 1;
      waiting.set(reader, left);
      if (left === 0) ready.push(reader);
    }
  }
  if (sorted.length < nodes.length) throw error("graph-cycle", describeCycle(nodes, source, new Set(sorted)));
  return sorted;
}

function inOrder(nodes: readonly Node[], source: ReadonlyMap<string, Node | undefined>): boolean {
  const seen = new Set<Node>();
  for (const node of nodes) {
    for (const input of node.inputs) {
      const maker = input === "" ? undefined : source.get(input);
      if (maker !== undefined && !seen.has(maker)) return false;
    }
    seen.add(node);
  }
  return true;
}

/** Walks back from a node that could not be sorted until one repeats: that is the cycle. */
function describeCycle(
  nodes: readonly Node[],
  source: ReadonlyMap<string, Node | undefined>,
  sorted: ReadonlySet<Node>,
): string {
  const path: Node[] = [];
  let node = nodes.find((n) => !sorted.has(n))!;
  while (!path.includes(node) && path.length < 1000) {
    path.push(node);
    node = node.inputs.map((name) => source.get(name)).find((n) => n !== undefined && !sorted.has(n))!;
  }
  const cycle = path.slice(Math.max(0, path.indexOf(node))).reverse();
  const first = cycle.reduce((best, n, i) => (nodes.indexOf(n) < nodes.indexOf(cycle[best]) ? i : best), 0);
  const names = [...cycle.slice(first), ...cycle.slice(0, first)].map(nodeTitle);
  return names.length > 6 ? `${names.slice(0, 6).join(", ")} and ${names.length - 6} more` : names.join(", ");
}
