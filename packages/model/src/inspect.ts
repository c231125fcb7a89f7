import { dtypes, isFloat } from "./dtypes.js";
import { type Dim, type Graph, type Node, nodeTitle, type ValueInfo, type ValueType } from "./graph.js";
import { adviceFor } from "./onnx/import.js";
import { findOperator } from "./operators/registry.js";
import { sizeOf } from "./tensor.js";

/** One node of a model, in numbers. Undefined where the shapes that decide them are not known. */
export interface LayerFacts {
  name: string;
  /** "Conv"; operators of other domains as "domain.Name". */
  op: string;
  /** Type of the first output. */
  output: ValueType | undefined;
  /** Elements of weights and biases. A tensor two nodes read is counted with the first. */
  parameters: number;
  /** Multiply-accumulates of one run, symbolic dimensions taken as 1. */
  multiplyAccumulates: number | undefined;
  /** Elements of all outputs, symbolic dimensions taken as 1. */
  activations: number | undefined;
}

export interface UnsupportedFacts {
  node: string;
  op: string;
  /** What to do about it. */
  advice: string;
}

/** What a model is made of. */
export interface ModelFacts {
  name: string;
  producer: string;
  opset: number;
  inputs: ValueInfo[];
  outputs: ValueInfo[];
  layers: LayerFacts[];
  parameters: number;
  /** Of one sample, or of the batch the model is fixed to. */
  multiplyAccumulates: number;
  /** Largest number of activations alive at once, in elements. */
  peakActivations: number;
  /** Bytes of weights and of the activations at their peak: float32, and int8 with int32 biases. */
  memory: { float: MemoryFacts; int8: MemoryFacts };
  unsupported: UnsupportedFacts[];
}

export interface MemoryFacts {
  weightBytes: number;
  activationBytes: number;
}

/** Inputs that are neither weights nor biases: scales, zero points, axes, shapes. */
const notWeights = new Map<string, readonly number[]>([
  ["QuantizeLinear", [1, 2]],
  ["DequantizeLinear", [1, 2]],
  ["ConvInteger", [2, 3]],
  ["MatMulInteger", [2, 3]],
  ["QLinearConv", [1, 2, 4, 5, 6, 7]],
  ["QLinearMatMul", [1, 2, 4, 5, 6, 7]],
  ["Clip", [1, 2]],
  ["Dropout", [1, 2]],
  ["Pad", [1, 2, 3]],
]);

/** Inputs that are biases, which stay 32 bits wide in an int8 model. */
const biases = new Map<string, number>([
  ["Conv", 2],
  ["Gemm", 2],
  ["QLinearConv", 8],
]);

/**
 * Counts what a model holds and computes. Import it with allowUnsupported to learn all that is not supported;
 * what lies behind such a node may then be unknown, and is left out of the sums.
 */
export function inspect(graph: Graph): ModelFacts {
  const counted = new Set<string>();
  let [floatBytes, int8Bytes] = [0, 0];
  const layers = graph.nodes.map((node): LayerFacts => {
    let parameters = 0;
    node.inputs.forEach((name, i) => {
      const t = graph.initializers.get(name);
      if (t === undefined || counted.has(name) || notWeights.get(node.op)?.includes(i)) return;
      const integer = !isFloat(t.dtype) && dtypes[t.dtype].bits > 8;
      if (integer && biases.get(node.op) !== i) return;
      counted.add(name);
      parameters += t.data.length;
      floatBytes += t.data.length * 4;
      int8Bytes += t.data.length * (biases.get(node.op) === i ? 4 : 1);
    });
    return {
      name: node.name,
      op: node.domain === "" ? node.op : `${node.domain}.${node.op}`,
      output: graph.values.get(node.outputs[0]),
      parameters,
      multiplyAccumulates: multiplyAccumulates(graph, node),
      activations: sum(node.outputs.map((name) => elements(graph, name))),
    };
  });
  const peak = peakActivations(graph);
  return {
    name: graph.name,
    producer: graph.producer,
    opset: graph.opset,
    inputs: graph.inputs,
    outputs: graph.outputs,
    layers,
    parameters: layers.reduce((n, layer) => n + layer.parameters, 0),
    multiplyAccumulates: layers.reduce((n, layer) => n + (layer.multiplyAccumulates ?? 0), 0),
    peakActivations: peak,
    memory: {
      float: { weightBytes: floatBytes, activationBytes: peak * 4 },
      int8: { weightBytes: int8Bytes, activationBytes: peak },
    },
    unsupported: graph.nodes
      .filter((node) => findOperator(node.op, node.domain) === undefined)
      .map((node) => ({
        node: nodeTitle(node),
        op: node.domain === "" ? node.op : `${node.domain}.${node.op}`,
        advice: adviceFor(node),
      })),
  };
}

function shapeOf(graph: Graph, name: string): number[] | undefined {
  return graph.values.get(name)?.shape?.map((d: Dim) => (typeof d === "number" ? d : 1));
}

function elements(graph: Graph, name: string): number | undefined {
  if (name === "") return 0;
  const shape = shapeOf(graph, name);
  return shape && sizeOf(shape);
}

function sum(list: (number | undefined)[]): number | undefined {
  return list.reduce((a, b) => (a === undefined || b === undefined ? undefined : a + b), 0);
}

/** Products that are added up: outputs times the length of the sum that makes each. Other operators have none. */
function multiplyAccumulates(graph: Graph, node: Node): number | undefined {
  const shape = (i: number) => shapeOf(graph, node.inputs[i] ?? "");
  const outputs = elements(graph, node.outputs[0] ?? "");
  const times = (length: number | undefined) =>
    outputs === undefined || length === undefined ? undefined : outputs * length;
  switch (node.op) {
    case "Conv":
    case "ConvInteger":
      return times(shape(1) && sizeOf(shape(1)!.slice(1)));
    case "QLinearConv":
      return times(shape(3) && sizeOf(shape(3)!.slice(1)));
    case "Gemm":
      return times(shape(0)?.[node.attributes.int("transA", 0) === 0 ? 1 : 0]);
    case "MatMul":
    case "MatMulInteger":
    case "QLinearMatMul":
      return times(shape(0)?.at(-1));
    default:
      return 0;
  }
}

/** Walks through the nodes as the executor does, dropping each value after its last reader. */
function peakActivations(graph: Graph): number {
  const lastReader = new Map<string, Node>();
  for (const node of graph.nodes) for (const name of node.inputs) lastReader.set(name, node);
  const kept = new Set(graph.outputs.map((o) => o.name));
  const size = (name: string) => (graph.initializers.has(name) ? 0 : (elements(graph, name) ?? 0));
  let alive = graph.inputs.reduce((n, { name }) => n + size(name), 0);
  let peak = alive;
  for (const node of graph.nodes) {
    for (const name of node.outputs) alive += size(name);
    peak = Math.max(peak, alive);
    for (const name of new Set(node.inputs))
      if (lastReader.get(name) === node && !kept.has(name)) alive -= size(name);
  }
  return peak;
}
