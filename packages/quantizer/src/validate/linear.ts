import { accumulatorBounds, INT32_MAX } from "../accumulator.js";
import { error } from "../errors.js";
import { elementCount } from "../quantize-input.js";
import type {
  AddLayer,
  AveragePoolLayer,
  ConvolutionLayer,
  FullyConnectedLayer,
} from "../quantized-model.js";
import { insideCounts } from "../window.js";
import { type Context, INT32, isInteger, isSize } from "./context.js";
import { checkRequantization } from "./requantization.js";
import { checkWindow } from "./window.js";

const anyKind = ["shift-lut", "channel-shift-lut", "threshold"] as const;

/** The accumulators' bounds, proved from the very weights the layer has. @throws accumulator-overflow */
function provenBounds(
  name: string,
  weights: Int8Array | Int16Array,
  bias: Int32Array,
  inputRange: readonly [number, number],
): Int32Array {
  const bounds = accumulatorBounds(weights, bias, inputRange);
  const over = bounds.find((b) => b >= INT32_MAX);
  if (over !== undefined) throw error("accumulator-overflow", name, over);
  return Int32Array.from(bounds);
}

/** As provenBounds, for the one accumulator of layers without weights. */
function provenBound(name: string, bound: number): number {
  if (!(bound < INT32_MAX)) throw error("accumulator-overflow", name, bound);
  return bound;
}

const largest = ([low, high]: readonly [number, number]): number => Math.max(Math.abs(low), Math.abs(high));

function checkWeights(
  layer: { weights: unknown; bias: unknown; weightScale: unknown },
  outputs: number,
  perOutput: number,
  context: Context,
): void {
  const { weights, bias, weightScale } = layer;
  if (
    !(weights instanceof Int8Array || weights instanceof Int16Array) ||
    weights.length !== outputs * perOutput
  )
    throw context.fail(`its weights are not ${outputs} x ${perOutput} int8`);
  if (!(bias instanceof Int32Array) || bias.length !== outputs)
    throw context.fail(`its bias is not ${outputs} int32`);
  const scales: unknown[] = Array.isArray(weightScale) ? weightScale : [];
  if (
    (scales.length !== 1 && scales.length !== outputs) ||
    !scales.every((s) => typeof s === "number" && s > 0 && Number.isFinite(s))
  )
    throw context.fail("its weight scale is not one positive number, or one per output");
}

export function checkFullyConnected(layer: FullyConnectedLayer, context: Context): void {
  const { inFeatures, outFeatures, weights, bias } = layer;
  if (!isSize(inFeatures) || !isSize(outFeatures)) throw context.fail("its sizes are not positive integers");
  const input = context.bytes(layer.input);
  const output = context.output(layer.output);
  context.elements(input, inFeatures, "input features");
  context.elements(output, outFeatures, "output features");
  checkWeights(layer, outFeatures, inFeatures, context);
  if (!(weights instanceof Int8Array)) throw context.fail("its weights are not int8");
  if (layer.activation !== "none" && layer.activation !== "relu")
    throw context.fail(`its activation function ${String(layer.activation)} is not known`);
  checkRequantization(layer.requantization, output, outFeatures, ["shift-lut"], context);
  layer.accumulatorBound = provenBounds(layer.name, weights, bias, input.range);
}

export function checkConvolution(layer: ConvolutionLayer, context: Context): void {
  const { inChannels, outChannels, groups, window, padValue, weights, bias } = layer;
  if (!isSize(inChannels) || !isSize(outChannels) || !isSize(groups))
    throw context.fail("its channels and groups are not positive integers");
  if (inChannels % groups !== 0 || outChannels % groups !== 0)
    throw context.fail(`${inChannels} and ${outChannels} channels do not divide into ${groups} groups`);
  checkWindow(window, context);
  const input = context.bytes(layer.input);
  const output = context.output(layer.output);
  context.elements(input, inChannels * elementCount(window.inSize), "input elements");
  context.elements(output, outChannels * elementCount(window.outSize), "output elements");
  checkWeights(layer, outChannels, (inChannels / groups) * elementCount(window.kernel), context);
  if (!isInteger(padValue, -128, 255)) throw context.fail("its pad value is not 8 bits wide");
  checkRequantization(layer.requantization, output, outChannels, anyKind, context);
  const { range } = input;
  layer.accumulatorBound = provenBounds(layer.name, weights, bias, [
    Math.min(range[0], padValue),
    Math.max(range[1], padValue),
  ]);
}

export function checkAveragePool(layer: AveragePoolLayer, context: Context): void {
  const { channels, window, multipliers, bias } = layer;
  if (!isSize(channels)) throw context.fail("its channels are not a positive integer");
  checkWindow(window, context);
  const input = context.bytes(layer.input);
  const output = context.output(layer.output);
  context.elements(input, channels * elementCount(window.inSize), "input elements");
  context.elements(output, channels * elementCount(window.outSize), "output elements");
  const counts = insideCounts(window);
  if (!(multipliers instanceof Int32Array) || multipliers.length !== elementCount(window.kernel) + 1)
    throw context.fail("it has not one multiplier for each number of elements a window can hold");
  if (!counts.every((n) => n === 0 || multipliers[n] > 0))
    throw context.fail("a number of elements that occurs in its windows has no multiplier");
  if (!isInteger(bias, ...INT32)) throw context.fail("its bias is not int32");
  checkRequantization(layer.requantization, output, channels, ["shift-lut", "threshold"], context);
  const most = Math.max(...counts.map((n) => n * multipliers[n]));
  layer.accumulatorBound = provenBound(layer.name, Math.abs(bias) + most * largest(input.range));
}

export function checkAdd(layer: AddLayer, context: Context): void {
  const { inputs, multipliers, bias } = layer;
  if (!Array.isArray(inputs) || inputs.length !== 2) throw context.fail("it has not two inputs");
  const [a, b] = [context.bytes(inputs[0]), context.bytes(inputs[1])];
  const output = context.output(layer.output);
  context.elements(a, elementCount(output.shape), "output elements");
  context.elements(b, elementCount(output.shape), "output elements");
  if (
    !Array.isArray(multipliers) ||
    multipliers.length !== 2 ||
    !multipliers.every((m) => isInteger(m, ...INT32))
  )
    throw context.fail("its multipliers are not two int32 numbers");
  if (!isInteger(bias, ...INT32)) throw context.fail("its bias is not int32");
  checkRequantization(layer.requantization, output, 1, ["shift-lut", "threshold"], context);
  layer.accumulatorBound = provenBound(
    layer.name,
    Math.abs(bias) +
      Math.abs(multipliers[0]) * largest(a.range) +
      Math.abs(multipliers[1]) * largest(b.range),
  );
}
