import type { Node } from "@matchmul/model";
import { roundHalfEven } from "../exact.js";
import type { QuantizedTensor, Requantization } from "../quantized-model.js";
import { findThresholds, packThresholds } from "../thresholds.js";
import type { ImportContext, Quantization } from "./context.js";

/** A layer that waits for the QuantizeLinear behind it, or for the end of the graph. */
export interface Pending {
  /** Takes a Relu or Clip that follows. */
  clamp(low: number, high: number): void;
  /** Takes factors, or terms, that follow, one or one per channel; false where the layer cannot. */
  multiply(factors: ArrayLike<number>): boolean;
  add(terms: ArrayLike<number>): boolean;
  /** Emits the layer, its results quantized as given. */
  quantized(name: string, quantization: Quantization): QuantizedTensor;
  /** Emits the layer as the model's last, whose accumulators are the logits. */
  logits(name: string): QuantizedTensor;
}

/** How accumulators become the integers of a layer without a requantization: times a factor, plus a term. */
export interface LogitScaling {
  factors: number[];
  terms: number[];
}

const fl = Math.fround;

/** sat(rne(fl(x / scale)) + zeroPoint), as QuantizeLinear. */
export function quantizeReal(x: number, { scale, zeroPoint, dtype }: Quantization): number {
  const q = roundHalfEven(fl(x / scale)) + zeroPoint;
  const [low, high] = dtype === "int8" ? [-128, 127] : [0, 255];
  return q < low ? low : q > high ? high : q;
}

/** Limits that Relu and Clip set on real numbers. */
export class Clamp {
  low = Number.NEGATIVE_INFINITY;
  high = Number.POSITIVE_INFINITY;

  get used(): boolean {
    return this.low !== Number.NEGATIVE_INFINITY || this.high !== Number.POSITIVE_INFINITY;
  }

  take(low: number, high: number): void {
    this.low = Math.min(Math.max(this.low, low), high);
    this.high = Math.max(Math.min(this.high, high), low);
  }

  /** The limits as integers: rounding keeps order, so limiting before or after it is the same. */
  integers(quantization: Quantization): [number, number] {
    return [quantizeReal(this.low, quantization), quantizeReal(this.high, quantization)];
  }
}

/** What Conv, Gemm and the integer products leave: accumulators, and how they become real numbers. */
export class PendingSums implements Pending {
  readonly #clamp = new Clamp();
  /** Float operations between accumulator and quantization, by channel. */
  readonly #steps: ((x: number, channel: number) => number)[] = [];
  /** The same as one product and one sum, in double precision: real = factor * acc + term. */
  readonly #factors: number[];
  readonly #terms: number[];

  /**
   * @param units what one step of a channel's accumulator is worth, float32: one number, or one per channel
   * @param isInteger the accumulators are themselves the operator's result (ConvInteger, MatMulInteger)
   * @param bounds by channel, no accumulator is larger in magnitude
   * @param emit adds the layer to the model
   */
  constructor(
    private readonly node: Node,
    private readonly context: ImportContext,
    private readonly shape: number[],
    private readonly units: Float32Array,
    private readonly isInteger: boolean,
    private readonly bounds: ArrayLike<number>,
    private readonly emit: (
      output: string,
      requantization: Requantization | null,
      activation: string,
      scaling?: LogitScaling,
    ) => void,
  ) {
    this.#factors = Array.from(bounds, (_, c) => units[units.length === 1 ? 0 : c]);
    this.#terms = this.#factors.map(() => 0);
  }

  clamp(low: number, high: number): void {
    this.#clamp.take(low, high);
  }

  multiply(factors: ArrayLike<number>): boolean {
    // A product with a negative number would turn the order of values round, which thresholds cannot.
    if (this.#clamp.used || Array.from(factors).some((f) => !(f > 0))) return false;
    const of = (c: number) => factors[factors.length === 1 ? 0 : c];
    this.#steps.push((x, c) => fl(x * of(c)));
    for (let c = 0; c < this.#factors.length; c++) {
      this.#factors[c] *= of(c);
      this.#terms[c] *= of(c);
    }
    return true;
  }

  add(terms: ArrayLike<number>): boolean {
    if (this.#clamp.used) return false;
    const of = (c: number) => terms[terms.length === 1 ? 0 : c];
    this.#steps.push((x, c) => fl(x + of(c)));
    for (let c = 0; c < this.#terms.length; c++) this.#terms[c] += of(c);
    return true;
  }

  quantized(name: string, quantization: Quantization): QuantizedTensor {
    const limits = this.#clamp.integers(quantization);
    const alike = this.units.length === 1 && this.#steps.length === 0;
    const largest = Array.from(this.bounds).reduce((a, b) => Math.max(a, b), 0);
    const rows = Array.from({ length: alike ? 1 : this.bounds.length }, (_, c) => {
      const bound = alike ? largest : this.bounds[c];
      return findThresholds(this.#function(c, quantization, limits), limits[0], limits[1], [-bound, bound]);
    });
    const tensor = this.context.tensor(name, this.shape, quantization, limits);
    this.emit(name, packThresholds(limits[0], rows), this.#clamp.used ? "clip" : "none");
    return tensor;
  }

  /** From accumulator to integer in one channel, with the roundings of docs/arithmetic.md. */
  #function(c: number, quantization: Quantization, [low, high]: [number, number]): (acc: number) => number {
    const unit = this.units[this.units.length === 1 ? 0 : c];
    const { zeroPoint, scale } = quantization;
    const limit = (q: number) => (q < low ? low : q > high ? high : q);
    if (this.#steps.length > 0 || this.isInteger)
      return (acc) => {
        const real = this.#steps.reduce((x, step) => step(x, c), fl(fl(acc) * unit));
        return limit(quantizeReal(real, quantization));
      };
    // Without a step in between this is QLinearConv, whose only product is with this multiplier.
    const multiplier = fl(unit / scale);
    return (acc) => limit(roundHalfEven(fl(fl(acc) * multiplier)) + zeroPoint);
  }

  logits(name: string): QuantizedTensor {
    if (this.#clamp.used)
      throw this.context.fail(this.node, "an activation function behind it makes the logits");
    const largest = this.#factors.reduce((a, b) => Math.max(a, b), 0);
    const alike = this.#factors.every((f) => f === largest);
    // Channels of different scales are made comparable by multipliers of 7 bits; weights then need 16.
    const unit = alike ? largest : largest / 127;
    const tensor = this.context.accumulators(name, this.shape, fl(unit));
    const plain = alike && this.#terms.every((t) => t === 0);
    this.emit(
      name,
      null,
      "none",
      plain
        ? undefined
        : {
            factors: this.#factors.map((f) => roundHalfEven(f / unit)),
            terms: this.#terms.map((t) => roundHalfEven(t / unit)),
          },
    );
    return tensor;
  }
}
