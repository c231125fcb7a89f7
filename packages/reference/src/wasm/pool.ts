import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { QuantizedModel } from "@matchmul/quantizer";
import { argMax } from "../layers/arg-max.js";
import type { Int8Result } from "../run.js";
import { Layout } from "./layout.js";
import { allocateMemory, kernelModule, Machine } from "./machine.js";
import { isUsableInPlace } from "./prepare/product.js";

/** Images a worker takes at a time: few enough that all finish together, enough that messages cost little. */
const CHUNK = 8;

/**
 * What a worker runs: the program's calls for each image of a message. It is text, so that it needs no file of
 * its own, however this package is loaded.
 */
const workerSource = `
const { parentPort, workerData: { module, memory, program } } = require("node:worker_threads");
const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports;
const types = { int8: Int8Array, uint8: Uint8Array, int32: Int32Array };
const view = ({ dtype, address, length }) => new types[dtype](memory.buffer, address, length);
const input = view(program.input), logits = view(program.logits);
parentPort.on("message", (images) => {
  const count = images.length / input.length;
  const out = new Int32Array(count * logits.length);
  for (let n = 0; n < count; n++) {
    input.set(images.subarray(n * input.length, (n + 1) * input.length));
    for (const [kernel, ...parameters] of program.calls) kernels[kernel](...parameters);
    out.set(logits, n * logits.length);
  }
  parentPort.postMessage(out, [out.buffer]);
});`;

/** Worker threads that execute one model; large matrices are in memory once for all of them. */
export class WasmPool {
  readonly #workers: Worker[];
  readonly #inputLength: number;
  readonly #logitsLength: number;

  /** @param threads how many workers; default one per processor */
  constructor(model: QuantizedModel, threads: number = availableParallelism()) {
    const placed = new Map<object, number>();
    let end = 0;
    for (const layer of model.layers)
      if (layer.kind === "fully-connected" && isUsableInPlace(layer)) {
        placed.set(layer.weights, end);
        end += layer.weights.length;
      }
    const layouts: Layout[] = [];
    for (let t = 0; t < threads; t++) {
      const layout = new Layout(model, end, placed);
      layouts.push(layout);
      end = layout.end;
    }
    const memory = allocateMemory(end, true);
    const machine = new Machine(memory);
    for (const layer of model.layers)
      if (layer.kind === "fully-connected" && placed.has(layer.weights))
        machine.int8.set(layer.weights, placed.get(layer.weights)!);
    const module = kernelModule(memory);
    this.#workers = layouts.map((layout) => {
      layout.initialise(machine);
      const workerData = { module, memory, program: layout.program };
      return new Worker(workerSource, { eval: true, workerData, execArgv: [], stdout: false });
    });
    this.#inputLength = layouts[0].program.input.length;
    this.#logitsLength = layouts[0].program.logits.length;
  }

  /** @param inputs the input tensors' elements, already checked. One call at a time. */
  async run(inputs: readonly (Int8Array | Uint8Array)[]): Promise<Int8Result[]> {
    const results: Int8Result[] = new Array(inputs.length);
    let next = 0;
    const serve = (worker: Worker) =>
      new Promise<void>((resolve, reject) => {
        let first = 0;
        const send = () => {
          if (next >= inputs.length) {
            worker.off("message", receive).off("error", reject);
            resolve();
            return;
          }
          first = next;
          next = Math.min(next + CHUNK, inputs.length);
          const images = new Int8Array((next - first) * this.#inputLength);
          for (let i = first; i < next; i++) images.set(inputs[i], (i - first) * this.#inputLength);
          worker.postMessage(images, [images.buffer]);
        };
        const receive = (out: Int32Array) => {
          for (let i = 0; i * this.#logitsLength < out.length; i++) {
            const logits = out.slice(i * this.#logitsLength, (i + 1) * this.#logitsLength);
            results[first + i] = { logits, class: argMax(logits) };
          }
          send();
        };
        worker.on("message", receive).on("error", reject);
        send();
      });
    await Promise.all(this.#workers.map(serve));
    return results;
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}
