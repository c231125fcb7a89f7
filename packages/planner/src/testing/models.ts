import type { Random } from "@matchmul/common";
import type {
  FullyConnectedLayer,
  QuantizedLayer,
  QuantizedModel,
  QuantizedTensor,
  Requantization,
  Window,
} from "@matchmul/quantizer";

/** A random int8 model: fully connected layers of the given widths, extremes of int8 more often than chance. */
export function randomModel(random: Random, widths: number[], signedInput: boolean): QuantizedModel {
  const tensors: Record<string, QuantizedTensor> = {};
  const tensor = (name: string, features: number, range: [number, number]): void => {
    tensors[name] = {
      name,
      shape: [features],
      dtype: name === "logits" ? "int32" : "int8",
      scale: 1,
      zeroPoint: 0,
      range,
    };
  };
  tensor("x", widths[0], signedInput ? [-128, 127] : [0, 127]);
  const layers: QuantizedLayer[] = [];
  for (let l = 1; l < widths.length; l++) {
    const [inFeatures, outFeatures] = [widths[l - 1], widths[l]];
    const last = l === widths.length - 1;
    const relu = random.next() < 0.5;
    const shift = random.integer(0, 12);
    const weight = (): number =>
      random.next() < 0.2 ? (random.next() < 0.5 ? -127 : 127) : random.integer(-127, 127);
    const output = last ? "logits" : `h${l}`;
    tensor(output, outFeatures, last ? [-(2 ** 31), 2 ** 31 - 1] : relu ? [0, 127] : [-128, 127]);
    layers.push({
      kind: "fully-connected",
      name: `fc${l}`,
      input: l === 1 ? "x" : `h${l - 1}`,
      output,
      inFeatures,
      outFeatures,
      weights: Int8Array.from({ length: inFeatures * outFeatures }, weight),
      bias: Int32Array.from({ length: outFeatures }, () => random.integer(-50_000, 50_000)),
      weightScale: [1],
      activation: relu ? "relu" : "none",
      requantization: last
        ? null
        : {
            kind: "shift-lut",
            shift,
            low: relu ? 0 : -128,
            table: Int8Array.from({ length: 256 }, () =>
              relu ? random.integer(0, 127) : random.integer(-128, 127),
            ),
          },
    });
  }
  layers.push({ kind: "arg-max", name: "class", input: "logits", output: "class" });
  return {
    format: "matchmul-int8",
    version: 1,
    name: "random",
    input: "x",
    logits: "logits",
    tensors,
    layers,
  };
}

export function randomInput(random: Random, model: QuantizedModel): Int8Array | Uint8Array {
  const { range, dtype, shape } = model.tensors[model.input];
  const [low, high] = range;
  const values = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => {
    const kind = random.next();
    return kind < 0.1 ? low : kind < 0.2 ? high : random.integer(low, high);
  });
  return dtype === "uint8" ? Uint8Array.from(values) : Int8Array.from(values);
}

const weights = (random: Random, count: number): Int8Array =>
  Int8Array.from({ length: count }, () => (random.next() < 0.2 ? 127 : random.integer(-127, 127)));

/** Requantization of a random kind; tables never decrease, so that max pooling may follow. */
function randomRequantization(random: Random, channels: number): Requantization {
  const ascending = (count: number, low: number, high: number): number[] =>
    Array.from({ length: count }, () => random.integer(low, high)).sort((a, b) => a - b);
  const kind = random.integer(0, 2);
  const low = random.next() < 0.5 ? 0 : -128;
  const table = (): number[] => ascending(256, low, 127);
  if (kind === 0)
    return { kind: "shift-lut", shift: random.integer(0, 10), low, table: Int8Array.from(table()) };
  if (kind === 1)
    return {
      kind: "channel-shift-lut",
      shifts: Int32Array.from({ length: channels }, () => random.integer(2, 8)),
      low,
      tables: Int8Array.from(Array.from({ length: channels }, table).flat()),
    };
  const count = 127 - low;
  const rows = random.next() < 0.5 ? 1 : channels;
  const thresholds = Array.from({ length: rows }, () => ascending(count, -60_000, 60_000)).flat();
  return { kind: "threshold", lowest: low, count, thresholds: Int32Array.from(thresholds) };
}

function window(inSize: [number, number], kernel: [number, number], stride: number, pad: number): Window {
  const out = (d: 0 | 1): number => Math.floor((inSize[d] + 2 * pad - kernel[d]) / stride) + 1;
  return {
    inSize,
    outSize: [out(0), out(1)],
    kernel,
    stride: [stride, stride],
    dilation: [1, 1],
    padBefore: [pad, pad],
  };
}

/**
 * A random small convolutional int8 model: convolution (grouped or not, padded or not), perhaps max or average
 * pooling, a rearrangement, a fully connected layer; all three kinds of requantization.
 */
