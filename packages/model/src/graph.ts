import type { Attributes } from "./attributes.js";
import type { DType } from "./dtypes.js";
import type { Tensor } from "./tensor.js";

/**
 * One dimension: a number, or a symbol. Equal symbols are equal dimensions; "N" or "batch" are the model's own
 * names, those that begin with "?" stand for dimensions nothing is known about.
 */
export type Dim = number | string;

/** What is known of a value before it is computed. */
export interface ValueType {
  dtype: DType;
  /** Undefined when not even the rank is known. */
  shape: readonly Dim[] | undefined;
}

export interface ValueInfo extends ValueType {
  name: string;
}

export interface Node {
  /** The file's name for it, or one made of operator and position; unique in the graph. */
  name: string;
  /** Operator type, such as "Conv". */
  op: string;
  /** "" is ONNX's own operator set. */
  domain: string;
  /** Names of values; "" is an optional input left out. */
  inputs: string[];
  /** Names of values; "" is an optional output left out. */
  outputs: string[];
  attributes: Attributes;
}

/** A model: nodes in topological order, over named values. */
export interface Graph {
  name: string;
  /** Version of ONNX's own operator set the nodes are written for. */
  opset: number;
  /** The tool that wrote the file, such as "pytorch 2.3.0"; may be "". */
  producer: string;
  /** Without the initializers. */
  inputs: ValueInfo[];
  outputs: ValueInfo[];
  nodes: Node[];
  /** Weights and other constants by value name. */
  initializers: Map<string, Tensor>;
  /** Inferred type of every value: inputs, initializers and all nodes' outputs. */
  values: Map<string, ValueInfo>;
}

/** "Conv node /features/0/Conv", for messages. */
export function nodeTitle(node: Pick<Node, "op" | "name">): string {
  return `${node.op} node ${node.name}`;
}

/** "float32[N, 3, 32, 32]" */
export function describeType(type: ValueType): string {
  return type.shape === undefined
    ? `${type.dtype} of unknown shape`
    : `${type.dtype}[${type.shape.join(", ")}]`;
}

/** Index of the node that makes each value. */
export function producers(graph: Pick<Graph, "nodes">): Map<string, Node> {
  const map = new Map<string, Node>();
  for (const node of graph.nodes) for (const output of node.outputs) if (output !== "") map.set(output, node);
  return map;
}

/** The nodes that read each value; a node that reads it twice is listed twice. */
export function consumers(graph: Pick<Graph, "nodes">): Map<string, Node[]> {
  const map = new Map<string, Node[]>();
  for (const node of graph.nodes)
    for (const input of node.inputs) {
      if (input === "") continue;
      const list = map.get(input);
      if (list === undefined) map.set(input, [node]);
      else list.push(node);
    }
  return map;
}
