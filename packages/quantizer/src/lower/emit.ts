import type { Node } from "@matchmul/model";
import { type Activation, identity, relu } from "../activation.js";
import { error } from "../errors.js";
import type { QuantizedTensor, Window } from "../quantized-model.js";
import { foldAffine } from "./affine.js";
import type { LoweringContext } from "./context.js";
import { findRegion } from "./elementwise.js";
import { type FloatLinear, quantizeLinear } from "./linear.js";

/** A weighted sum of the graph, as a convolution or, without a window, as a fully connected layer. */
export interface FloatLayer {
  node: Node;
  /** The float value the node makes. */
  made: string;
  input: QuantizedTensor;
  float: FloatLinear;
  /** Shape of the output tensor. */
  shape: number[];
  convolution?: { inChannels: number; groups: number; window: Window };
}

/** Takes the activation function after a value into the layer that makes it. */
export function fuseActivation(
  made: string,
  context: LoweringContext,
): { value: string; activation: Activation } {
  const region = context.isWanted(made) ? undefined : findRegion(made, context);
  if (region === undefined) return { value: made, activation: identity };
  for (const node of region.nodes) context.fused.add(node);
  return { value: region.output, activation: region.activation };
}

/**
 * Emits a weighted sum with what follows it: constants per channel go into its weights, the activation
 * function into its requantization. The sum that is the graph's logits stays int32.
 */
export function emitLinear(layer: FloatLayer, context: LoweringContext): void {
  const { node, input, float, shape, convolution } = layer;
  if (input.dtype === "int32")
    throw error("quantize-structure", node.name, `its input ${input.name} is the logits, which stay int32`);
  const affine = foldAffine(layer.made, float, context);
  if (![...float.bias].every(Number.isFinite) || !float.weights.every(Number.isFinite))
    throw error("quantize-not-finite", node.name);
  const { value, activation } = fuseActivation(affine, context);
  const last = value === context.logitsValue && activation === identity;
  const output = last
    ? context.accumulators(value, shape, 1)
    : context.activation(value, shape, activation === relu);
  const integers = quantizeLinear(
    float,
    { name: node.name, input, output, activation, inputMean: inputMeans(layer, context) },
    context.options,
  );
  if (last) output.scale = Math.fround(input.scale * integers.weightScale[0]);
  const base = { name: node.name, input: input.name, output: output.name };
  const { requantization, ...sums } = integers;
  const outputs = float.bias.length;
  if (convolution === undefined && (requantization === null || requantization.kind === "shift-lut")) {
    context.layers.push({
      kind: "fully-connected",
      ...base,
      inFeatures: float.weights.length / outputs,
      outFeatures: outputs,
      ...sums,
      activation: activation === relu ? "relu" : "none",
      requantization,
    });
    return;
  }
  const place = convolution ?? { inChannels: float.weights.length / outputs, groups: 1, window: pointWindow };
  context.layers.push({
    kind: "convolution",
    ...base,
    ...place,
    outChannels: outputs,
    padValue: input.zeroPoint,
    ...sums,
    activation: activation.name,
    requantization,
  });
}

/** One position: a fully connected layer as a convolution. */
export const pointWindow: Window = {
  inSize: [1, 1],
  outSize: [1, 1],
  kernel: [1, 1],
  stride: [1, 1],
  dilation: [1, 1],
  padBefore: [0, 0],
};

/** The calibrated mean of the input that each weight meets, where bias correction is wanted. */
function inputMeans(
  { node, input, float, convolution }: FloatLayer,
  context: LoweringContext,
): ((o: number, index: number) => number) | undefined {
  if (!context.options.biasCorrection) return undefined;
  const means = context.channelMeans(node.inputs[0]) ?? context.channelMeans(input.name);
  if (means === undefined) return undefined;
  const outputs = float.bias.length;
  if (convolution === undefined) {
    const perChannel = float.weights.length / outputs / means.length;
    return (_, index) => means[Math.floor(index / perChannel)];
  }
  const { inChannels, groups, window } = convolution;
  const perGroup = inChannels / groups;
  const area = window.kernel[0] * window.kernel[1];
  return (o, index) => means[Math.floor((o * groups) / outputs) * perGroup + Math.floor(index / area)];
}
