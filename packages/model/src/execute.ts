import { error } from "./diagnostics.js";
import { describeType, type Graph, type Node, type ValueInfo } from "./graph.js";
import { requireSupported } from "./onnx/import.js";
import { runNode } from "./operators/run-node.js";
import { checkExtent, describeTensor, type Tensor } from "./tensor.js";

export interface RunOptions {
  /** Called with each node's outputs, for calibration and for comparing levels. */
  onNode?: (node: Node, outputs: readonly Tensor[]) => void;
}

/**
 * Runs the graph in floating point (quantized operators in their own integers). Inputs by name; a symbolic
 * dimension, such as the batch, takes the length that is given. Values are dropped once nothing reads them.
 * @returns the graph's outputs by name
 * @throws MatchMulError input-missing, input-unknown, input-mismatch, operator-unsupported, shape-conflict,
 *   tensor-too-large
 */
export function runGraph(
  graph: Graph,
  inputs: Readonly<Record<string, Tensor>>,
  options: RunOptions = {},
): Record<string, Tensor> {
  checkInputs(graph, inputs);
  requireSupported(graph);
  const values = new Map<string, Tensor>(graph.initializers);
  for (const { name } of graph.inputs) values.set(name, inputs[name]);
  const lastReader = new Map<string, Node>();
  for (const node of graph.nodes) for (const name of node.inputs) lastReader.set(name, node);
  const kept = new Set(graph.outputs.map((o) => o.name));
  for (const node of graph.nodes) {
    const outputs = runNode(
      node,
      graph.opset,
      node.inputs.map((name) => (name === "" ? undefined : values.get(name))),
    );
    node.outputs.forEach((name, i) => {
      if (name !== "" && outputs[i] !== undefined) values.set(name, outputs[i]);
    });
    options.onNode?.(node, outputs);
    for (const name of node.inputs) if (lastReader.get(name) === node && !kept.has(name)) values.delete(name);
  }
  return Object.fromEntries(
    graph.outputs.map(({ name }) => {
      const value = values.get(name);
      if (value === undefined) throw error("graph-value-undefined", name, "the list of outputs");
      return [name, value];
    }),
  );
}

function listInputs(graph: Graph): string {
  return graph.inputs.map((i) => `${i.name} ${describeType(i)}`).join(", ") || "none";
}

function checkInputs(graph: Graph, inputs: Readonly<Record<string, Tensor>>): void {
  for (const name of Object.keys(inputs))
    if (!graph.inputs.some((i) => i.name === name)) throw error("input-unknown", name, listInputs(graph));
  const symbols = new Map<string, number>();
  for (const info of graph.inputs) {
    if (!Object.hasOwn(inputs, info.name)) throw error("input-missing", info.name, listInputs(graph));
    checkInput(info, inputs[info.name], symbols);
  }
}

function checkInput(info: ValueInfo, value: Tensor, symbols: Map<string, number>): void {
  const mismatch = (why: string) =>
    error(
      "input-mismatch",
      info.name,
      `${describeTensor(value)} given, ${describeType(info)} expected${why}`,
    );
  if (value.dtype !== info.dtype) throw mismatch("");
  checkExtent(value.shape, `input ${info.name}`);
  if (info.shape === undefined) return;
  if (info.shape.length !== value.shape.length) throw mismatch("");
  info.shape.forEach((d, i) => {
    if (typeof d === "number") {
      if (d !== value.shape[i]) throw mismatch("");
      return;
    }
    const bound = symbols.get(d);
    if (bound !== undefined && bound !== value.shape[i]) throw mismatch(`, where ${d} is already ${bound}`);
    symbols.set(d, value.shape[i]);
  });
}
