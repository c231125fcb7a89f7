import { Random } from "@matchmul/common";
import type {
  QuantizedLayer,
  QuantizedModel,
  QuantizedTensor,
  Requantization,
  Window,
} from "@matchmul/quantizer";

/**
 * Random valid int8 models without meaning: what an executor must compute exactly, whatever the numbers. `extreme`
 * takes weights, tables and inputs from the ends of their ranges only.
 */
export class ModelMaker {
  readonly random: Random;
  readonly tensors: Record<string, QuantizedTensor> = {};
  readonly layers: QuantizedLayer[] = [];

  constructor(
    seed: number,
    readonly extreme: boolean,
  ) {
    this.random = new Random(seed);
  }

  /** An integer of [low, high], or one of the two. */
  pick(low: number, high: number): number {
    return this.extreme ? (this.random.next() < 0.5 ? low : high) : this.random.integer(low, high);
  }

  chance(): boolean {
    return this.random.next() < 0.5;
  }

  tensor(shape: number[], dtype: QuantizedTensor["dtype"], range?: [number, number]): QuantizedTensor {
    const name = `t${Object.keys(this.tensors).length}`;
    const full: [number, number] = { int8: [-128, 127], uint8: [0, 255], int32: [-(2 ** 31), 2 ** 31 - 1] }[
      dtype
    ] as [number, number];
    return (this.tensors[name] = { name, shape, dtype, scale: 1, zeroPoint: 0, range: range ?? full });
  }

  bytes(shape: number[]): QuantizedTensor {
    if (this.chance()) return this.tensor(shape, "uint8");
    return this.tensor(shape, "int8", this.chance() ? [0, 127] : undefined);
  }

  requantization(output: QuantizedTensor, channels: number, accumulators: number): Requantization {
    const [low, high] = output.range;
    if (output.dtype === "uint8" || this.chance()) {
      const count = this.random.integer(0, high - low);
      const rows = channels > 1 && this.chance() ? channels : 1;
      const thresholds = new Int32Array(rows * count);
      for (let r = 0; r < rows; r++)
        thresholds
          .subarray(r * count, (r + 1) * count)
          .set(
            Array.from({ length: count }, () => this.pick(-accumulators, accumulators)).sort((a, b) => a - b),
          );
      return { kind: "threshold", lowest: this.random.integer(low, high - count), count, thresholds };
    }
    const shift = () => this.random.integer(0, Math.max(0, Math.floor(Math.log2(accumulators / 64))));
    const lowest = this.chance() ? 0 : -128;
    const entries = (n: number) => Int8Array.from({ length: n }, () => this.pick(low, high));
    return channels > 1 && this.chance()
      ? {
          kind: "channel-shift-lut",
          shifts: Int32Array.from({ length: channels }, shift),
          low: lowest,
          tables: entries(256 * channels),
        }
      : { kind: "shift-lut", shift: shift(), low: lowest, table: entries(256) };
  }

  fullyConnected(input: QuantizedTensor, outFeatures: number, last: boolean): QuantizedTensor {
    const inFeatures = input.shape.reduce((a, b) => a * b, 1);
    const output = last ? this.tensor([outFeatures], "int32") : this.tensor([outFeatures], "int8");
    this.layers.push({
      kind: "fully-connected",
      name: `layer${this.layers.length}`,
      input: input.name,
      output: output.name,
      inFeatures,
      outFeatures,
      weights: Int8Array.from({ length: inFeatures * outFeatures }, () => this.pick(-127, 127)),
      bias: this.biases(outFeatures, inFeatures),
      weightScale: [1],
      activation: "none",
      requantization: last
        ? null
        : {
            kind: "shift-lut",
            shift: this.random.integer(0, 31),
            low: this.chance() ? 0 : -128,
            table: Int8Array.from({ length: 256 }, () => this.pick(-128, 127)),
          },
    });
    return output;
  }

  biases(outputs: number, perOutput: number): Int32Array {
    const room = 2 ** 31 - 2 - perOutput * 255 * 255;
    return Int32Array.from({ length: outputs }, () => this.pick(-room, room) * (this.chance() ? 1 : 1e-5));
  }

