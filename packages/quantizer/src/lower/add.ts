import type { Node } from "@matchmul/model";
import { INT32_MAX, largestInput } from "../accumulator.js";
import { error } from "../errors.js";
import { roundRatio } from "../exact.js";
import type { Lowering, LoweringContext } from "./context.js";
import { fuseActivation } from "./emit.js";
import { buildRequantization } from "./linear.js";

/** Steps of the finer accumulator in the coarser input's scale: the multipliers' precision. */
const PRECISION = 2 ** 12;

/** Add or Sub of two activations of one shape: a residual connection. */
export const lowerAddition: Lowering = (node, context) => {
  const [left, right] = node.inputs;
  const shape = context.shapeOf(node.outputs[0], node);
  for (const input of [left, right])
    if (context.shapeOf(input, node).join() !== shape.join())
      throw error(
        "quantize-structure",
        node.name,
        "its inputs have different shapes, and neither is constant",
      );
  emitAddition(node, left, right, node.op === "Sub" ? -1 : 1, shape, context);
};

function emitAddition(
  node: Node,
  left: string,
  right: string,
  sign: 1 | -1,
  shape: number[],
  context: LoweringContext,
): void {
  const a = context.bytesOf(left, node);
  const b = context.bytesOf(right, node);
  const step = Math.max(a.scale, b.scale) / PRECISION;
  const multipliers: [number, number] = [roundRatio([a.scale], [step]), sign * roundRatio([b.scale], [step])];
  const { value, activation } = fuseActivation(node.outputs[0], context);
  const last = value === context.logitsValue && activation.name === "none";
  const output = last ? context.accumulators(value, shape, step) : context.activation(value, shape);
  const bound =
    Math.abs(multipliers[0]) * largestInput(a.range) + Math.abs(multipliers[1]) * largestInput(b.range);
  if (!(bound < INT32_MAX / 2)) throw error("accumulator-overflow", node.name, bound);
  const made = last
    ? { requantization: null, rounding: [0] }
    : buildRequantization(
        [
          {
            activation,
            unit: { times: [step] },
            outputScale: output.scale,
            outputRange: output.range,
            reach: [-bound, bound],
          },
        ],
        context.options.requantization,
      );
  context.layers.push({
    kind: "add",
    name: node.name,
    inputs: [a.name, b.name],
    output: output.name,
    multipliers,
    bias: made.rounding[0],
    activation: activation.name,
    requantization: made.requantization,
  });
}
