import { consumers, type Graph, type Node, numberData, type Tensor } from "@matchmul/model";
import { error } from "../errors.js";
import type { QuantizedLayer, QuantizedTensor } from "../quantized-model.js";
import type { Pending } from "./pending.js";

/** How 8-bit integers stand for real numbers: real = scale * (q - zeroPoint). */
export interface Quantization {
  dtype: "int8" | "uint8";
  scale: number;
  zeroPoint: number;
}

/** What a value of the graph is, as far as its integers go. */
export type State =
  /** Integers. */
  | { kind: "integers"; tensor: QuantizedTensor }
  /**
   * Real numbers that are a function of one tensor's integers, element by element: the nodes from DequantizeLinear on. With
   * that node alone, the integers themselves under `quantization`.
   */
  | { kind: "function"; tensor: QuantizedTensor; quantization: Quantization; nodes: Node[] }
  /** The result of a layer that waits for the QuantizeLinear behind it. */
  | { kind: "pending"; pending: Pending }
  /** Constant integers, dequantized: weights and biases. */
  | { kind: "constant"; integers: ArrayLike<number>; shape: readonly number[]; scale: Scales };

/** One scale and zero point, or one per index along an axis. */
export interface Scales {
  scale: Float32Array;
  zeroPoint: Int32Array;
  axis: number;
}

/** The int8 model under construction from a graph that is quantized already. */
export class ImportContext {
  readonly layers: QuantizedLayer[] = [];
  readonly tensors: Record<string, QuantizedTensor> = {};
  readonly states = new Map<string, State>();
  input: QuantizedTensor | undefined;
  readonly #consumers: Map<string, Node[]>;

  constructor(
    readonly graph: Graph,
    readonly logitsValue: string,
  ) {
    this.#consumers = consumers(graph);
  }

  fail(node: Pick<Node, "name">, why: string): Error {
    return error("quantize-structure", node.name, why);
  }

  shapeOf(value: string, node: Pick<Node, "name">): number[] {
    const shape = this.graph.values.get(value)?.shape?.slice(1);
    if (shape === undefined || !shape.every((d): d is number => typeof d === "number"))
      throw this.fail(node, `the shape of ${value} is not known`);
    return shape;
  }

  readers(value: string): readonly Node[] {
    return this.#consumers.get(value) ?? [];
  }

  constant(name: string | undefined): Tensor | undefined {
    return name ? this.graph.initializers.get(name) : undefined;
  }

  /** A constant scalar input, such as a scale. */
  scalar(node: Node, input: number, what: string): number {
    const tensor = this.constant(node.inputs[input]);
    if (tensor === undefined) throw this.fail(node, `its ${what} is not constant`);
    if (tensor.data.length !== 1) throw this.fail(node, `its ${what} is not one number`);
    return Number(tensor.data[0]);
  }

  /** Adds a tensor of 8-bit integers. */
  tensor(
    name: string,
    shape: number[],
    quantization: Quantization,
    range?: [number, number],
  ): QuantizedTensor {
    const { dtype, scale, zeroPoint } = quantization;
    const full: [number, number] = dtype === "int8" ? [-128, 127] : [0, 255];
    return (this.tensors[name] = { name, shape, dtype, scale, zeroPoint, range: range ?? full });
  }

  /** Adds a tensor of accumulators. */
  accumulators(name: string, shape: number[], scale: number): QuantizedTensor {
    const range: [number, number] = [-(2 ** 31), 2 ** 31 - 1];
    return (this.tensors[name] = { name, shape, dtype: "int32", scale, zeroPoint: 0, range });
  }

  freshName(wanted: string): string {
    const taken = (name: string) =>
      Object.hasOwn(this.tensors, name) ||
      this.graph.values.has(name) ||
      this.layers.some((layer) => layer.name === name);
    let name = wanted;
    for (let i = 2; taken(name); i++) name = `${wanted}-${i}`;
    return name;
  }

  state(value: string, node: Pick<Node, "name">): State {
    const state = this.states.get(value);
    if (state === undefined) throw this.fail(node, `its input ${value} is not quantized`);
    return state;
  }

  /** Integers with their meaning, where the value is such: an 8-bit tensor, or its DequantizeLinear alone. */
  dequantized(value: string, node: Node): { tensor: QuantizedTensor; quantization: Quantization } {
    const state = this.state(value, node);
    if (state.kind === "function" && state.nodes.length === 1) return state;
    throw this.fail(node, `its input ${value} does not come straight from a DequantizeLinear`);
  }

  integers(value: string, node: Node): QuantizedTensor {
    const state = this.state(value, node);
    if (state.kind !== "integers") throw this.fail(node, `its input ${value} is not integers`);
    return state.tensor;
  }

  /**
   * A scale input and a zero-point input as numbers.
   * @param dtype the integers' type, where the zero point is left out
   */
  quantization(node: Node, scale: number, zero: number, dtype: "int8" | "uint8"): Quantization {
    const zeroPoint = this.constant(node.inputs[zero]);
    const type = zeroPoint?.dtype ?? dtype;
    if (type !== "int8" && type !== "uint8")
      throw this.fail(node, `its integers are ${type}; int8 and uint8 are compiled`);
    return {
      dtype: type,
      scale: this.scalar(node, scale, "scale"),
      zeroPoint: zeroPoint === undefined ? 0 : this.scalar(node, zero, "zero point"),
    };
  }

  /** Scales and zero points of constant integers. */
  scales(node: Node, scale: number, zero: number, axis: number): Scales {
    const scales = this.constant(node.inputs[scale]);
    const zeroPoints = this.constant(node.inputs[zero]);
    if (scales === undefined || (node.inputs[zero] && zeroPoints === undefined))
      throw this.fail(node, "the scale of its weights is not constant");
    const s = Float32Array.from(numberData(scales));
    const z = zeroPoints === undefined ? new Int32Array(s.length) : Int32Array.from(numberData(zeroPoints));
    if (z.length !== s.length && z.length !== 1)
      throw this.fail(node, "its weights have not as many zero points as scales");
    return { scale: s, zeroPoint: z.length === s.length ? z : new Int32Array(s.length).fill(z[0]), axis };
  }
}
