import { type Node, numberData } from "@matchmul/model";
import { error } from "../errors.js";
import type { LoweringContext } from "./context.js";
import type { FloatLinear } from "./linear.js";

/** y = scale[c] * x + shift[c]; arrays of one value stand for all channels. */
export interface Affine {
  scale: Float64Array;
  shift: Float64Array;
}

/** The node as an affine function of `value` with constants per channel, or undefined where it is none. */
export function affineOf(node: Node, value: string, context: LoweringContext): Affine | undefined {
  if (node.domain !== "") return undefined;
  if (node.op === "BatchNormalization") return batchNormalization(node, context);
  if (!["Add", "Sub", "Mul", "Div"].includes(node.op)) return undefined;
  const first = node.inputs[0] === value;
  const name = node.inputs[first ? 1 : 0];
  const rank = context.graph.values.get(value)?.shape?.length ?? 0;
  const shape = context.graph.initializers.get(name)?.shape;
  if (shape === undefined || name === value) return undefined;
  const count = shape.reduce((a, b) => a * b, 1);
  // Right-aligned with [N, C, ...]: only the channel dimension may be longer than 1.
  const axis = shape.length - rank + 1;
  if (count !== 1 && (axis < 0 || shape[axis] !== count)) return undefined;
  const c = Float64Array.from(context.constant(node, first ? 1 : 0)!);
  const zero = new Float64Array(1);
  const one = Float64Array.of(1);
  if (node.op === "Add") return { scale: one, shift: c };
  if (node.op === "Mul") return { scale: c, shift: zero };
  if (node.op === "Sub")
    return first ? { scale: one, shift: c.map((v) => -v) } : { scale: Float64Array.of(-1), shift: c };
  return first ? { scale: c.map((v) => 1 / v), shift: zero } : undefined;
}

/** In inference: scale * (x - mean) / sqrt(variance + epsilon) + bias. */
function batchNormalization(node: Node, context: LoweringContext): Affine {
  const [gamma, beta, mean, variance] = [1, 2, 3, 4].map((i) => {
    const tensor = context.graph.initializers.get(node.inputs[i]);
    if (tensor === undefined) throw error("quantize-structure", node.name, "its statistics are not constant");
    return numberData(tensor);
  });
  const epsilon = node.attributes.float("epsilon", 1e-5);
  const scale = Float64Array.from(gamma, (g, c) => g / Math.sqrt(variance[c] + epsilon));
  const shift = Float64Array.from(beta, (b, c) => b - mean[c] * scale[c]);
  if (![...scale, ...shift].every(Number.isFinite)) throw error("quantize-not-finite", node.name);
  return { scale, shift };
}

/**
 * Takes the affine nodes after a weighted sum into its weights and bias, as long as nothing else reads the
 * values between.
 * @returns the last value taken in
 */
export function foldAffine(made: string, float: FloatLinear, context: LoweringContext): string {
  let value = made;
  for (;;) {
    const next = context.soleConsumer(value);
    const affine = next === undefined ? undefined : affineOf(next, value, context);
    const outputs = float.bias.length;
    if (next === undefined || affine === undefined) return value;
    if ([affine.scale, affine.shift].some((a) => a.length !== 1 && a.length !== outputs)) return value;
    const perOutput = float.weights.length / outputs;
    for (let o = 0; o < outputs; o++) {
      const scale = affine.scale[affine.scale.length === 1 ? 0 : o];
      for (let i = o * perOutput, end = i + perOutput; i < end; i++) float.weights[i] *= scale;
      float.bias[o] = float.bias[o] * scale + affine.shift[affine.shift.length === 1 ? 0 : o];
    }
    context.fused.add(next);
    value = next.outputs[0];
  }
}
