import { type Graph, type Node, numberData, numbers, runGraph, tensor } from "@matchmul/model";
import { type Activation, clip, evaluated, leakyRelu, relu } from "../activation.js";
import { error } from "../errors.js";
import type { LoweringContext } from "./context.js";

/** Operators of one activation and constants that work element by element. */
export const elementwise = new Set([
  ...["Relu", "Clip", "LeakyRelu", "PRelu", "ThresholdedRelu", "Elu", "Selu", "Celu"],
  ...["Sigmoid", "Tanh", "HardSigmoid", "HardSwish", "Swish", "Mish", "Gelu", "Softplus", "Softsign", "Erf"],
  ...["Abs", "Neg", "Exp", "Log", "Sqrt", "Reciprocal", "Floor", "Ceil", "Round", "Sign"],
  ...["Add", "Sub", "Mul", "Div", "Pow", "Min", "Max", "Sum"],
]);

/** Nodes that compute one value from one other, element by element. */
export interface Region {
  nodes: Node[];
  output: string;
  activation: Activation;
}

/** One constant for all elements, or one per channel of a value [N, C, ...] of this rank. */
function constantChannels(shape: readonly number[], rank: number): number | undefined {
  const count = shape.reduce((a, b) => a * b, 1);
  if (count === 1) return 1;
  const axis = shape.length - rank + 1;
  return axis >= 0 && axis < shape.length && shape[axis] === count ? count : undefined;
}

/**
 * The largest set of element-wise nodes that starts at `value`, ends in one value, and whose values in between
 * nothing else reads: x * sigmoid(x) is one activation function, however it is written.
 * @param start where given, the region must contain this node, and other nodes may read `value` too; otherwise all
 *   readers of `value` must be in the region
 */
export function findRegion(value: string, context: LoweringContext, start?: Node): Region | undefined {
  const { graph } = context;
  const rank = graph.values.get(value)?.shape?.length ?? 0;
  const made = new Map<string, Node>();
  let channels = 1;
  for (const node of graph.nodes) {
    if (node.domain !== "" || !elementwise.has(node.op) || node.outputs.length !== 1) continue;
    const inputs = node.inputs.filter((name) => name !== "");
    if (!inputs.some((name) => name === value || made.has(name))) continue;
    const sizes = inputs.map((name) => {
      if (name === value || made.has(name)) return 1;
      const constant = graph.initializers.get(name);
      return constant === undefined ? undefined : constantChannels(constant.shape, rank);
    });
    if (!sizes.every((n): n is number => n !== undefined)) continue;
    channels = Math.max(channels, ...sizes);
    made.set(node.outputs[0], node);
  }
  let best: Node[] = [];
  for (const exit of made.keys()) {
    const nodes = nodesOf(exit, value, made);
    if (nodes.length > best.length && isClosed(nodes, exit, value, context, start)) best = nodes;
  }
  if (best.length === 0) return undefined;
  const output = best.at(-1)!.outputs[0];
  return { nodes: best, output, activation: activationOf(best, value, channels, context) };
}

/** The nodes that compute `exit` from `value`, in the graph's order. */
function nodesOf(exit: string, value: string, made: ReadonlyMap<string, Node>): Node[] {
  const needed = new Set<Node>();
  const visit = (name: string): void => {
    const node = made.get(name);
    if (name === value || node === undefined || needed.has(node)) return;
    needed.add(node);
    node.inputs.forEach(visit);
  };
  visit(exit);
  return [...made.values()].filter((node) => needed.has(node));
}

function isClosed(
  nodes: readonly Node[],
  exit: string,
  value: string,
  context: LoweringContext,
  start: Node | undefined,
): boolean {
  if (start !== undefined && !nodes.includes(start)) return false;
  const interior = nodes.map((node) => node.outputs[0]).filter((name) => name !== exit);
  if (start === undefined) interior.push(value);
  return interior.every(
    (name) => !context.isWanted(name) && context.readers(name).every((node) => nodes.includes(node)),
  );
}

function activationOf(
  nodes: readonly Node[],
  value: string,
  channels: number,
  context: LoweringContext,
): Activation {
  const [node] = nodes;
  const constant = (input: number): number | undefined => {
    const name = node.inputs[input];
    return name ? numbers(context.graph.initializers.get(name)!)[0] : undefined;
  };
  if (nodes.length === 1 && node.inputs[0] === value) {
    if (node.op === "Relu") return relu;
    if (node.op === "LeakyRelu") return leakyRelu(Math.fround(node.attributes.float("alpha", 0.01)));
    if (node.op === "PRelu" && channels === 1) return leakyRelu(constant(1) ?? 0);
    if (node.op === "Clip") {
      const low = constant(1) ?? node.attributes.float("min", Number.NEGATIVE_INFINITY);
      const high = constant(2) ?? node.attributes.float("max", Number.POSITIVE_INFINITY);
      return clip(low, high);
    }
  }
  const name = nodes.map((n) => n.op.toLowerCase()).join("+");
  const rank = context.graph.values.get(value)?.shape?.length ?? 2;
  const part = partOf(context.graph, nodes, value);
  return evaluated(name, channels > 1, (values, channel) => {
    const shape = [values.length, channels, ...new Array<number>(Math.max(0, rank - 2)).fill(1)].slice(
      0,
      Math.max(rank, 1),
    );
    const input = new Float32Array(values.length * channels);
    for (let i = 0; i < input.length; i++) input[i] = values[Math.floor(i / channels)];
    const output = runGraph(part, { [value]: tensor(shape, input) })[part.outputs[0].name];
    const data = numberData(output);
    const result = Float32Array.from(values, (_, i) => data[i * channels + (channels > 1 ? channel : 0)]);
    const bad = result.findIndex((v) => !Number.isFinite(v));
    if (bad !== -1)
      throw error("quantize-structure", nodes.at(-1)!.name, `it is ${result[bad]} at ${values[bad]}`);
    return result;
  });
}

/** A graph of some nodes alone. */
function partOf(graph: Graph, nodes: readonly Node[], value: string): Graph {
  const output = nodes.at(-1)!.outputs[0];
  const used = new Set(nodes.flatMap((node) => node.inputs));
  return {
    ...graph,
    inputs: [{ name: value, dtype: "float32", shape: undefined }],
    outputs: [{ name: output, dtype: "float32", shape: undefined }],
    nodes: [...nodes],
    initializers: new Map([...graph.initializers].filter(([name]) => used.has(name))),
    values: new Map(),
  };
}
