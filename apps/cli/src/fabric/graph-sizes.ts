import { type Graph, type Node, nodeTitle } from "@matchmul/model";
import type { FabricLayer } from "@matchmul/planner";
import { error } from "../diagnostics.js";
import { chained, convolutionLayer, denseLayer, type ImageSize, type Pair, pooledLayer } from "./layer.js";

/** Operators after which no value is negative, with those that leave signs as they are, and those that do not. */
const nonNegative = new Set(["Relu", "Sigmoid", "HardSigmoid", "Softplus", "Abs"]);
const keeping = new Set([
  "Flatten",
  "Reshape",
  "Squeeze",
  "Unsqueeze",
  "Transpose",
  "Identity",
  "Dropout",
  "Pad",
]);
const signed = new Set([
  ..."LeakyRelu PRelu Elu Celu Selu Tanh Gelu HardSwish Swish Mish Softsign ThresholdedRelu".split(" "),
]);
/** At the end: the switch takes the largest logit. */
const heads = new Set(["Softmax", "LogSoftmax", "ArgMax"]);

/**
 * The layers of a normalised float graph by size: what a plan on a fabric takes of it. Weights and calibration do not
 * matter; an input is taken to have negative values.
 *
 * @throws MatchMulError sizes-unsupported for what is no chain of linear layers, pooling and activations
 */
export function graphLayers(graph: Graph): FabricLayer[] {
  const refuse = (node: Node, why: string) => error("sizes-unsupported", nodeTitle(node), why);
  const shapeOf = (value: string, node: Node): number[] => {
    const shape = graph.values.get(value)?.shape?.slice(1);
    if (shape?.every((d) => typeof d === "number")) return shape as number[];
    throw refuse(node, "its shape is not known");
  };
  const product = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
  const layers: FabricLayer[] = [];
  let value = graph.inputs[0]?.name;
  let planes = 8;
  /** Channels and sizes of the last value that was an image. */
  let lastImage: number[] | undefined;
  for (const node of graph.nodes) {
    const [data, weights] = node.inputs;
    const [made] = node.outputs;
    if (data !== value) throw refuse(node, "it does not take what the node before it makes");
    const convolved = (kernel: Pair, outputs: number, groups: number): FabricLayer => {
      const [, ...out] = shapeOf(made, node);
      return convolutionLayer({
        name: node.name,
        input: imageOf(shapeOf(data, node)),
        outputs,
        kernel,
        stride: pairOf(node.attributes.ints("strides"), 1),
        dilation: pairOf(node.attributes.ints("dilations"), 1),
        padBefore: pairOf(node.attributes.ints("pads")?.slice(0, out.length), 0),
        outSize: pairOf(out, 1),
        groups,
        planes,
      });
    };
    const kernel = () => product(node.attributes.ints("kernel_shape") ?? []);
    if (node.op === "Conv") {
      const shape = graph.initializers.get(weights)?.shape;
      if (shape === undefined) throw refuse(node, "its weights are not constant");
      layers.push(convolved(pairOf(shape.slice(2), 1), shape[0], node.attributes.int("group", 1)));
      planes = 8;
    } else if (node.op === "Gemm") {
      const shape = graph.initializers.get(weights)?.shape;
      if (shape === undefined) throw refuse(node, "its weights are not constant");
      const [outputs, inputs] = node.attributes.int("transB", 0) === 1 ? shape : [shape[1], shape[0]];
      // Flattened before it, an image is still one in the activation store.
      const image = lastImage !== undefined && product(lastImage) === inputs ? lastImage : [inputs];
      layers.push(denseLayer(node.name, imageOf(image), outputs, planes));
      planes = 8;
    } else if (node.op === "AveragePool" || node.op === "GlobalAveragePool") {
      // A convolution of each channel by itself.
      const [channels, ...image] = shapeOf(data, node);
      const window = node.op === "AveragePool" ? (node.attributes.ints("kernel_shape") ?? []) : image;
      layers.push(convolved(pairOf(window, 1), channels, channels));
    } else if (node.op === "MaxPool" || node.op === "GlobalMaxPool") {
      const before = layers.at(-1);
      if (before === undefined) throw refuse(node, "there is no layer before it that could pool");
      const [, ...image] = shapeOf(made, node);
      const strides = product(node.attributes.ints("strides") ?? [1]);
      const apart = node.op === "MaxPool" && kernel() === strides;
      const pooled = product(image);
      const window = apart ? strides : Math.max(1, Math.ceil(product(shapeOf(data, node).slice(1)) / pooled));
      layers[layers.length - 1] = pooledLayer(before, pooled, before.window * window);
    } else if (nonNegative.has(node.op)) planes = 7;
    else if (node.op === "Clip") {
      const low = graph.initializers.get(node.inputs[1] ?? "")?.data[0];
      planes = low !== undefined && Number(low) >= 0 ? 7 : 8;
    } else if (signed.has(node.op)) planes = 8;
    else if (!keeping.has(node.op) && !heads.has(node.op))
      throw refuse(node, "only linear layers, pooling and activations one after the other are planned");
    const known = graph.values.get(made)?.shape?.slice(1);
    if (known !== undefined && known.length > 1 && known.every((d) => typeof d === "number"))
      lastImage = known as number[];
    else if (layers.at(-1)?.name === node.name) lastImage = undefined;
    value = made;
  }
  if (layers.length === 0) throw error("sizes-unsupported", graph.name, "it has no linear layer");
  return chained(layers);
}

/** A pair of a layer's sizes; one-dimensional layers have height 1. */
function pairOf(sizes: readonly number[] | undefined, fallback: number): Pair {
  const [first = fallback, second] = sizes ?? [];
  return second === undefined ? [sizes?.length === 1 ? 1 : fallback, first] : [first, second];
}

/** A value's shape, channels first, without the batch, as an image; plain features are channels. */
function imageOf([channels, ...size]: readonly number[]): ImageSize {
  const [height, width] = size.length === 0 ? [1, 1] : size.length === 1 ? [1, size[0]] : size;
  return { height, width, channels };
}
