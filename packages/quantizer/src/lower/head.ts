import { type Graph, type Node, producers } from "@matchmul/model";
import { error } from "../errors.js";

/** Operators that keep which class is the largest, so that the int8 model ends before them. */
const classKeeping = new Set(["Softmax", "LogSoftmax", "ArgMax", "Identity"]);

/**
 * The value whose largest element is the class: the graph's output, or what stands before the Softmax, LogSoftmax and
 * ArgMax at its end.
 * @returns that value, and the nodes after it
 */
export function findLogits(graph: Graph): { value: string; dropped: Set<Node> } {
  if (graph.outputs.length !== 1)
    throw error(
      "quantize-structure",
      graph.name,
      `the graph has ${graph.outputs.length} outputs instead of one`,
    );
  const made = producers(graph);
  const dropped = new Set<Node>();
  let value = graph.outputs[0].name;
  for (let node = made.get(value); node !== undefined && classKeeping.has(node.op); node = made.get(value)) {
    dropped.add(node);
    value = node.inputs[0];
  }
  return { value, dropped };
}
