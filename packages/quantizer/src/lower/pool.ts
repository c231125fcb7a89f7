import type { Node } from "@matchmul/model";
import { INT32_MAX, largestInput } from "../accumulator.js";
import { error } from "../errors.js";
import { elementCount } from "../quantize-input.js";
import type { Window } from "../quantized-model.js";
import { insideCounts } from "../window.js";
import type { Lowering, LoweringContext } from "./context.js";
import { fuseActivation } from "./emit.js";
import { buildRequantization } from "./linear.js";
import { globalWindow, imageShape, leavesPadding, windowOf } from "./spatial.js";

/** MaxPool: the integers keep their scale, since rounding does not change their order. */
export const lowerMaxPool: Lowering = (node, context) => {
  if (node.outputs[1]) throw error("quantize-structure", node.name, "its second output (indices) is wanted");
  emitMaxPool(node, windowOf(node, node.attributes.ints("kernel_shape", []), context), context);
};

export const lowerGlobalMaxPool: Lowering = (node, context) =>
  emitMaxPool(node, globalWindow(imageShape(node.inputs[0], node, context).size), context);

function emitMaxPool(node: Node, window: Window, context: LoweringContext): void {
  const input = context.tensorOf(node.inputs[0], node);
  const { channels } = imageShape(node.inputs[0], node, context);
  const output = context.likewise(node.outputs[0], context.shapeOf(node.outputs[0], node), input);
  context.layers.push({
    kind: "max-pool",
    name: node.name,
    input: input.name,
    output: output.name,
    channels,
    window,
  });
}

export const lowerAveragePool: Lowering = (node, context) => {
  const window = windowOf(node, node.attributes.ints("kernel_shape", []), context);
  const includePad = node.attributes.int("count_include_pad", 0) !== 0;
  if (includePad && leavesPadding(node, window))
    throw error("quantize-structure", node.name, "it counts padding, and ceil_mode leaves the padding");
  emitAveragePool(node, window, includePad, context);
};

export const lowerGlobalAveragePool: Lowering = (node, context) =>
  emitAveragePool(node, globalWindow(imageShape(node.inputs[0], node, context).size), false, context);

/** ReduceMean over all spatial dimensions is a global average pool. */
export const lowerReduceMean: Lowering = (node, context) => {
  const rank = context.graph.values.get(node.inputs[0])?.shape?.length ?? 0;
  const axes = node.attributes.ints("axes") ?? Array.from(context.constant(node, 1) ?? []);
  const sorted = axes.map((a) => (a < 0 ? a + rank : a)).sort((a, b) => a - b);
  if (rank < 3 || sorted.length !== rank - 2 || sorted.some((a, i) => a !== i + 2))
    throw error("quantize-structure", node.name, "it does not average over exactly the spatial dimensions");
  lowerGlobalAveragePool(node, context);
};

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? a : greatestCommonDivisor(b, a % b);

/**
 * Multipliers that make windows with different numbers of elements comparable: multiplier * count is their
 * least common multiple for every count that occurs.
 */
export function poolMultipliers(
  counts: readonly number[],
  area: number,
): { multipliers: Int32Array; common: number } {
  const occurring = counts.filter((n) => n > 0);
  const common = occurring.reduce((lcm, n) => (lcm / greatestCommonDivisor(lcm, n)) * n, 1);
  const multipliers = new Int32Array(area + 1);
  for (const n of occurring) multipliers[n] = common / n;
  return { multipliers, common };
}

function emitAveragePool(node: Node, window: Window, includePad: boolean, context: LoweringContext): void {
  const input = context.tensorOf(node.inputs[0], node);
  const { channels } = imageShape(node.inputs[0], node, context);
  const area = elementCount(window.kernel);
  const counts = insideCounts(window);
  // Padding that counts as elements of zero adds nothing to the sum and leaves the divisor alone.
  const { multipliers, common } = includePad
    ? { multipliers: new Int32Array(area + 1).fill(1), common: area }
    : poolMultipliers(counts, area);
  const bound = Math.max(...counts.map((n) => n * multipliers[n])) * largestInput(input.range);
  if (!(bound < INT32_MAX / 2)) throw error("accumulator-overflow", node.name, bound);
  const { value, activation } = fuseActivation(node.outputs[0], context);
  const shape = context.shapeOf(value, node);
  const last = value === context.logitsValue;
  const base = {
    kind: "average-pool" as const,
    name: node.name,
    input: input.name,
    channels,
    window,
    multipliers,
  };
  if (last) {
    const output = context.accumulators(value, shape, input.scale / common);
    context.layers.push({
      ...base,
      output: output.name,
      bias: 0,
      activation: activation.name,
      requantization: null,
    });
    return;
  }
  const output = context.activation(value, shape);
  const { requantization, rounding } = buildRequantization(
    [
      {
        activation,
        unit: { times: [input.scale], over: common },
        outputScale: output.scale,
        outputRange: output.range,
        reach: [input.range[0] < 0 ? -bound : 0, bound],
      },
    ],
    context.options.requantization,
  );
  context.layers.push({
    ...base,
    output: output.name,
    bias: rounding[0],
    activation: activation.name,
    requantization,
  });
}
