import { availableParallelism } from "node:os";
import type { QuantizedModel } from "@matchmul/quantizer";
import { error } from "./errors.js";
import { argMax } from "./layers/arg-max.js";
import { type Integers, Run } from "./layers/layer.js";
import { executeLayer } from "./layers/registry.js";
import { WasmExecutor } from "./wasm/executor.js";
import { kernelsAvailable } from "./wasm/machine.js";
import { WasmPool } from "./wasm/pool.js";

export interface Int8Result {
  /** The model's `logits` tensor. */
  logits: Int32Array;
  /** Index of the largest logit, the lowest on a tie. */
  class: number;
  /** With `tensors: true`: every tensor of the model by name. */
  tensors?: Record<string, Integers>;
  /** With `tensors: true`: each layer's int32 accumulators by layer name, bias and rounding term included. */
  accumulators?: Record<string, Int32Array>;
}

export interface Int8Options {
  /** Return every intermediate tensor, to find where another level first differs. */
  tensors?: boolean;
  /** Plain JavaScript, or WebAssembly SIMD where available (the default): the same bits, faster. */
  kernels?: "auto" | "portable";
}

/** Executors of models that were run before; they hold a copy of the weights, and go when the model goes. */
const executors = new WeakMap<QuantizedModel, WasmExecutor>();

/**
 * Executes the int8 model on one image, in integer arithmetic only, as docs/arithmetic.md defines it. The
 * model must not be changed once it has run.
 * @param input the model's input tensor: int8 values (for a uint8 input, its bytes or a Uint8Array)
 * @throws MatchMulError int8-input-length, int8-input-range
 */
export function runInt8(
  model: QuantizedModel,
  input: Int8Array | Uint8Array,
  options: Int8Options = {},
): Int8Result {
  const image = checkedInput(model, input);
  if (options.tensors || options.kernels === "portable" || !kernelsAvailable())
    return runPortable(model, image, options.tensors ?? false);
  return executorOf(model)?.run(image) ?? runPortable(model, image, false);
}

/** The model's executor; undefined where there is no memory for one. */
function executorOf(model: QuantizedModel): WasmExecutor | undefined {
  let executor = executors.get(model);
  if (executor === undefined) {
    try {
      executor = WasmExecutor.of(model);
    } catch (cause) {
      // Each WebAssembly memory reserves gigabytes of addresses, which some systems limit.
      if (cause instanceof RangeError) return undefined;
      throw cause;
    }
    executors.set(model, executor);
  }
  return executor;
}

function runPortable(model: QuantizedModel, image: Integers, tensors: boolean): Int8Result {
  const run = new Run(model);
  run.values.set(model.input, image);
  for (const layer of model.layers) executeLayer(layer, run);
  const last = run.values.get(model.logits)!;
  const result: Int8Result = { logits: Int32Array.from(last), class: argMax(last) };
  if (tensors) {
    result.tensors = Object.fromEntries(run.values);
    result.accumulators = Object.fromEntries(run.accumulators);
  }
  return result;
}

/** Executes the int8 model on several images one after the other. */
export function runInt8Batch(
  model: QuantizedModel,
  inputs: readonly (Int8Array | Uint8Array)[],
  options: Int8Options = {},
): Int8Result[] {
  return inputs.map((input) => runInt8(model, input, options));
}

/**
 * Executes the int8 model on several images, spread over worker threads.
 * @param threads default one per processor; with one, or where there are no kernels, it runs on this thread
 */
export async function runInt8Parallel(
  model: QuantizedModel,
  inputs: readonly (Int8Array | Uint8Array)[],
  threads: number = availableParallelism(),
): Promise<Int8Result[]> {
  const count = Math.min(threads, inputs.length);
  if (count <= 1 || !kernelsAvailable()) return runInt8Batch(model, inputs);
  const images = inputs.map((input) => checkedInput(model, input));
  const pool = new WasmPool(model, count);
  try {
    return await pool.run(images);
  } finally {
    await pool.close();
  }
}

function checkedInput(model: QuantizedModel, input: Int8Array | Uint8Array): Int8Array | Uint8Array {
  const { dtype, range, shape } = model.tensors[model.input];
  const expected = shape.reduce((a, b) => a * b, 1);
  if (input.length !== expected) throw error("int8-input-length", expected, input.length);
  const View = dtype === "uint8" ? Uint8Array : Int8Array;
  const values = new View(input.buffer as ArrayBuffer, input.byteOffset, input.length);
  for (let i = 0; i < values.length; i++)
    if (values[i] < range[0] || values[i] > range[1])
      throw error("int8-input-range", i, values[i], range[0], range[1]);
  return values;
}
