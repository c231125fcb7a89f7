import { type Graph, type Node, producers } from "@matchmul/model";
import { error } from "../errors.js";

/** Operators that keep which class is the largest, so that the int8 model ends before them. */
const classKeeping = new Set([
  ...["Softmax", "LogSoftmax", "ArgMax", "Cast"],
  ...["ArrayFeatureExtractor", "ZipMap"],
  ...["Identity", "Dropout", "Flatten", "Reshape", "Squeeze", "Unsqueeze"],
]);

/**
 * The value whose largest element is the class: the graph's output, or what stands before the Softmax,
 * LogSoftmax and ArgMax at its end. Several outputs (scikit-learn's label and probabilities) must agree on it.
 * @returns that value, and the nodes it depends on
 */
export function findLogits(graph: Graph): { value: string; needed: Set<Node> } {
  const made = producers(graph);
  const logits = new Set(
    graph.outputs.map((output) => {
      let value = output.name;
      for (;;) {
        const node = made.get(value);
        if (node === undefined || !classKeeping.has(node.op)) return value;
        // scikit-learn's exporter looks the label up by the class's index, its second input.
        value = node.inputs[node.op === "ArrayFeatureExtractor" ? 1 : 0];
      }
    }),
  );
  if (logits.size !== 1)
    throw error(
      "quantize-structure",
      graph.name,
      `the graph has ${logits.size} different outputs instead of one classification`,
    );
  const [value] = logits;
  const needed = new Set<Node>();
  const open = [value];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const node = made.get(name);
    if (node === undefined || needed.has(node)) continue;
    needed.add(node);
    open.push(...node.inputs);
  }
  return { value, needed };
}
