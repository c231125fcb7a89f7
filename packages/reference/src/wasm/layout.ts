import type { QuantizedModel } from "@matchmul/quantizer";
import { Arena, type Machine } from "./machine.js";
import type { Call, Prepared } from "./prepare/prepared.js";
import { prepareLayer } from "./prepare/registry.js";

/** A tensor's place in memory. */
export interface Place {
  address: number;
  length: number;
  dtype: "int8" | "uint8" | "int32";
}

/** An inference as numbers alone: another thread needs no more than this, the kernels and the memory. */
export interface Program {
  calls: Call[];
  input: Place;
  logits: Place;
}

/** A model laid out in memory from an address on: everything but the memory itself. */
export class Layout {
  readonly program: Program;
  /** First address after everything. */
  readonly end: number;
  readonly #layers: Prepared[];

  /** @param placed weights that lie in the memory already, and where: they are used there if their shape allows */
  constructor(model: QuantizedModel, start: number, placed: ReadonlyMap<object, number> = new Map()) {
    const arena = new Arena(Math.ceil(start / 16) * 16);
    const place = (name: string): Place => {
      const { shape, dtype } = model.tensors[name];
      return { address: addresses.get(name)!, length: shape.reduce((a, b) => a * b, 1), dtype };
    };
    const addresses = new Map(
      Object.values(model.tensors).map(({ name, shape, dtype }) => {
        const length = shape.reduce((a, b) => a * b, 1);
        return [name, arena.take(dtype === "int32" ? 4 * length : length)];
      }),
    );
    this.#layers = model.layers.map((layer) => prepareLayer(layer, { model, arena, addresses, placed }));
    this.program = {
      calls: this.#layers.flatMap((layer) => layer.calls),
      input: place(model.input),
      logits: place(model.logits),
    };
    this.end = arena.end;
  }

  /** Writes the weights and tables to their places. */
  initialise(machine: Machine): void {
    for (const layer of this.#layers) layer.initialise(machine);
  }
}
