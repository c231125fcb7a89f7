import { consumers, type Graph, type Node, numberData, producers, type Tensor } from "@matchmul/model";
import { elementCount } from "./quantize-input.js";

/** Operators between two layers that multiply through: f(s * x) = s * f(x) for s > 0, channel by channel. */
const homogeneous = new Set([
  ...["Relu", "LeakyRelu", "PRelu", "Identity", "Dropout"],
  ...["MaxPool", "AveragePool", "GlobalMaxPool", "GlobalAveragePool", "Flatten", "Reshape"],
]);

/** Rounds over all pairs; the scales of a chain settle in a few. */
const ROUNDS = 12;

/** A layer as two views of its weights: its outputs' rows, and its inputs' columns. */
interface Layer {
  node: Node;
  weights: Float32Array;
  /** Index of each weight's output and input channel. */
  output: (i: number) => number;
  input: (i: number) => number;
  outputs: number;
  inputs: number;
}

interface Pair {
  first: Layer;
  second: Layer;
  /** Input channels of the second layer for each output channel of the first: more than one after a Flatten. */
  spread: number;
}

/**
 * Cross-layer equalisation (M. Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction",
 * 2019): where nothing but ReLU and pooling is between two layers, a channel of the first is divided by a
 * factor and the second's weights for it are multiplied by it. The network computes the same (within float rounding),
 * and channels of very different ranges, which one scale cannot serve, become alike.
 * @returns a new graph; calibrate that one
 */
export function equalise(graph: Graph): Graph {
  const copy: Graph = { ...graph, initializers: new Map(graph.initializers) };
  const owned = new Map<string, Float32Array>();
  const own = (name: string): Float32Array => {
    let data = owned.get(name);
    if (data === undefined) {
      const tensor = copy.initializers.get(name)!;
      owned.set(name, (data = Float32Array.from(numberData(tensor))));
      copy.initializers.set(name, { dtype: "float32", shape: tensor.shape, data } satisfies Tensor);
    }
    return data;
  };
  const pairs = findPairs(copy, own);
  for (let round = 0; round < ROUNDS; round++) for (const pair of pairs) balance(pair, own);
  return copy;
}

function findPairs(graph: Graph, own: (name: string) => Float32Array): Pair[] {
  const readers = consumers(graph);
  const made = producers(graph);
  const uses = new Map<string, number>();
  for (const node of graph.nodes) for (const name of node.inputs) uses.set(name, (uses.get(name) ?? 0) + 1);
  const layers = new Map<Node, Layer>();
  for (const node of graph.nodes) {
    const layer = layerOf(node, graph, uses, own);
    if (layer !== undefined) layers.set(node, layer);
  }
  const pairs: Pair[] = [];
  for (const second of layers.values()) {
    let value = second.node.inputs[0];
    for (let node = made.get(value); node !== undefined; node = made.get(value)) {
      if ((readers.get(value) ?? []).length !== 1 || graph.outputs.some((o) => o.name === value)) break;
      const first = layers.get(node);
      if (first !== undefined) {
        if (second.inputs % first.outputs === 0)
          pairs.push({ first, second, spread: second.inputs / first.outputs });
        break;
      }
      if (!homogeneous.has(node.op) || node.domain !== "") break;
      value = node.inputs[0];
    }
  }
  return pairs;
}

/** A Conv or Gemm whose weights are its own, as a layer; grouped convolutions only where depthwise. */
function layerOf(
  node: Node,
  graph: Graph,
  uses: ReadonlyMap<string, number>,
  own: (name: string) => Float32Array,
): Layer | undefined {
  const shape = graph.initializers.get(node.inputs[1])?.shape;
  const constants = node.inputs.slice(1).filter((name) => name !== "");
  if (node.domain !== "" || shape === undefined) return undefined;
  if (constants.some((name) => !graph.initializers.has(name) || uses.get(name) !== 1)) return undefined;
  const { attributes } = node;
  if (node.op === "Conv") {
    const group = attributes.int("group", 1);
    const [outputs, perGroup] = shape;
    const area = elementCount(shape.slice(2));
    const output = (i: number) => Math.floor(i / (perGroup * area));
    if (group === 1)
      return {
        node,
        weights: own(node.inputs[1]),
        output,
        input: (i) => Math.floor(i / area) % perGroup,
        outputs,
        inputs: perGroup,
      };
    if (perGroup !== 1 || outputs !== group) return undefined;
    return { node, weights: own(node.inputs[1]), output, input: output, outputs, inputs: group };
  }
  if (node.op !== "Gemm" || attributes.int("transA", 0) !== 0) return undefined;
  if (attributes.float("alpha", 1) !== 1 || attributes.float("beta", 1) !== 1) return undefined;
  const transposed = attributes.int("transB", 0) !== 0;
  const [outputs, inputs] = transposed ? shape : [shape[1], shape[0]];
  const bias = graph.initializers.get(node.inputs[2] ?? "");
  if (bias !== undefined && elementCount([...bias.shape]) !== outputs) return undefined;
  const slow = (i: number) => Math.floor(i / shape[1]);
  const fast = (i: number) => i % shape[1];
  return {
    node,
    weights: own(node.inputs[1]),
    output: transposed ? slow : fast,
    input: transposed ? fast : slow,
    outputs,
    inputs,
  };
}

/** Makes the ranges of the first layer's output channels and the second's input channels equal. */
function balance({ first, second, spread }: Pair, own: (name: string) => Float32Array): void {
  const out = new Float64Array(first.outputs);
  for (let i = 0; i < first.weights.length; i++) {
    const c = first.output(i);
    out[c] = Math.max(out[c], Math.abs(first.weights[i]));
  }
  const into = new Float64Array(first.outputs);
  for (let i = 0; i < second.weights.length; i++) {
    const c = Math.floor(second.input(i) / spread);
    into[c] = Math.max(into[c], Math.abs(second.weights[i]));
  }
  const factor = out.map((r, c) => {
    const f = Math.sqrt(r / into[c]);
    // Channels that are zero on either side stay as they are.
    return Number.isFinite(f) && f > 1e-8 && f < 1e8 ? f : 1;
  });
  for (let i = 0; i < first.weights.length; i++) first.weights[i] /= factor[first.output(i)];
  if (first.node.inputs[2]) {
    const bias = own(first.node.inputs[2]);
    for (let c = 0; c < bias.length; c++) bias[c] /= factor[c];
  }
  for (let i = 0; i < second.weights.length; i++)
    second.weights[i] *= factor[Math.floor(second.input(i) / spread)];
}
