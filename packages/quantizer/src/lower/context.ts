import { consumers, type Graph, type Node, numberData } from "@matchmul/model";
import { type Calibration, calibratedMagnitude, statisticsOf } from "../calibration.js";
import { error } from "../errors.js";
import type { QuantizedLayer, QuantizedTensor } from "../quantized-model.js";
import { symmetricScale } from "../scale.js";
import type { LoweringOptions } from "./options.js";
import { sharedScales } from "./shared-scales.js";

/** Lowers one node to layers of the int8 model. */
export type Lowering = (node: Node, context: LoweringContext) => void;

/**
 * The int8 model under construction. Each float value of the graph that exists as integers is mapped to a
 * tensor; a value that is only another shape of an earlier one (Reshape) is mapped to that one's tensor.
 */
export class LoweringContext {
  readonly layers: QuantizedLayer[] = [];
  readonly tensors: Record<string, QuantizedTensor> = {};
  /** Nodes an earlier node's lowering has taken in, such as the Relu after a Gemm. */
  readonly fused = new Set<Node>();
  readonly #consumers: Map<string, Node[]>;
  readonly #valueTensor = new Map<string, string>();
  readonly #scaleOf: Map<string, string>;

  constructor(
    readonly graph: Graph,
    readonly calibration: Calibration,
    readonly options: LoweringOptions,
    /** The float value whose integers are the model's logits. */
    readonly logitsValue: string,
  ) {
    this.#consumers = consumers(graph);
    this.#scaleOf = sharedScales(graph, this.#consumers);
  }

  /** The value's shape without its batch dimension. @throws MatchMulError quantize-structure */
  shapeOf(value: string, node: Node): number[] {
    const shape = this.graph.values.get(value)?.shape?.slice(1);
    if (shape === undefined || !shape.every((d): d is number => typeof d === "number"))
      throw error("quantize-structure", node.name, `the shape of ${value} is not known`);
    return shape;
  }

  isConstant(value: string): boolean {
    return this.graph.initializers.has(value);
  }

  /** A constant input's elements, checked to be finite; undefined where the input is computed or left out. */
  constant(node: Node, input: number): Float32Array | undefined {
    const tensor = this.graph.initializers.get(node.inputs[input] ?? "");
    if (tensor === undefined) return undefined;
    const data = Float32Array.from(numberData(tensor));
    if (!data.every(Number.isFinite)) throw error("quantize-not-finite", node.name);
    return data;
  }

  /** The tensor that holds the value's integers. @throws MatchMulError quantize-structure */
  tensorOf(value: string, node: Node): QuantizedTensor {
    const name = this.#valueTensor.get(value);
    if (name === undefined)
      throw error("quantize-structure", node.name, `its input ${value} is not an activation`);
    return this.tensors[name];
  }

  /** As tensorOf, refusing the int32 logits, which no layer but the arg-max reads. */
  bytesOf(value: string, node: Node): QuantizedTensor {
    const tensor = this.tensorOf(value, node);
    if (tensor.dtype === "int32")
      throw error("quantize-structure", node.name, `its input ${value} is the logits, which stay int32`);
    return tensor;
  }

  /** Declares that the value's integers are those of an existing tensor. */
  alias(value: string, tensor: QuantizedTensor): void {
    this.#valueTensor.set(value, tensor.name);
  }

  /** Adds the int8 tensor of a value, its scale taken from calibration. */
  activation(value: string, shape: number[], nonNegative = false): QuantizedTensor {
    const source = this.#scaleOf.get(value) ?? value;
    const scale = symmetricScale(calibratedMagnitude(this.calibration, source), this.options.scales);
    const positive = nonNegative || statisticsOf(this.calibration, value).min >= 0;
    return this.#add({
      name: value,
      shape,
      dtype: "int8",
      scale,
      zeroPoint: 0,
      range: positive ? [0, 127] : [-128, 127],
    });
  }

  /** Adds a tensor whose integers mean what those of another one mean. */
  likewise(value: string, shape: number[], like: QuantizedTensor): QuantizedTensor {
    return this.#add({ ...like, name: value, shape });
  }

  /** Adds an int32 tensor. */
  accumulators(value: string, shape: number[], scale: number): QuantizedTensor {
    const range: [number, number] = [-(2 ** 31), 2 ** 31 - 1];
    return this.#add({ name: value, shape, dtype: "int32", scale: Math.fround(scale), zeroPoint: 0, range });
  }

  /** A name no value and no layer has, for what the graph does not name. */
  freshName(wanted: string): string {
    const taken = (name: string) =>
      Object.hasOwn(this.tensors, name) ||
      this.graph.values.has(name) ||
      this.layers.some((layer) => layer.name === name);
    let name = wanted;
    for (let i = 2; taken(name); i++) name = `${wanted}-${i}`;
    return name;
  }

  #add(tensor: QuantizedTensor): QuantizedTensor {
    this.tensors[tensor.name] = tensor;
    this.#valueTensor.set(tensor.name, tensor.name);
    return tensor;
  }

  /** The nodes that read a value. */
  readers(value: string): readonly Node[] {
    return this.#consumers.get(value) ?? [];
  }

  /** Whether the value is the logits or an output of the graph, so that it must exist. */
  isWanted(value: string): boolean {
    return value === this.logitsValue || this.graph.outputs.some((o) => o.name === value);
  }

  /**
   * The one node that reads the value, when there is exactly one and the value is not also wanted as the logits;
   * so it can be taken into the layer that makes the value.
   */
  soleConsumer(value: string): Node | undefined {
    const readers = this.readers(value);
    return readers.length === 1 && !this.isWanted(value) ? readers[0] : undefined;
  }

  /** The calibrated mean of each channel of a float value, where it was seen. */
  channelMeans(value: string): Float64Array | undefined {
    return this.calibration.statistics.get(value)?.channelMeans;
  }
}
