import { accumulatorBounds, INT32_MAX } from "./accumulator.js";
import { error } from "./errors.js";
import { elementCount } from "./quantize-input.js";
import type {
  ArgMaxLayer,
  FullyConnectedLayer,
  QuantizedModel,
  QuantizedTensor,
  ShiftLut,
} from "./quantized-model.js";

/** Largest number of elements one tensor may have: a wrong number must not ask for gigabytes. */
const MAX_ELEMENTS = 2 ** 28;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);

const isInteger = (value: unknown, low: number, high: number): value is number =>
  Number.isInteger(value) && (value as number) >= low && (value as number) <= high;

/** What the layers' checks share: the tensors so far computed, and how to fail. */
interface Context {
  tensors: Record<string, QuantizedTensor>;
  computed: Set<string>;
  fail: (why: string) => Error;
}

const dtypeRanges = { int8: [-128, 127], uint8: [0, 255], int32: [-(2 ** 31), INT32_MAX] } as const;

function checkTensor(name: string, value: unknown, fail: (why: string) => Error): QuantizedTensor {
  if (!isRecord(value)) throw fail(`tensor ${name} has no description`);
  const { shape, dtype, scale, zeroPoint, range } = value;
  if (value.name !== name) throw fail(`tensor ${name} is described under another name`);
  if (!Array.isArray(shape) || !shape.every((d) => isInteger(d, 1, MAX_ELEMENTS)))
    throw fail(`tensor ${name} has no valid shape`);
  if (elementCount(shape) > MAX_ELEMENTS) throw fail(`tensor ${name} has more than ${MAX_ELEMENTS} elements`);
  if (dtype !== "int8" && dtype !== "uint8" && dtype !== "int32")
    throw fail(`tensor ${name} has data type ${String(dtype)}`);
  if (typeof scale !== "number" || !(scale > 0 && scale < Number.POSITIVE_INFINITY))
    throw fail(`tensor ${name} has scale ${String(scale)}; a scale is positive and finite`);
  const [least, most] = dtypeRanges[dtype];
  if (!isInteger(zeroPoint, least, most)) throw fail(`tensor ${name} has no valid zero point`);
  if (!Array.isArray(range) || range.length !== 2) throw fail(`tensor ${name} has no range`);
  if (!isInteger(range[0], least, most) || !isInteger(range[1], range[0], most))
    throw fail(`tensor ${name} has range ${JSON.stringify(range)}, which is not one of ${dtype}`);
  return value as unknown as QuantizedTensor;
}

function readTensor(name: unknown, role: string, context: Context): QuantizedTensor {
  if (typeof name !== "string" || !Object.hasOwn(context.tensors, name))
    throw context.fail(`its ${role} ${String(name)} is not a tensor of the model`);
  return context.tensors[name];
}

function inputOf(name: unknown, context: Context): QuantizedTensor {
  const tensor = readTensor(name, "input", context);
  if (!context.computed.has(tensor.name))
    throw context.fail(`its input ${tensor.name} is not computed before it`);
  return tensor;
}

function outputOf(name: unknown, context: Context): QuantizedTensor {
  const tensor = readTensor(name, "output", context);
  if (context.computed.has(tensor.name)) throw context.fail(`its output ${tensor.name} is computed twice`);
  context.computed.add(tensor.name);
  return tensor;
}

function checkRequantization(value: unknown, output: QuantizedTensor, context: Context): void {
  if (value === null) {
    if (output.dtype !== "int32") throw context.fail("it has no requantization, but its output is not int32");
    return;
  }
  if (!isRecord(value) || value.kind !== "shift-lut")
    throw context.fail("its requantization is of no known kind");
  const { shift, low, table } = value as unknown as ShiftLut;
  if (output.dtype !== "int8")
    throw context.fail("its requantization gives int8, but its output is not int8");
  if (!isInteger(shift, 0, 31)) throw context.fail(`its shift ${String(shift)} is not 0 to 31`);
  if (!isInteger(low, -(2 ** 31), INT32_MAX))
    throw context.fail(`its lowest index ${String(low)} is not int32`);
  if (!(table instanceof Int8Array) || table.length !== 256)
    throw context.fail("its requantization table has not 256 int8 entries");
  if (table.some((y) => y < output.range[0] || y > output.range[1]))
    throw context.fail("its requantization table leaves the output's range");
}

