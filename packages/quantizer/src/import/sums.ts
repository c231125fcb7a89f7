import type { Node } from "@matchmul/model";
import { roundHalfEven } from "../exact.js";
import type { QuantizedTensor } from "../quantized-model.js";
import { packThresholds } from "../thresholds.js";
import type { ImportContext, Quantization } from "./context.js";
import { Clamp, type Pending } from "./pending.js";

interface Operand {
  tensor: QuantizedTensor;
  quantization: Quantization;
}

/** Add or Sub of two dequantized tensors of one shape. */
export function importAddition(node: Node, context: ImportContext): void {
  const [a, b] = [0, 1].map((i) => context.dequantized(node.inputs[i], node));
  const shape = context.shapeOf(node.outputs[0], node);
  for (const name of node.inputs)
    if (context.shapeOf(name, node).join() !== shape.join())
      throw context.fail(node, "its inputs have different shapes, and neither is constant");
  const pending = new PendingAddition(node, context, shape, a, b, node.op === "Sub" ? -1 : 1);
  context.states.set(node.outputs[0], { kind: "pending", pending });
}

/**
 * A residual sum, (a - za) * sa + (b - zb) * sb quantized: found as thresholds over an integer sum m * a + n * b
 * that gives the right integer for all pairs of bytes.
 */
class PendingAddition implements Pending {
  readonly #clamp = new Clamp();

  constructor(
    private readonly node: Node,
    private readonly context: ImportContext,
    private readonly shape: number[],
    private readonly a: Operand,
    private readonly b: Operand,
    private readonly sign: 1 | -1,
  ) {}

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
    const { a, b, sign } = this;
    const limits = this.#clamp.integers(quantization);
    const wanted = (x: number, y: number): number => {
      const real =
        a.quantization.scale * (x - a.quantization.zeroPoint) +
        sign * b.quantization.scale * (y - b.quantization.zeroPoint);
      const q = roundHalfEven(real / quantization.scale) + quantization.zeroPoint;
      return q < limits[0] ? limits[0] : q > limits[1] ? limits[1] : q;
    };
    for (let bits = 10; bits <= 21; bits++) {
      const step = Math.max(a.quantization.scale, b.quantization.scale) / 2 ** bits;
      const multipliers: [number, number] = [
        roundHalfEven(a.quantization.scale / step),
        sign * roundHalfEven(b.quantization.scale / step),
      ];
      const thresholds = separate(a.tensor, b.tensor, multipliers, wanted, limits);
      if (thresholds === undefined) continue;
      const output = this.context.tensor(name, this.shape, quantization, limits);
      this.context.layers.push({
        kind: "add",
        name: this.node.name,
        inputs: [a.tensor.name, b.tensor.name],
        output: name,
        multipliers,
        bias: 0,
        activation: this.#clamp.used ? "clip" : "none",
        requantization: packThresholds(limits[0], [thresholds]),
      });
      return output;
    }
    throw this.context.fail(this.node, "no integer sum gives its rounding for all pairs of inputs");
  }

  logits(): QuantizedTensor {
    throw this.context.fail(this.node, "its sum is the graph's result; quantize it");
  }
}

/**
 * The thresholds over m * x + n * y that give the wanted integer for every pair; undefined where some sum belongs to two
 * integers.
 */
function separate(
  a: QuantizedTensor,
  b: QuantizedTensor,
  [m, n]: readonly [number, number],
  wanted: (x: number, y: number) => number,
  [lowest, highest]: readonly [number, number],
): number[] | undefined {
  const count = highest - lowest + 1;
  const least = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  const most = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
  for (let x = a.range[0]; x <= a.range[1]; x++)
    for (let y = b.range[0]; y <= b.range[1]; y++) {
      const sum = m * x + n * y;
      const q = wanted(x, y) - lowest;
      if (sum < least[q]) least[q] = sum;
      if (sum > most[q]) most[q] = sum;
    }
  // From above: the least sum of all integers from q on, which must be more than every sum below q.
  const thresholds = new Array<number>(count - 1);
  let above = 2 ** 31 - 1;
  for (let q = count - 1; q > 0; q--) {
    above = Math.min(above, least[q]);
    thresholds[q - 1] = above;
  }
  let below = Number.NEGATIVE_INFINITY;
  for (let q = 0; q < count - 1; q++) {
    below = Math.max(below, most[q]);
    if (below >= thresholds[q]) return undefined;
  }
  return thresholds;
}
