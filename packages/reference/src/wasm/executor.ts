import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { loadQuantizedModel, type QuantizedModel } from "@matchmul/quantizer";
import { error } from "../errors.js";
import { argMax } from "../layers/arg-max.js";
import type { Int8Result } from "../run.js";
import { Layout, type Place, type Program } from "./layout.js";
import { allocateMemory, growableMemory, growTo, Machine } from "./machine.js";

/** Executes a model's images one after another with the WebAssembly kernels. */
export class WasmExecutor {
  readonly #program: Program;
  readonly #machine: Machine;

  private constructor(layout: Layout, machine: Machine) {
    this.#program = layout.program;
    this.#machine = machine;
    layout.initialise(machine);
  }

  /** An executor with a memory of its own, into which the model's weights are copied. */
  static of(model: QuantizedModel): WasmExecutor {
    const layout = new Layout(model, 0);
    return new WasmExecutor(layout, new Machine(allocateMemory(layout.end, false)));
  }

  /**
   * An executor of a model file, which is read into the executor's own memory; large matrices are used where they
   * lie in it, so that they exist once.
   * @throws MatchMulError int8-file-unreadable, int8-model-invalid, accumulator-overflow
   */
  static open(path: string): { executor: WasmExecutor; model: QuantizedModel } {
    const file = openFile(path);
    try {
      const { size } = fstatSync(file);
      const memory = growableMemory(size);
      const load = (): QuantizedModel =>
        loadQuantizedModel(new Uint8Array(memory.buffer as ArrayBuffer, 0, size), path);
      readInto(file, new Uint8Array(memory.buffer as ArrayBuffer, 0, size), path);
      // What the layers need beside the file is known from the model; growing the memory then moves its arrays.
      const first = load();
      growTo(memory, new Layout(first, size, placesOf(first, memory.buffer)).end);
      const model = load();
      const layout = new Layout(model, size, placesOf(model, memory.buffer));
      return { executor: new WasmExecutor(layout, new Machine(memory)), model };
    } finally {
      closeSync(file);
    }
  }

  /** @param input the input tensor's elements, already checked */
  run(input: Int8Array | Uint8Array): Int8Result {
    const { kernels } = this.#machine;
    this.#view(this.#program.input).set(input);
    for (const [kernel, ...parameters] of this.#program.calls) kernels[kernel](...parameters);
    const logits = Int32Array.from(this.#view(this.#program.logits));
    return { logits, class: argMax(logits) };
  }

  #view({ address, length, dtype }: Place): Int8Array | Uint8Array | Int32Array {
    const Type = dtype === "int8" ? Int8Array : dtype === "uint8" ? Uint8Array : Int32Array;
    return new Type(this.#machine.memory.buffer as ArrayBuffer, address, length);
  }
}

/** The weights that are views of a buffer, with their addresses in it. */
function placesOf(model: QuantizedModel, buffer: ArrayBufferLike): Map<object, number> {
  return new Map(
    model.layers
      .flatMap((layer) => ("weights" in layer ? [layer.weights] : []))
      .filter((weights) => weights.buffer === buffer)
      .map((weights) => [weights, weights.byteOffset]),
  );
}

function openFile(path: string): number {
  try {
    return openSync(path, "r");
  } catch {
    throw error("int8-file-unreadable", path);
  }
}

function readInto(file: number, bytes: Uint8Array, path: string): void {
  for (let at = 0; at < bytes.length; ) {
    const count = readSync(file, bytes, at, bytes.length - at, at);
    if (count === 0) throw error("int8-file-unreadable", path);
    at += count;
  }
}
