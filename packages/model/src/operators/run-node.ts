import { MatchMulError } from "@matchmul/common";
import { error } from "../diagnostics.js";
import { type Node, nodeTitle } from "../graph.js";
import { checkExtent, type Tensor } from "../tensor.js";
import { Call } from "./operator.js";
import { findOperator } from "./registry.js";

/** Runs one node of a supported operator. @throws MatchMulError operator-*, shape-conflict, tensor-too-large */
export function runNode(node: Node, opset: number, inputs: readonly (Tensor | undefined)[]): Tensor[] {
  return guarded(node, () => {
    const outputs = findOperator(node.op, node.domain)!.run(new Call(node, opset, inputs));
    for (const t of outputs) checkExtent(t.shape, nodeTitle(node));
    return outputs;
  });
}

/** Names the node in errors that do not know it. Anything but a MatchMulError is a bug, and is reported as one. */
export function guarded<T>(node: Node, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof MatchMulError)) throw error("operator-failed", nodeTitle(node), String(cause));
    if (cause.code !== "graph-invalid") throw cause;
    throw error("operator-invalid", nodeTitle(node), cause.message.replace("the graph is invalid: ", ""));
  }
}
