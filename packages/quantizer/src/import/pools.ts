import { type Node, numbers } from "@matchmul/model";
import { INT32_MAX } from "../accumulator.js";
import { error } from "../errors.js";
import { roundRatio } from "../exact.js";
import { poolMultipliers } from "../lower/pool.js";
import { globalWindow, imageShape, leavesPadding, windowOf } from "../lower/spatial.js";
import { elementCount } from "../quantize-input.js";
import type { QuantizedTensor, Window } from "../quantized-model.js";
import { findThresholds, packThresholds } from "../thresholds.js";
import { insideCounts } from "../window.js";
import type { ImportContext, Quantization, State } from "./context.js";
import { Clamp, type Pending } from "./pending.js";

function window(node: Node, context: ImportContext): Window {
  return node.op.startsWith("Global") || node.op === "ReduceMean"
    ? globalWindow(imageShape(node.inputs[0], node, context).size)
    : windowOf(node, node.attributes.ints("kernel_shape", []), context);
}

/** MaxPool and GlobalMaxPool, of integers or of their real numbers: the integers' order is that of the reals. */
export function importMaxPool(node: Node, context: ImportContext): void {
  if (node.outputs[1]) throw context.fail(node, "its second output (indices) is wanted");
  moveIntegers(node, context, (input, output) => {
    const { channels } = imageShape(node.inputs[0], node, context);
    context.layers.push({
      kind: "max-pool",
      name: node.name,
      input: input.name,
      output: output.name,
      channels,
      window: window(node, context),
    });
  });
}

/**
 * Runs a layer on integers whatever state they are in: the result stands in the same relation to real numbers.
 * @param emit adds the layer, from the input to a new tensor that is like it
 */
export function moveIntegers(
  node: Node,
  context: ImportContext,
  emit: (input: QuantizedTensor, output: QuantizedTensor) => void,
): void {
  const [value] = node.inputs;
  const [result] = node.outputs;
  const state = context.state(value, node);
  const tensor = state.kind === "integers" ? state.tensor : context.dequantized(value, node).tensor;
  const output: QuantizedTensor = { ...tensor, name: result, shape: context.shapeOf(result, node) };
  context.tensors[result] = output;
  emit(tensor, output);
  context.states.set(result, sameMeaning(state, output, result));
}

/** The state of a moved value: its DequantizeLinear now reads the new tensor. */
export function sameMeaning(state: State, tensor: QuantizedTensor, value: string): State {
  if (state.kind !== "function") return { kind: "integers", tensor };
  const [dequantize] = state.nodes;
  const inputs = [`${tensor.name}:integers`, ...dequantize.inputs.slice(1)];
  return { ...state, tensor, nodes: [{ ...dequantize, inputs, outputs: [value] }] };
}

/** AveragePool, GlobalAveragePool and ReduceMean over space, between DequantizeLinear and QuantizeLinear. */
export function importAveragePool(node: Node, context: ImportContext): void {
  if (node.op === "ReduceMean") requireSpatial(node, context);
  const { tensor, quantization } = context.dequantized(node.inputs[0], node);
  const includePad = node.op === "AveragePool" && node.attributes.int("count_include_pad", 0) !== 0;
  const over = window(node, context);
  const counts = insideCounts(over);
  const area = elementCount(over.kernel);
  if (includePad && leavesPadding(node, over))
    throw context.fail(node, "it counts padding, and ceil_mode leaves the padding");
  if (includePad && counts.some((n) => n !== area) && quantization.zeroPoint !== 0)
    throw context.fail(node, "it counts padding, and the zero point is not 0");
  const { multipliers, common } = includePad
    ? { multipliers: new Int32Array(area + 1).fill(1), common: area }
    : poolMultipliers(counts, area);
  const pending = new PendingAverage(node, context, tensor, quantization, over, multipliers, common);
  context.states.set(node.outputs[0], { kind: "pending", pending });
}

function requireSpatial(node: Node, context: ImportContext): void {
  const rank = context.shapeOf(node.inputs[0], node).length + 1;
  const given = context.constant(node.inputs[1]);
  const axes = node.attributes.ints("axes") ?? (given === undefined ? [] : numbers(given));
  const sorted = axes.map((a) => (a < 0 ? a + rank : a)).sort((a, b) => a - b);
  if (rank < 3 || sorted.length !== rank - 2 || sorted.some((a, i) => a !== i + 2))
    throw context.fail(node, "it does not average over exactly the spatial dimensions");
}

/** acc = multiplier * sum, which stands for scale * (acc - common * zeroPoint) / common. */
class PendingAverage implements Pending {
  readonly #clamp = new Clamp();
  readonly #bound: number;

  constructor(
    private readonly node: Node,
    private readonly context: ImportContext,
    private readonly input: QuantizedTensor,
    private readonly from: Quantization,
    private readonly over: Window,
    private readonly multipliers: Int32Array,
    private readonly common: number,
  ) {
    const largest = Math.max(Math.abs(input.range[0]), Math.abs(input.range[1]));
    this.#bound = Math.max(...insideCounts(over).map((n) => n * multipliers[n])) * largest;
    if (!(this.#bound < INT32_MAX / 2)) throw error("accumulator-overflow", node.name, this.#bound);
  }

  clamp(low: number, high: number): void {
    this.#clamp.take(low, high);
  }
  multiply(): boolean {
    return false;
  }
  add(): boolean {
    return false;
  }

  quantized(name: string, quantization: Quantization): QuantizedTensor {
    const limits = this.#clamp.integers(quantization);
    const offset = this.common * this.from.zeroPoint;
    const f = (acc: number): number => {
      const q = roundRatio([acc - offset, this.from.scale], [quantization.scale, this.common]);
      return Math.min(limits[1], Math.max(limits[0], q + quantization.zeroPoint));
    };
    const rows = [findThresholds(f, ...limits, [-this.#bound, this.#bound])];
    const output = this.context.tensor(name, this.#shape(), quantization, limits);
    this.#emit(name, 0, packThresholds(limits[0], rows));
    return output;
  }

  logits(name: string): QuantizedTensor {
    if (this.#clamp.used)
      throw this.context.fail(this.node, "an activation function behind it makes the logits");
    const output = this.context.accumulators(name, this.#shape(), this.from.scale / this.common);
    this.#emit(name, -this.common * this.from.zeroPoint, null);
    return output;
  }

  #shape(): number[] {
    return this.context.shapeOf(this.node.outputs[0], this.node);
  }

  #emit(output: string, bias: number, requantization: ReturnType<typeof packThresholds> | null): void {
    this.context.layers.push({
      kind: "average-pool",
      name: this.node.name,
      input: this.input.name,
      output,
      channels: imageShape(this.node.inputs[0], this.node, this.context).channels,
      window: this.over,
      multipliers: this.multipliers,
      bias,
      activation: this.#clamp.used ? "clip" : "none",
      requantization,
    });
  }
}
