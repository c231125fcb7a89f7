import type { Node } from "../graph.js";
import { findOperator } from "../operators/registry.js";
import { runNode } from "../operators/run-node.js";
import { isStatic } from "../shapes.js";
import { extentOf, type Tensor } from "../tensor.js";
import type { GraphEditor, Pass } from "./editor.js";

/** Results up to this many elements are folded; larger ones only where they are no larger than their inputs. */
const always = 2 ** 16;

/**
 * Computes nodes whose inputs are all constant, or whose result inference knows, such as shapes. The
 * DequantizeLinear of quantized weights stays, for the quantizer to find their scales.
 */
export const foldConstants: Pass = {
  name: "fold-constants",
  rewrite: (edit, node) => {
    const operator = findOperator(node.op, node.domain);
    if (operator === undefined || node.op === "DequantizeLinear") return false;
    if (node.outputs.some((name) => edit.isOutput(name))) return false;
    const results = fromInference(edit, node) ?? compute(edit, node);
    if (results === undefined) return false;
    node.outputs.forEach((name, i) => {
      if (name !== "") edit.graph.initializers.set(name, results[i]);
    });
    edit.replace([node], []);
    return true;
  },
};

function fromInference(edit: GraphEditor, node: Node): Tensor[] | undefined {
  const values = node.outputs.map((name) => edit.known(name)?.constant);
  return values.every((v) => v !== undefined) ? values : undefined;
}

function compute(edit: GraphEditor, node: Node): Tensor[] | undefined {
  const inputs = node.inputs.map((name) => edit.constant(name));
  if (node.inputs.some((name, i) => name !== "" && inputs[i] === undefined)) return undefined;
  const elements = inputs.reduce((sum, t) => sum + (t?.data.length ?? 0), 0);
  for (const name of node.outputs) {
    if (name === "") continue;
    const shape = edit.shape(name);
    if (!isStatic(shape) || extentOf(shape) > Math.max(always, elements)) return undefined;
  }
  return runNode(node, edit.graph.opset, inputs);
}
