import { error } from "./diagnostics.js";
import { type Dim, describeType, type Graph, type Node, nodeTitle, type ValueInfo } from "./graph.js";
import { Call, type InferredValue } from "./operators/operator.js";
import { findOperator } from "./operators/registry.js";
import { guarded, runNode } from "./operators/run-node.js";
import { compatible, isStatic, merge } from "./shapes.js";
import { extentOf, maxRank, type Tensor } from "./tensor.js";

/** Values up to this many elements are computed during inference, because shapes may depend on them. */
const smallEnough = 1024;

/**
 * Infers the type of every value, and fills `graph.values`. Nodes of unsupported operators are passed over;
 * values behind them are then missing from the map unless `declared` has them.
 * @returns what is known of each value, constants and symbolic shape vectors included
 * @throws MatchMulError shape-conflict, operator-invalid, operator-variant
 */
export function inferShapes(
  graph: Graph,
  declared: ReadonlyMap<string, ValueInfo> = new Map(),
): Map<string, InferredValue> {
  const known = new Map<string, InferredValue>();
  for (const input of graph.inputs) known.set(input.name, input);
  for (const [name, t] of graph.initializers)
    known.set(name, { dtype: t.dtype, shape: t.shape, constant: t });
  for (const node of graph.nodes) inferNode(graph, node, known, declared);
  graph.values = new Map();
  for (const [name, { dtype, shape }] of known) graph.values.set(name, { name, dtype, shape });
  for (const output of graph.outputs) settleOutput(output, known.get(output.name));
  return known;
}

function inferNode(
  graph: Graph,
  node: Node,
  known: Map<string, InferredValue>,
  declared: ReadonlyMap<string, ValueInfo>,
): void {
  const operator = findOperator(node.op, node.domain);
  const inputs = node.inputs.map((name) => (name === "" ? undefined : known.get(name)));
  if (operator === undefined || node.inputs.some((name, i) => name !== "" && inputs[i] === undefined)) {
    for (const output of node.outputs) {
      const info = declared.get(output);
      if (info !== undefined) known.set(output, info);
    }
    return;
  }
  checkArity(node, operator.arity);
  const types = guarded(node, () => {
    const inferred = operator.infer(new Call(node, graph.opset, inputs));
    for (const type of inferred) checkShape(node, type.shape);
    return inferred;
  });
  const constants = foldSmall(graph, node, inputs, types);
  node.outputs.forEach((name, i) => {
    if (name === "" || types[i] === undefined) return;
    const value: InferredValue = constants?.[i] ? { ...types[i], constant: constants[i] } : types[i];
    const info = declared.get(name);
    known.set(name, info && value.shape === undefined ? { ...value, shape: info.shape } : value);
  });
}

/** @throws MatchMulError operator-invalid */
export function checkArity(node: Node, [least, most]: readonly [number, number]): void {
  let count = node.inputs.length;
  while (count > 0 && node.inputs[count - 1] === "") count--;
  if (count < least || count > most) {
    const range =
      least === most ? `${least}` : most === Infinity ? `at least ${least}` : `${least} to ${most}`;
    throw error("operator-invalid", nodeTitle(node), `${count} inputs where ${node.op} takes ${range}`);
  }
}

function checkShape(node: Node, shape: readonly Dim[] | undefined): void {
  if (shape === undefined) return;
  if (shape.length > maxRank)
    throw error("shape-conflict", nodeTitle(node), `a result of ${shape.length} dimensions`);
  if (!shape.every((d) => typeof d === "string" || (Number.isSafeInteger(d) && d >= 0)))
    throw error("shape-conflict", nodeTitle(node), `a result of shape [${shape.join(", ")}]`);
}

function foldSmall(
  graph: Graph,
  node: Node,
  inputs: readonly (InferredValue | undefined)[],
  types: readonly InferredValue[],
): Tensor[] | undefined {
  // Quantized constants stay as they are in the file: their scales are worth more than their values.
  if (node.op === "DequantizeLinear") return undefined;
  if (!inputs.every((v) => v === undefined || v.constant !== undefined)) return undefined;
  if (inputs.some((v) => v !== undefined && v.constant!.data.length > smallEnough)) return undefined;
  if (!types.every((t) => isStatic(t.shape) && extentOf(t.shape) <= smallEnough)) return undefined;
  return runNode(
    node,
    graph.opset,
    inputs.map((v) => v?.constant),
  );
}

/** Compares a declared output with what was inferred, and keeps what both know. */
function settleOutput(output: ValueInfo, value: InferredValue | undefined): void {
  if (value === undefined) return;
  const conflict =
    value.dtype !== output.dtype ||
    (value.shape !== undefined &&
      output.shape !== undefined &&
      (value.shape.length !== output.shape.length ||
        !value.shape.every((d, i) => compatible(d, (output.shape as readonly Dim[])[i]))));
  if (conflict)
    throw error(
      "shape-conflict",
      `output ${output.name}`,
      `the file declares ${describeType(output)}, the nodes make ${describeType(value)}`,
    );
  if (value.shape !== undefined) output.shape = value.shape.map((d, i) => merge(d, output.shape?.[i] ?? d));
}
