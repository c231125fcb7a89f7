import { type Node, numberData } from "@matchmul/model";
import { accumulatorBounds, INT32_MAX } from "../accumulator.js";
import { error } from "../errors.js";
import { pointWindow } from "../lower/emit.js";
import { windowOf } from "../lower/spatial.js";
import type { QuantizedTensor, Requantization, Window } from "../quantized-model.js";
import type { ImportContext, Quantization, Scales, State } from "./context.js";
import { type LogitScaling, PendingSums } from "./pending.js";

/** Integer weights as the graph has them, to [outputs][weights per output]. */
interface Weights {
  integers: ArrayLike<number>;
  shape: readonly number[];
  scale: Scales;
  /** Which axis the outputs are along: 0, or 1 for the right operand of a MatMul. */
  outputAxis: number;
}

/** A product to emit: its input's and its weights' integers, and what is to be added in int32. */
interface Product {
  node: Node;
  tensor: QuantizedTensor;
  input: Quantization;
  weights: Weights;
  bias: ArrayLike<number> | undefined;
  /** Undefined for a fully connected layer. */
  convolution: { groups: number; window: Window } | undefined;
  isInteger: boolean;
}

const fl = Math.fround;
const fits8 = (values: ArrayLike<number>): boolean =>
  Array.prototype.every.call(values, (v: number) => v >= -128 && v <= 127);

/** Weights less their zero points, a row per output, and each row's scale. */
function rowsOf({ integers, shape, scale, outputAxis }: Weights, node: Node, context: ImportContext) {
  const outputs = shape[outputAxis];
  if (scale.scale.length !== 1 && (scale.scale.length !== outputs || scale.axis !== outputAxis))
    throw context.fail(node, "its weights' scales are not one, or one per output");
  const perOutput = integers.length / outputs;
  const rows = new Int16Array(integers.length);
  for (let o = 0; o < outputs; o++) {
    const zero = scale.zeroPoint[scale.zeroPoint.length === 1 ? 0 : o];
    for (let i = 0; i < perOutput; i++)
      rows[o * perOutput + i] = integers[outputAxis === 0 ? o * perOutput + i : i * outputs + o] - zero;
  }
  return { outputs, rows };
}

/** The pending layer of a product: acc = sum of (x - zero point) * (w - zero point) + bias. */
function pendingProduct(product: Product, context: ImportContext): PendingSums {
  const { node, tensor, input, weights, convolution } = product;
  const { outputs, rows } = rowsOf(weights, node, context);
  const perOutput = rows.length / outputs;
  const shape = context.shapeOf(node.outputs[0], node);
  // -zeroPoint * (sum of weights) for all windows: what is outside the image counts as the zero point.
  const bias = Array.from({ length: outputs }, (_, o) => {
    let sum = 0;
    for (let i = o * perOutput; i < (o + 1) * perOutput; i++) sum += rows[i];
    return (product.bias?.[o] ?? 0) - input.zeroPoint * sum;
  });
  const range: [number, number] = [
    Math.min(tensor.range[0], input.zeroPoint),
    Math.max(tensor.range[1], input.zeroPoint),
  ];
  const units = weights.scale.scale.map((s) => (product.isInteger ? 1 : fl(fl(input.scale) * s)));
  const bounds = accumulatorBounds(rows, bias, range);
  const over = bounds.find((b) => !(b < INT32_MAX));
  if (over !== undefined) throw error("accumulator-overflow", node.name, over);
  const emit = (
    output: string,
    requantization: Requantization | null,
    activation: string,
    scaling?: LogitScaling,
  ): void => {
    for (let o = 0; scaling !== undefined && o < outputs; o++) {
      const bound = bounds[o] * scaling.factors[o] + Math.abs(scaling.terms[o]);
      if (!(bound < INT32_MAX)) throw error("accumulator-overflow", node.name, bound);
    }
    const scaled = rows.map((w, i) => w * (scaling?.factors[Math.floor(i / perOutput)] ?? 1));
    const integers = fits8(scaled) ? Int8Array.from(scaled) : scaled;
    const sums = {
      weights: integers,
      bias: Int32Array.from(bias, (b, o) => b * (scaling?.factors[o] ?? 1) + (scaling?.terms[o] ?? 0)),
      weightScale: Array.from(weights.scale.scale),
    };
    const base = { name: node.name, input: tensor.name, output, ...sums };
    if (convolution === undefined && requantization === null && sums.weights instanceof Int8Array) {
      context.layers.push({
        kind: "fully-connected",
        ...base,
        weights: sums.weights,
        inFeatures: perOutput,
        outFeatures: outputs,
        activation: "none",
        requantization: null,
      });
      return;
    }
    const groups = convolution?.groups ?? 1;
    const window = convolution?.window ?? pointWindow;
    context.layers.push({
      kind: "convolution",
      ...base,
      inChannels: (perOutput / (window.kernel[0] * window.kernel[1])) * groups,
      outChannels: outputs,
      groups,
      window,
      padValue: input.zeroPoint,
      activation,
      requantization,
    });
  };
  return new PendingSums(node, context, shape, units, product.isInteger, bounds, emit);
}

function constantWeights(node: Node, input: number, context: ImportContext) {
  const tensor = context.constant(node.inputs[input]);
  if (tensor === undefined) throw context.fail(node, "its weights are not constant");
  return { integers: numberData(tensor), shape: tensor.shape };
}