export function randomConvolutional(random: Random): QuantizedModel {
  const tensors: Record<string, QuantizedTensor> = {};
  const layers: QuantizedLayer[] = [];
  const tensor = (
    name: string,
    shape: number[],
    dtype: QuantizedTensor["dtype"],
    range: [number, number],
  ): void => {
    tensors[name] = { name, shape, dtype, scale: 1, zeroPoint: 0, range };
  };
  const groups = random.integer(1, 2);
  const inChannels = groups * random.integer(1, 2);
  const outChannels = groups * random.integer(1, 3);
  const size: [number, number] = [random.integer(3, 5), random.integer(3, 5)];
  const convolution = window(
    size,
    [random.integer(1, 3), random.integer(1, 3)],
    random.integer(1, 2),
    random.integer(0, 1),
  );
  const unsigned = random.next() < 0.3;
  tensor(
    "x",
    [inChannels, ...size],
    unsigned ? "uint8" : "int8",
    unsigned ? [0, 255] : random.next() < 0.5 ? [0, 127] : [-128, 127],
  );
  const requantization = randomRequantization(random, outChannels);
  const taps = (inChannels / groups) * convolution.kernel[0] * convolution.kernel[1];
  layers.push({
    kind: "convolution",
    name: "conv",
    input: "x",
    output: "c",
    inChannels,
    outChannels,
    groups,
    window: convolution,
    padValue: unsigned ? random.integer(0, 9) : 0,
    weights: weights(random, outChannels * taps),
    bias: Int32Array.from({ length: outChannels }, () => random.integer(-5000, 5000)),
    weightScale: [1],
    activation: "none",
    requantization,
  });
  const byteRange: [number, number] =
    requantization.kind === "threshold"
      ? [requantization.lowest, requantization.lowest + requantization.count]
      : [requantization.low, 127];
  tensor("c", [outChannels, ...convolution.outSize], "int8", byteRange);
  let last = "c";
  let shape = convolution.outSize;
  if (random.next() < 0.7) {
    const pool = window(shape, [Math.min(2, shape[0]), Math.min(2, shape[1])], random.integer(1, 2), 0);
    shape = pool.outSize;
    const common = { input: last, output: "p", channels: outChannels, window: pool };
    if (random.next() < 0.5) layers.push({ kind: "max-pool", name: "max", ...common });
    else {
      const count = pool.kernel[0] * pool.kernel[1];
      const multipliers = new Int32Array(count + 1);
      multipliers[count] = random.integer(1, 60);
      const after = randomRequantization(random, outChannels);
      layers.push({
        kind: "average-pool",
        name: "mean",
        ...common,
        multipliers,
        bias: random.integer(-99, 99),
        activation: "none",
        requantization: after,
      });
    }
    tensor("p", [outChannels, ...shape], "int8", [-128, 127]);
    last = "p";
  }
  if (random.next() < 0.5) {
    const table = Int8Array.from({ length: 256 }, () => random.integer(-128, 127));
    layers.push({ kind: "lookup", name: "act", input: last, output: "a", activation: "any", table });
    tensor("a", [outChannels, ...shape], "int8", [-128, 127]);
    last = "a";
  }
  const features = outChannels * shape[0] * shape[1];
  if (random.next() < 0.5) {
    const indices = Int32Array.from({ length: features }, (_, i) => (i * 7 + 3) % features);
    if (random.next() < 0.5) indices[random.integer(0, features - 1)] = -1;
    layers.push({
      kind: "rearrange",
      name: "permute",
      input: last,
      output: "r",
      indices,
      fill: random.integer(-9, 9),
    });
    tensor("r", [features], "int8", [-128, 127]);
    last = "r";
  }
  const classes = random.integer(2, 10);
  layers.push({
    kind: "fully-connected",
    name: "fc",
    input: last,
    output: "logits",
    inFeatures: features,
    outFeatures: classes,
    weights: weights(random, features * classes),
    bias: Int32Array.from({ length: classes }, () => random.integer(-5000, 5000)),
    weightScale: [1],
    activation: "none",
    requantization: null,
  });
  tensor("logits", [classes], "int32", [-(2 ** 31), 2 ** 31 - 1]);
  layers.push({ kind: "arg-max", name: "class", input: "logits", output: "class" });
  tensor("class", [1], "int32", [0, classes - 1]);
  return {
    format: "matchmul-int8",
    version: 1,
    name: "convolutional",
    input: "x",
    logits: "logits",
    tensors,
    layers,
  };
}

/** The model's meaning, written as plainly as possible and in bigint: what the lowering is held against. */
export function evaluate(
  model: QuantizedModel,
  input: Int8Array | Uint8Array,
): { logits: number[]; class: number } {
  let x = [...input].map(BigInt);
  for (const layer of model.layers) {
    if (layer.kind !== "fully-connected") continue;
    const fc: FullyConnectedLayer = layer;
    const acc = Array.from({ length: fc.outFeatures }, (_, o) => {
      let sum = BigInt(fc.bias[o]);
      for (let i = 0; i < fc.inFeatures; i++) sum += BigInt(fc.weights[o * fc.inFeatures + i]) * x[i];
      return sum;
    });
    const lut = fc.requantization;
    x = acc.map((a) => {
      if (lut === null) return a;
      const index = Number(a >> BigInt(lut.shift));
      return BigInt(lut.table[Math.min(Math.max(index, lut.low), lut.low + 255) - lut.low]);
    });
  }
  const logits = x.map(Number);
  return { logits, class: logits.indexOf(Math.max(...logits)) };
}