  window(inSize: [number, number], pads: boolean): Window {
    const of = (f: (d: 0 | 1) => number): [number, number] => [f(0), f(1)];
    for (;;) {
      const kernel = of((d) => this.random.integer(1, Math.min(inSize[d], 4)));
      const stride = of(() => this.random.integer(1, 3));
      const dilation = of(() => this.random.integer(1, 2));
      const padBefore = of((d) => (pads ? this.random.integer(0, kernel[d] - 1) : 0));
      const after = of((d) => (pads ? this.random.integer(0, kernel[d] - 1) : 0));
      const outSize = of(
        (d) =>
          Math.floor((inSize[d] + padBefore[d] + after[d] - (kernel[d] - 1) * dilation[d] - 1) / stride[d]) +
          1,
      );
      if (outSize[0] > 0 && outSize[1] > 0) return { inSize, outSize, kernel, stride, dilation, padBefore };
    }
  }

  convolution(input: QuantizedTensor): QuantizedTensor {
    const [inChannels, h, w] = input.shape;
    const window = this.window([h, w], true);
    const groups = inChannels > 1 && this.chance() ? inChannels : 1;
    const outChannels = groups * this.random.integer(1, groups > 1 ? 2 : 6);
    const output = this.bytes([outChannels, ...window.outSize]);
    const perOutput = (inChannels / groups) * window.kernel[0] * window.kernel[1];
    const weights = Array.from({ length: perOutput * outChannels }, () => this.pick(-127, 127));
    this.layers.push({
      kind: "convolution",
      name: `layer${this.layers.length}`,
      input: input.name,
      output: output.name,
      inChannels,
      outChannels,
      groups,
      window,
      padValue: this.random.integer(input.range[0], input.range[1]),
      weights: this.random.next() < 0.2 ? Int16Array.from(weights, (v) => v * 2) : Int8Array.from(weights),
      bias: this.biases(outChannels, perOutput * 2),
      weightScale: [1],
      activation: "none",
      requantization: this.requantization(output, outChannels, perOutput * 60 * 60),
    });
    return output;
  }

  pool(input: QuantizedTensor, max = this.chance(), pads = true): QuantizedTensor {
    const [channels, h, w] = input.shape;
    const base = { name: `layer${this.layers.length}`, input: input.name, channels };
    if (max) {
      for (;;) {
        const window = this.window([h, w], pads);
        const output: QuantizedTensor = { ...input, name: "", shape: [channels, ...window.outSize] };
        // Dilation can leave a window with no element inside; such a window has no maximum.
        if (window.dilation.some((d) => d > 1) && window.padBefore.some((p) => p > 0)) continue;
        if (
          [0, 1].some(
            (d) => (window.outSize[d] - 1) * window.stride[d] - window.padBefore[d] >= window.inSize[d],
          )
        )
          continue;
        const { name } = this.tensor(output.shape, output.dtype, output.range);
        this.layers.push({ kind: "max-pool", ...base, output: name, window });
        return this.tensors[name];
      }
    }
    const window = this.window([h, w], true);
    const output = this.bytes([channels, ...window.outSize]);
    const area = window.kernel[0] * window.kernel[1];
    this.layers.push({
      kind: "average-pool",
      ...base,
      output: output.name,
      window,
      multipliers: Int32Array.from({ length: area + 1 }, () => this.random.integer(1, 1000)),
      bias: this.random.integer(-10_000, 10_000),
      activation: "none",
      requantization: this.requantization(output, 1, area * 50_000),
    });
    return output;
  }

  add(a: QuantizedTensor, b: QuantizedTensor): QuantizedTensor {
    const output = this.bytes(a.shape);
    this.layers.push({
      kind: "add",
      name: `layer${this.layers.length}`,
      inputs: [a.name, b.name],
      output: output.name,
      multipliers: [this.random.integer(-4096, 4096), this.random.integer(-4096, 4096)],
      bias: this.pick(-100_000, 100_000),
      activation: "none",
      requantization: this.requantization(output, 1, 500_000),
    });
    return output;
  }

  lookup(input: QuantizedTensor): QuantizedTensor {
    const output = this.bytes(input.shape);
    const table = Array.from({ length: 256 }, () => this.pick(output.range[0], output.range[1]));
    this.layers.push({
      kind: "lookup",
      name: `layer${this.layers.length}`,
      input: input.name,
      output: output.name,
      activation: "none",
      table: output.dtype === "int8" ? Int8Array.from(table) : Uint8Array.from(table),
    });
    return output;
  }

