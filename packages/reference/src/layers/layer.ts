import type { QuantizedModel, QuantizedTensor } from "@matchmul/quantizer";

/** The integers of one tensor. */
export type Integers = Int8Array | Uint8Array | Int32Array;

/** What a layer's execution sees: the tensors so far, and where to leave what a verifier wants to compare. */
export class Run {
  readonly values = new Map<string, Integers>();
  /** By layer name, bias and rounding term included. */
  readonly accumulators = new Map<string, Int32Array>();

  constructor(readonly model: QuantizedModel) {}

  tensor(name: string): QuantizedTensor {
    return this.model.tensors[name];
  }

  input(name: string): Integers {
    return this.values.get(name)!;
  }
}

/** Executes one kind of layer: reads its inputs from the run and sets its output there. */
export type Execute<Layer> = (layer: Layer, run: Run) => void;
