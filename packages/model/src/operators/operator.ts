import type { Attributes } from "../attributes.js";
import { error } from "../diagnostics.js";
import { type Dim, type Node, nodeTitle, type ValueType } from "../graph.js";
import { axisOf } from "../shapes.js";
import { numbers, type Tensor } from "../tensor.js";

/** What shape inference knows of a value. */
export interface InferredValue extends ValueType {
  /** The value itself, where it is constant. */
  constant?: Tensor;
  /** Elements of a small integer vector or scalar that holds dimensions, such as the output of Shape. */
  contents?: readonly Dim[];
}

/** One application of an operator to its inputs: types while inferring, tensors while running. */
export class Call<T extends { dtype: ValueType["dtype"]; shape: readonly Dim[] | undefined }> {
  constructor(
    readonly node: Node,
    readonly opset: number,
    /** Undefined where an optional input is left out; trailing ones may be missing altogether. */
    readonly inputs: readonly (T | undefined)[],
  ) {}

  get attributes(): Attributes {
    return this.node.attributes;
  }

  /** The input at a position that must be there. */
  input(index: number): T {
    const value = this.inputs[index];
    if (value === undefined) this.fail(`input ${index} is missing`);
    return value;
  }

  fail(why: string): never {
    throw error("operator-invalid", nodeTitle(this.node), why);
  }

  conflict(why: string): never {
    throw error("shape-conflict", nodeTitle(this.node), why);
  }

  /** Says that the operator is known, but not this use of it. */
  refuse(why: string, hint: string): never {
    throw error("operator-variant", nodeTitle(this.node), why, hint);
  }

  /** A dimension of the first output that cannot be told before the model runs. */
  unknown(axis: number): Dim {
    return `?${this.node.outputs[0]}:${axis}`;
  }

  /** Brings an axis into range. @throws MatchMulError operator-invalid */
  axis(axis: number, rank: number): number {
    return axisOf(axis, rank) ?? this.fail(`axis ${axis} of a value with ${rank} dimensions`);
  }

  get title(): string {
    return nodeTitle(this.node);
  }
}

export type InferCall = Call<InferredValue>;
export type RunCall = Call<Tensor>;

/** One ONNX operator: what it makes of types, and what it makes of tensors. */
export interface Operator {
  /** The operator's type in ONNX, such as "Conv". */
  readonly type: string;
  /** Operator set; ONNX's own, "", unless given. */
  readonly domain?: string;
  /** Least and most number of inputs. */
  readonly arity: readonly [least: number, most: number];
  /** Types of the outputs. A shape is undefined only where not even the rank can be told. */
  infer(call: InferCall): InferredValue[];
  /** The outputs, for inputs that infer has accepted. */
  run(call: RunCall): Tensor[];
}

/** The integers of an input that must be constant or at least computed from dimensions, if they are known. */
export function knownInts(value: InferredValue | undefined): number[] | undefined {
  if (value?.constant !== undefined) return numbers(value.constant);
  if (value?.contents?.every((d) => typeof d === "number")) return value.contents as number[];
  return undefined;
}

/** The elements of an integer input, symbols included, if they are known. */
export function knownDims(value: InferredValue | undefined): readonly Dim[] | undefined {
  if (value?.constant !== undefined) return numbers(value.constant);
  return value?.contents;
}

/** Refuses inputs of the quantized operators that are no 8-bit integers. @throws MatchMulError operator-invalid */
export function require8Bit(call: InferCall, ...indices: number[]): void {
  for (const index of indices) {
    const dtype = call.inputs[index]?.dtype;
    if (dtype !== undefined && dtype !== "int8" && dtype !== "uint8")
      call.fail(`input ${index} of type ${dtype}`);
  }
}

/** Refuses inputs that give shapes, axes or bounds unless they are lists of integers. @throws MatchMulError operator-invalid */
export function requireIndexLists(call: InferCall, ...indices: number[]): void {
  for (const index of indices) {
    const value = call.inputs[index];
    if (value === undefined) continue;
    if (value.dtype !== "int64" && value.dtype !== "int32")
      call.fail(`input ${index} of type ${value.dtype}`);
    if (value.shape !== undefined && value.shape.length > 1)
      call.fail(`input ${index} of shape [${value.shape.join(", ")}] is no list`);
  }
}