  concat(parts: QuantizedTensor[], axis: number): QuantizedTensor {
    const shape = parts[0].shape.map((d, i) =>
      i === axis ? parts.reduce((n, t) => n + t.shape[axis], 0) : d,
    );
    const output = this.tensor(shape, parts[0].dtype);
    this.layers.push({
      kind: "concat",
      name: `layer${this.layers.length}`,
      inputs: parts.map((t) => t.name),
      output: output.name,
      axis,
    });
    return output;
  }

  rearrange(input: QuantizedTensor, length: number): QuantizedTensor {
    const output = this.tensor([length], input.dtype, input.range);
    const count = input.shape.reduce((a, b) => a * b, 1);
    this.layers.push({
      kind: "rearrange",
      name: `layer${this.layers.length}`,
      input: input.name,
      output: output.name,
      indices: Int32Array.from({ length }, () => this.random.integer(-1, count - 1)),
      fill: this.random.integer(input.range[0], input.range[1]),
    });
    return output;
  }

  finish(input: QuantizedTensor, logits: QuantizedTensor): QuantizedModel {
    const verdict = this.tensor([1], "int32");
    this.layers.push({ kind: "arg-max", name: "arg-max", input: logits.name, output: verdict.name });
    return {
      format: "matchmul-int8",
      version: 1,
      name: "random",
      input: input.name,
      logits: logits.name,
      tensors: this.tensors,
      layers: this.layers,
    };
  }
}

/** Fully connected layers of the given widths, the first being the input's. */
export function randomChain(seed: number, widths: number[], extreme: boolean): QuantizedModel {
  const maker = new ModelMaker(seed, extreme);
  const input = maker.bytes([widths[0]]);
  let tensor = input;
  for (let l = 1; l < widths.length; l++)
    tensor = maker.fullyConnected(tensor, widths[l], l === widths.length - 1);
  return maker.finish(input, tensor);
}

/** An image network with every kind of layer somewhere. */
export function randomNetwork(seed: number, extreme: boolean): QuantizedModel {
  const maker = new ModelMaker(seed, extreme);
  const { random } = maker;
  const side = () => random.integer(3, 9);
  const input = maker.bytes([random.integer(1, 5), side(), maker.chance() ? side() : 1]);
  let tensor = input;
  for (let n = random.integer(1, 5); n > 0; n--) {
    const kind = random.integer(0, 4);
    if (kind <= 1) tensor = maker.convolution(tensor);
    else if (kind === 2) tensor = maker.pool(tensor);
    else if (kind === 3) tensor = maker.add(tensor, maker.lookup(tensor));
    else tensor = maker.concat([tensor, tensor], random.integer(0, 2));
  }
  tensor = maker.rearrange(tensor, random.integer(1, 50));
  return maker.finish(input, maker.fullyConnected(tensor, random.integer(1, 12), true));
}

/** A convolution and a max pool without padding alone on it: an executor may pool before it requantizes. */
export function randomPooled(seed: number, extreme: boolean): QuantizedModel {
  const maker = new ModelMaker(seed, extreme);
  const { random } = maker;
  const input = maker.bytes([random.integer(1, 5), random.integer(4, 9), random.integer(1, 9)]);
  const output = maker.convolution(input);
  const [layer] = maker.layers;
  if (layer.kind === "convolution" && layer.requantization !== null && random.next() < 0.8) {
    const { requantization } = layer;
    if (requantization.kind === "shift-lut") requantization.table.sort();
    if (requantization.kind === "channel-shift-lut")
      for (let c = 0; c < layer.outChannels; c++)
        requantization.tables.subarray(c * 256, c * 256 + 256).sort();
  }
  return maker.finish(input, maker.fullyConnected(maker.pool(output, true, false), 5, true));
}

/** An input of the model's range. */
export function randomInput(seed: number, model: QuantizedModel, extreme: boolean): Int8Array | Uint8Array {
  const random = new Random(seed);
  const { shape, range, dtype } = model.tensors[model.input];
  const values = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () =>
    extreme ? range[random.integer(0, 1)] : random.integer(range[0], range[1]),
  );
  return dtype === "int8" ? Int8Array.from(values) : Uint8Array.from(values);
}
