import { type Graph, type Node, nodeTitle } from "@matchmul/model";
import { dense, type FabricLayer } from "@matchmul/planner";
import { error } from "../diagnostics.js";

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
  for (const node of graph.nodes) {
    const [data, weights] = node.inputs;
    const [made] = node.outputs;
    if (data !== value) throw refuse(node, "it does not take what the node before it makes");
    const convolved = (reduction: number, outputs: number): FabricLayer => ({
      name: node.name,
      reduction,
      outputs,
      positions: product(shapeOf(made, node).slice(1)),
      window: 1,
      planes,
      inputs: product(shapeOf(data, node)),
    });
    const kernel = () => product(node.attributes.ints("kernel_shape") ?? []);
    if (node.op === "Conv") {
      const shape = graph.initializers.get(weights)?.shape;
      if (shape === undefined) throw refuse(node, "its weights are not constant");
      layers.push(convolved(product(shape.slice(1)), shape[0]));
      planes = 8;
    } else if (node.op === "Gemm") {
      const shape = graph.initializers.get(weights)?.shape;
      if (shape === undefined) throw refuse(node, "its weights are not constant");
      const [outputs, inputs] = node.attributes.int("transB", 0) === 1 ? shape : [shape[1], shape[0]];
      layers.push(dense(node.name, inputs, outputs, planes));
      planes = 8;
    } else if (node.op === "AveragePool" || node.op === "GlobalAveragePool") {
      // A convolution of each channel by itself.
      const [channels, ...image] = shapeOf(data, node);
      layers.push(convolved(node.op === "AveragePool" ? kernel() : product(image), channels));
    } else if (node.op === "MaxPool" || node.op === "GlobalMaxPool") {
      const before = layers.at(-1);
      if (before === undefined) throw refuse(node, "there is no layer before it that could pool");
      const [, ...image] = shapeOf(made, node);
      const strides = product(node.attributes.ints("strides") ?? [1]);
      const apart = node.op === "MaxPool" && kernel() === strides;
      before.window *= apart
        ? strides
        : Math.max(1, Math.ceil(product(shapeOf(data, node).slice(1)) / product(image)));
    } else if (nonNegative.has(node.op)) planes = 7;
    else if (node.op === "Clip") {
      const low = graph.initializers.get(node.inputs[1] ?? "")?.data[0];
      planes = low !== undefined && Number(low) >= 0 ? 7 : 8;
    } else if (signed.has(node.op)) planes = 8;
    else if (!keeping.has(node.op) && !heads.has(node.op))
      throw refuse(node, "only linear layers, pooling and activations one after the other are planned");
    value = made;
  }
  if (layers.length === 0) throw error("sizes-unsupported", graph.name, "it has no linear layer");
  return layers;
}
