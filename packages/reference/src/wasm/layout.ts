import {
  type ConvolutionLayer,
  layerInputs,
  type MaxPoolLayer,
  type QuantizedLayer,
  type QuantizedModel,
  type Requantization,
} from "@matchmul/quantizer";
import { Arena, type Machine } from "./machine.js";
import { prepareConvolution } from "./prepare/convolution.js";
import { type Call, type Prepared, paddedSize } from "./prepare/prepared.js";
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
    const preparation = { model, arena, addresses, placed };
    const pools = fusiblePools(model);
    const fused = new Set<QuantizedLayer>(pools.values());
    this.#layers = model.layers
      .filter((layer) => !fused.has(layer))
      .map((layer) => {
        const pool = layer.kind === "convolution" ? pools.get(layer) : undefined;
        return pool === undefined
          ? prepareLayer(layer, preparation)
          : prepareConvolution(layer as ConvolutionLayer, preparation, pool);
      });
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

/** Whether larger accumulators never give smaller outputs, so that the largest may be taken before or after. */
function isMonotone(requantization: Requantization | null): boolean {
  if (requantization === null) return false;
  if (requantization.kind === "threshold") return true;
  const entries = requantization.kind === "shift-lut" ? requantization.table : requantization.tables;
  return entries.every((y, i) => i % 256 === 0 || y >= entries[i - 1]);
}

/** Max pools without padding that alone read a convolution with monotone requantization. */
function fusiblePools(model: QuantizedModel): Map<ConvolutionLayer, MaxPoolLayer> {
  const pools = new Map<ConvolutionLayer, MaxPoolLayer>();
  for (const layer of model.layers) {
    if (layer.kind !== "convolution" || layer.output === model.logits || !isMonotone(layer.requantization))
      continue;
    const readers = model.layers.filter((reader) => layerInputs(reader).includes(layer.output));
    const [pool] = readers;
    if (readers.length !== 1 || pool.kind !== "max-pool") continue;
    if (paddedSize(pool.window).every((d, i) => d === pool.window.inSize[i])) pools.set(layer, pool);
  }
  return pools;
}