function requireMatrix(node: Node, input: string, shape: readonly number[], context: ImportContext): void {
  const [features, ...more] = context.shapeOf(input, node);
  if (shape.length !== 2 || more.length > 0 || features === undefined)
    throw context.fail(node, "it is not the product of a vector per image with a constant matrix");
}

/** The window of a convolution node whose input and weights are at the given places. */
function convolutionOf(node: Node, weightShape: readonly number[], context: ImportContext) {
  return {
    groups: node.attributes.int("group", 1),
    window: windowOf(node, weightShape.slice(2), context),
  };
}

/** QLinearConv and QLinearMatMul: inputs x, x scale, x zero, w, w scale, w zero, y scale, y zero, bias. */
export function importQLinear(node: Node, context: ImportContext): void {
  const tensor = context.integers(node.inputs[0], node);
  const conv = node.op === "QLinearConv";
  const { integers, shape } = constantWeights(node, 3, context);
  if (!conv) requireMatrix(node, node.inputs[0], shape, context);
  const outputAxis = conv ? 0 : 1;
  const bias = context.constant(node.inputs[8]);
  if (node.inputs[8] && bias === undefined) throw context.fail(node, "its bias is not constant");
  const pending = pendingProduct(
    {
      node,
      tensor,
      input: context.quantization(node, 1, 2, "uint8"),
      weights: { integers, shape, scale: context.scales(node, 4, 5, outputAxis), outputAxis },
      bias: bias && numberData(bias),
      convolution: conv ? convolutionOf(node, shape, context) : undefined,
      isInteger: false,
    },
    context,
  );
  const [output] = node.outputs;
  context.states.set(output, {
    kind: "integers",
    tensor: pending.quantized(output, context.quantization(node, 6, 7, "uint8")),
  });
}

/** ConvInteger and MatMulInteger: inputs x, w, x zero, w zero. The result is the accumulators. */
export function importIntegerProduct(node: Node, context: ImportContext): void {
  const tensor = context.integers(node.inputs[0], node);
  const conv = node.op === "ConvInteger";
  const { integers, shape } = constantWeights(node, 1, context);
  if (!conv) requireMatrix(node, node.inputs[0], shape, context);
  const outputAxis = conv ? 0 : 1;
  const zero = context.constant(node.inputs[3]);
  if (node.inputs[3] && zero === undefined)
    throw context.fail(node, "its weights' zero point is not constant");
  const zeroPoint = zero === undefined ? Int32Array.of(0) : Int32Array.from(numberData(zero));
  const scale = { scale: new Float32Array(zeroPoint.length).fill(1), zeroPoint, axis: outputAxis };
  const inputZero = node.inputs[2] ? context.scalar(node, 2, "zero point") : 0;
  const pending = pendingProduct(
    {
      node,
      tensor,
      input: { dtype: tensor.dtype as "int8" | "uint8", scale: 1, zeroPoint: inputZero },
      weights: { integers, shape, scale, outputAxis },
      bias: undefined,
      convolution: conv ? convolutionOf(node, shape, context) : undefined,
      isInteger: true,
    },
    context,
  );
  context.states.set(node.outputs[0], { kind: "pending", pending });
}

/** Conv, Gemm and MatMul between DequantizeLinear and QuantizeLinear. */
export function importFloatProduct(node: Node, context: ImportContext): void {
  const { tensor, quantization } = context.dequantized(node.inputs[0], node);
  const weights = context.states.get(node.inputs[1]);
  if (weights?.kind !== "constant")
    throw context.fail(node, "its weights are not quantized, while its input is");
  const conv = node.op === "Conv";
  const { attributes } = node;
  if (!conv) requireMatrix(node, node.inputs[0], weights.shape, context);
  if (
    attributes.int("transA", 0) !== 0 ||
    attributes.float("alpha", 1) !== 1 ||
    attributes.float("beta", 1) !== 1
  )
    throw context.fail(node, "it has transA, alpha or beta");
  const outputAxis = conv || attributes.int("transB", 0) !== 0 ? 0 : 1;
  const { integer, float } = biasOf(node, quantization.scale, weights, context);
  const pending = pendingProduct(
    {
      node,
      tensor,
      input: quantization,
      weights: { ...weights, outputAxis },
      bias: integer,
      convolution: conv ? convolutionOf(node, weights.shape, context) : undefined,
      isInteger: false,
    },
    context,
  );
  if (float !== undefined) pending.add(float);
  context.states.set(node.outputs[0], { kind: "pending", pending });
}

/** The bias as int32 at the accumulator's scale where it is exactly that, in float otherwise. */
function biasOf(
  node: Node,
  inputScale: number,
  weights: Extract<State, { kind: "constant" }>,
  context: ImportContext,
): { integer?: ArrayLike<number>; float?: ArrayLike<number> } {
  const name = node.inputs[2];
  if (!name) return {};
  const constant = context.constant(name);
  if (constant !== undefined) return { float: numberData(constant) };
  const state = context.states.get(name);
  if (state?.kind !== "constant") throw context.fail(node, "its bias is not constant");
  const { scale, zeroPoint } = state.scale;
  const at = (list: ArrayLike<number>, i: number) => list[list.length === 1 ? 0 : i];
  const integers = Array.from(state.integers, (q, o) => q - at(zeroPoint, o));
  const same = integers.every(
    (_, o) => at(scale, o) === fl(fl(inputScale) * at(weights.scale.scale, o)) && at(zeroPoint, o) === 0,
  );
  return same ? { integer: integers } : { float: integers.map((q, o) => fl(fl(q) * at(scale, o))) };
}
