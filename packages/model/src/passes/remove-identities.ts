import { type Graph, type Node, producers } from "../graph.js";
import { isOutput, removeNodes, replaceUses } from "./rewrite.js";

/** Removes Identity nodes. One between an input (or constant) and an output of the graph stays. */
export function removeIdentities(graph: Graph): boolean {
  const gone = new Set<Node>();
  const makers = producers(graph);
  for (const node of graph.nodes) {
    if (node.op !== "Identity" || node.domain !== "") continue;
    const [from, to] = [node.inputs[0], node.outputs[0]];
    if (!isOutput(graph, to)) {
      replaceUses(graph, to, from);
      gone.add(node);
      continue;
    }
    const maker = makers.get(from);
    if (maker === undefined || isOutput(graph, from)) continue;
    maker.outputs = maker.outputs.map((name) => (name === from ? to : name));
    replaceUses(graph, from, to);
    makers.set(to, maker);
    gone.add(node);
  }
  removeNodes(graph, gone);
  return gone.size > 0;
}
