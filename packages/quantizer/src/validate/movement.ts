import { elementCount } from "../quantize-input.js";
import type {
  ArgMaxLayer,
  ConcatLayer,
  LookupLayer,
  MaxPoolLayer,
  QuantizedTensor,
  RearrangeLayer,
} from "../quantized-model.js";
import { insideCounts } from "../window.js";
import { type Context, isInteger, isSize } from "./context.js";
import { checkWindow } from "./window.js";

/** Layers that copy integers cannot change what they stand for. */
function sameIntegers(from: QuantizedTensor, to: QuantizedTensor, context: Context): void {
  if (from.dtype !== to.dtype) throw context.fail(`it copies ${from.dtype} of ${from.name} to ${to.dtype}`);
  if (from.range[0] < to.range[0] || from.range[1] > to.range[1])
    throw context.fail(`the range of ${from.name} is wider than that of ${to.name}`);
}

export function checkMaxPool(layer: MaxPoolLayer, context: Context): void {
  const { channels, window } = layer;
  if (!isSize(channels)) throw context.fail("its channels are not a positive integer");
  checkWindow(window, context);
  const input = context.bytes(layer.input);
  const output = context.output(layer.output);
  context.elements(input, channels * elementCount(window.inSize), "input elements");
  context.elements(output, channels * elementCount(window.outSize), "output elements");
  if (insideCounts(window).includes(0)) throw context.fail("one of its windows lies outside the image");
  sameIntegers(input, output, context);
}

export function checkLookup(layer: LookupLayer, context: Context): void {
  const input = context.bytes(layer.input);
  const output = context.output(layer.output);
  context.elements(input, elementCount(output.shape), "output elements");
  const type = output.dtype === "int8" ? Int8Array : Uint8Array;
  if (output.dtype === "int32" || !(layer.table instanceof type) || layer.table.length !== 256)
    throw context.fail(`its table has not 256 entries of ${output.dtype}`);
  if (layer.table.some((y) => y < output.range[0] || y > output.range[1]))
    throw context.fail("its table leaves the output's range");
}

export function checkConcat(layer: ConcatLayer, context: Context): void {
  if (!Array.isArray(layer.inputs) || layer.inputs.length === 0) throw context.fail("it has no inputs");
  const inputs = layer.inputs.map((name) => context.bytes(name));
  const output = context.output(layer.output);
  const { axis } = layer;
  if (!isInteger(axis, 0, output.shape.length - 1)) throw context.fail(`its axis ${String(axis)} is none`);
  for (const input of inputs) {
    sameIntegers(input, output, context);
    if (
      input.shape.length !== output.shape.length ||
      input.shape.some((d, i) => i !== axis && d !== output.shape[i])
    )
      throw context.fail(`its input ${input.name} does not fit its output's shape`);
  }
  if (inputs.reduce((sum, t) => sum + t.shape[axis], 0) !== output.shape[axis])
    throw context.fail("its inputs do not add up to its output along the axis");
}

export function checkRearrange(layer: RearrangeLayer, context: Context): void {
  const input = context.bytes(layer.input);
  const output = context.output(layer.output);
  sameIntegers(input, output, context);
  const { indices, fill } = layer;
  if (!(indices instanceof Int32Array)) throw context.fail("its indices are not int32");
  context.elements(output, indices.length, "indices");
  const length = elementCount(input.shape);
  if (indices.some((i) => i < -1 || i >= length)) throw context.fail("an index is outside its input");
  if (!isInteger(fill, ...output.range)) throw context.fail("its fill is outside its output's range");
}

export function checkArgMax(layer: ArgMaxLayer, context: Context): void {
  context.input(layer.input);
  context.elements(context.output(layer.output), 1, "class");
}
