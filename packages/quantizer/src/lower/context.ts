import { consumers, type Graph, type Node, numberData } from "@matchmul/model";
import { type Calibration, calibratedMagnitude, statisticsOf } from "../calibration.js";
import { error } from "../errors.js";
import type { QuantizedLayer, QuantizedTensor } from "../quantized-model.js";
import { type ScaleKind, symmetricScale } from "../scale.js";

/** Options that reach every operator's lowering, defaults filled in. */
export interface LoweringOptions {
  scales: ScaleKind;
}

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

  constructor(
    readonly graph: Graph,
    readonly calibration: Calibration,
    readonly options: LoweringOptions,
    /** The float value whose integers are the model's logits. */
    readonly logitsValue: string,
  ) {
    this.#consumers = consumers(graph);
  }

  /** The value's shape without its batch dimension. @throws MatchMulError quantize-structure */
  shapeOf(value: string, node: Node): number[] {
    const shape = this.graph.values.get(value)?.shape?.slice(1);
    if (shape === undefined || !shape.every((d): d is number => typeof d === "number"))
      throw error("quantize-structure", node.name, `the shape of ${value} is not known`);
    return shape;
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

  /** Declares that the value's integers are those of an existing tensor. */
  alias(value: string, tensor: QuantizedTensor): void {
    this.#valueTensor.set(value, tensor.name);
  }

  /** Adds the int8 tensor of a value, its scale taken from calibration. */
  activation(value: string, shape: number[], nonNegative = false): QuantizedTensor {
    const scale = symmetricScale(calibratedMagnitude(this.calibration, value), this.options.scales);
    const positive = nonNegative || statisticsOf(this.calibration, value).min >= 0;
    return this.#add(value, shape, "int8", scale, positive ? [0, 127] : [-128, 127]);
  }

  /** Adds an int32 tensor. */
  accumulators(value: string, shape: number[], scale: number): QuantizedTensor {
    return this.#add(value, shape, "int32", scale, [-(2 ** 31), 2 ** 31 - 1]);
  }

  #add(
    value: string,
    shape: number[],
    dtype: QuantizedTensor["dtype"],
    scale: number,
    range: [number, number],
  ): QuantizedTensor {
    const tensor: QuantizedTensor = { name: value, shape, dtype, scale, zeroPoint: 0, range };
    this.tensors[value] = tensor;
    this.#valueTensor.set(value, value);
    return tensor;
  }

  /**
   * The one node that reads the value, when there is exactly one and the value is not also wanted as the logits; so it can
   * be taken into the layer that makes the value.
   */
  soleConsumer(value: string): Node | undefined {
    const readers = this.#consumers.get(value) ?? [];
    const wanted = value === this.logitsValue || this.graph.outputs.some((o) => o.name === value);
    return readers.length === 1 && !wanted ? readers[0] : undefined;
  }
}
