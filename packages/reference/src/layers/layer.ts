import type { QuantizedModel } from "@matchmul/quantizer";

/** The integers of one tensor. */
export type Integers = Int8Array | Uint8Array | Int32Array;

/** What a layer's execution sees: the tensors so far, and where to leave what a verifier wants to compare. */
export interface Run {
  model: QuantizedModel;
  values: Map<string, Integers>;
  /** By layer name, where the caller asked for them; bias and rounding term included. */
  accumulators: Map<string, Int32Array> | undefined;
}

/** Executes one kind of layer: reads its inputs from `run.values` and sets its output there. */
export type Execute<Layer> = (layer: Layer, run: Run) => void;