function checkFullyConnected(layer: FullyConnectedLayer, context: Context): void {
  const { inFeatures, outFeatures, weights, bias, weightScale } = layer;
  const input = inputOf(layer.input, context);
  if (input.dtype === "int32") throw context.fail(`its input ${input.name} is int32`);
  const output = outputOf(layer.output, context);
  if (elementCount(input.shape) !== inFeatures)
    throw context.fail(
      `it has ${inFeatures} input features, but its input has ${elementCount(input.shape)} elements`,
    );
  if (elementCount(output.shape) !== outFeatures)
    throw context.fail(
      `it has ${outFeatures} outputs, but its output has ${elementCount(output.shape)} elements`,
    );
  if (!(weights instanceof Int8Array) || weights.length !== inFeatures * outFeatures)
    throw context.fail(`its weights are not ${outFeatures} x ${inFeatures} int8`);
  if (!(bias instanceof Int32Array) || bias.length !== outFeatures)
    throw context.fail(`its bias is not ${outFeatures} int32`);
  if (
    !Array.isArray(weightScale) ||
    (weightScale.length !== 1 && weightScale.length !== outFeatures) ||
    !weightScale.every((s) => typeof s === "number" && s > 0 && Number.isFinite(s))
  )
    throw context.fail("its weight scale is not one positive number, or one per output");
  if (layer.activation !== "none" && layer.activation !== "relu")
    throw context.fail(`its activation function ${String(layer.activation)} is not known`);
  checkRequantization(layer.requantization, output, context);
  layer.accumulatorBound = provenBounds(layer.name, weights, bias, input.range);
}

/** The accumulators' bounds, proved from the very weights the layer has. @throws accumulator-overflow */
export function provenBounds(
  name: string,
  weights: Int8Array,
  bias: Int32Array,
  inputRange: readonly [number, number],
): Int32Array {
  const bounds = accumulatorBounds(weights, bias, inputRange);
  const over = bounds.find((b) => b > INT32_MAX);
  if (over !== undefined) throw error("accumulator-overflow", name, over);
  return Int32Array.from(bounds);
}

function checkArgMax(layer: ArgMaxLayer, context: Context): void {
  inputOf(layer.input, context);
  const output = outputOf(layer.output, context);
  if (elementCount(output.shape) !== 1) throw context.fail("its output is not one number");
}

/**
 * Checks a model from outside against everything quantized-model.ts promises, and proves anew that no
 * accumulator overflows (the layers' `accumulatorBound` is set from that proof, not believed).
 * @param where what the model is, for messages
 * @returns the same object, now known to be a model
 * @throws MatchMulError int8-model-invalid, accumulator-overflow
 */
export function validateModel(value: unknown, where: string): QuantizedModel {
  const fail = (why: string) => error("int8-model-invalid", where, why);
  if (!isRecord(value)) throw fail("it is not an object");
  if (value.format !== "matchmul-int8") throw fail("its format is not matchmul-int8");
  if (value.version !== 1)
    throw fail(`it is of version ${String(value.version)}; this program reads version 1`);
  if (typeof value.name !== "string") throw fail("it has no name");
  if (!isRecord(value.tensors)) throw fail("it has no tensors");
  if (!Array.isArray(value.layers)) throw fail("it has no layers");
  const tensors: Record<string, QuantizedTensor> = {};
  for (const [name, tensor] of Object.entries(value.tensors))
    Object.defineProperty(tensors, name, {
      value: checkTensor(name, tensor, fail),
      enumerable: true,
    });
  const computed = new Set<string>();
  const context: Context = { tensors, computed, fail };
  computed.add(readTensor(value.input, "input", context).name);
  const names = new Set<string>();
  for (const [i, layer] of value.layers.entries()) {
    if (!isRecord(layer) || typeof layer.name !== "string") throw fail(`layer ${i} has no name`);
    if (names.has(layer.name)) throw fail(`two layers are named ${layer.name}`);
    names.add(layer.name);
    const inLayer: Context = { ...context, fail: (why) => fail(`layer ${layer.name}: ${why}`) };
    const check = Object.hasOwn(layerChecks, String(layer.kind))
      ? layerChecks[String(layer.kind)]
      : undefined;
    if (check === undefined)
      throw fail(`layer ${layer.name} is of kind ${String(layer.kind)}, which is not known`);
    check(layer as never, inLayer);
  }
  const logits = readTensor(value.logits, "logits", context);
  if (!computed.has(logits.name)) throw fail("its logits are not computed by any layer");
  const stray = Object.keys(tensors).find((name) => !computed.has(name));
  if (stray !== undefined) throw fail(`tensor ${stray} is not computed by any layer`);
  return value as unknown as QuantizedModel;
}

const layerChecks: Record<string, (layer: never, context: Context) => void> = {
  "fully-connected": checkFullyConnected,
  "arg-max": checkArgMax,
};
