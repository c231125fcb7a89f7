import { loadQuantizedModel, type QuantizedModel } from "@matchmul/quantizer";
import { argMax } from "../layers/arg-max.js";
import type { Int8Result } from "../run.js";
import { Layout, type Place, type Program } from "./layout.js";
import { allocateMemory, Machine } from "./machine.js";

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
   * An executor of a model file, which is read into the executor's memory; large matrices are used where they lie
   * in it, so that they exist once.
   * @param where what the bytes are, for messages
   * @throws MatchMulError int8-model-invalid, accumulator-overflow
   */
  static ofFile(bytes: Uint8Array, where?: string): { executor: WasmExecutor; model: QuantizedModel } {
    // The layout's size is found with the model outside; then both move into the memory.
    const outside = loadQuantizedModel(bytes, where);
    const end = new Layout(outside, bytes.length, placesOf(outside, bytes.buffer)).end;
    const memory = allocateMemory(end, false);
    const inside = new Uint8Array(memory.buffer as ArrayBuffer, 0, bytes.length);
    inside.set(bytes);
    const model = loadQuantizedModel(inside, where);
    const layout = new Layout(model, bytes.length, placesOf(model, memory.buffer));
    return { executor: new WasmExecutor(layout, new Machine(memory)), model };
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
