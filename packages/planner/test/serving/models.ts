import type { Random } from "@matchmul/common";
import type {
  QuantizedLayer,
  QuantizedModel,
  QuantizedTensor,
  Requantization,
  Window,
} from "@matchmul/quantizer";

type Pair = [number, number];

/** A window over an image, or undefined where it has no position. */
function windowOver(random: Random, inSize: Pair, most: number, pad: boolean): Window {
  const kernel: Pair = [
    random.integer(1, Math.min(most, inSize[0])),
    random.integer(1, Math.min(most, inSize[1])),
  ];
  const dilation: Pair = [1, 1];
  const padBefore: Pair = [0, 0];
  const after: Pair = [0, 0];
  for (const d of [0, 1]) {
    if (pad && random.next() < 0.3 && (kernel[d] - 1) * 2 < inSize[d]) dilation[d] = 2;
    if (pad) {
      padBefore[d] = random.integer(0, kernel[d] - 1);
      after[d] = random.integer(0, kernel[d] - 1);
    }
  }
  const stride: Pair = [random.integer(1, 2), random.integer(1, 2)];
  const out = (d: 0 | 1): number =>
    Math.floor((inSize[d] + padBefore[d] + after[d] - (kernel[d] - 1) * dilation[d] - 1) / stride[d]) + 1;
  return { inSize, outSize: [out(0), out(1)], kernel, stride, dilation, padBefore };
}

/** Tables that ascend, so that max pooling may follow. */
function requantization(random: Random, channels: number, low: number): Requantization {
  const table = (): number[] =>
    Array.from({ length: 256 }, () => random.integer(low, 127)).sort((a, b) => a - b);
  if (random.next() < 0.6)
    return { kind: "shift-lut", shift: random.integer(0, 12), low, table: Int8Array.from(table()) };
  return {
    kind: "channel-shift-lut",
    shifts: Int32Array.from({ length: channels }, () => random.integer(3, 8)),
    low,
    tables: Int8Array.from(Array.from({ length: channels }, table).flat()),
  };
}

/**
 * A random network of what serving lowers: convolutions (padding, stride, dilation, groups), max and average pooling,
 * activation tables, a rearrangement, fully connected layers.
 */
export function randomServable(random: Random): QuantizedModel {
  const tensors: Record<string, QuantizedTensor> = {};
  const layers: QuantizedLayer[] = [];
  let last = "";
  let range: Pair = [0, 0];
  const tensor = (
    name: string,
    shape: number[],
    to: Pair,
    dtype: QuantizedTensor["dtype"] = "int8",
  ): string => {
    tensors[name] = { name, shape, dtype, scale: 1, zeroPoint: 0, range: to };
    range = to;
    last = name;
    return name;
  };
  const weights = (count: number): Int8Array =>
    Int8Array.from({ length: count }, () => (random.next() < 0.2 ? 127 : random.integer(-127, 127)));
  const biases = (count: number): Int32Array =>
    Int32Array.from({ length: count }, () => random.integer(-9000, 9000));
  const byteRange = (r: Requantization | null): Pair =>
    r === null || r.kind === "threshold" ? [-128, 127] : [r.low, 127];

  let channels = random.integer(1, 5);
  let size: Pair = [random.integer(1, 8), random.integer(1, 8)];
  const spatial = random.next() < 0.7;
  if (!spatial) {
    channels = random.integer(1, 150);
    size = [1, 1];
  }
  const kind = random.next();
  if (kind < 0.25) tensor("x", spatial ? [channels, ...size] : [channels], [0, 255], "uint8");
  else tensor("x", spatial ? [channels, ...size] : [channels], kind < 0.6 ? [0, 127] : [-128, 127]);

  if (spatial)
    for (let c = random.integer(1, 2); c > 0; c--) {
      const groups = channels % 2 === 0 && random.next() < 0.4 ? 2 : 1;
      const outChannels = groups * random.integer(1, random.next() < 0.3 ? 40 : 8);
      const window = windowOver(random, size, 3, true);
      const rule = requantization(random, outChannels, random.next() < 0.6 ? 0 : -128);
      const name = `conv${c}`;
      const input = last;
      layers.push({
        kind: "convolution",
        name,
        input,
        output: tensor(name, [outChannels, ...window.outSize], byteRange(rule)),
        inChannels: channels,
        outChannels,
        groups,
        window,
        padValue: 0,
        weights: weights((outChannels * channels * window.kernel[0] * window.kernel[1]) / groups),
        bias: biases(outChannels),
        weightScale: [1],
        activation: "none",
        requantization: rule,
      });
      channels = outChannels;
      size = window.outSize;
      const pooling = random.next();
      if (pooling < 0.4) {
        const pool = windowOver(random, size, 3, random.next() < 0.3);
        pool.dilation = [1, 1];
        layers.push({
          kind: "max-pool",
          name: `max${c}`,
          input: last,
          output: tensor(`max${c}`, [channels, ...pool.outSize], range),
          channels,
          window: pool,
        });
        size = pool.outSize;
      } else if (pooling < 0.6) {
        const pool = windowOver(random, size, 3, false);
        const count = pool.kernel[0] * pool.kernel[1];
        const multipliers = new Int32Array(count + 1);
        multipliers[count] = random.integer(1, 60);
        const after = requantization(random, channels, random.next() < 0.5 ? 0 : -128);
        layers.push({
          kind: "average-pool",
          name: `mean${c}`,
          input: last,
          output: tensor(`mean${c}`, [channels, ...pool.outSize], byteRange(after)),
          channels,
          window: pool,
          multipliers,
          bias: random.integer(-99, 99),
          activation: "none",
          requantization: after,
        });
        size = pool.outSize;
      }
      if (random.next() < 0.3) {
        const table = Int8Array.from({ length: 256 }, () => random.integer(-128, 127));
        layers.push({
          kind: "lookup",
          name: `act${c}`,
          input: last,
          output: tensor(`act${c}`, [channels, ...size], [-128, 127]),
          activation: "any",
          table,
        });
      }
    }
  let features = channels * size[0] * size[1];
  if (layers.length > 0 && random.next() < 0.4) {
    const indices = Int32Array.from({ length: features }, (_, i) => (i * 7 + 3) % features);
    if (random.next() < 0.5) indices[random.integer(0, features - 1)] = -1;
    const fill = random.integer(Math.max(range[0], -9), 9);
    layers.push({
      kind: "rearrange",
      name: "permute",
      input: last,
      output: tensor("permute", [features], range),
      indices,
      fill,
    });
  }
  for (let f = random.integer(0, 2); f >= 0; f--) {
    const outFeatures = f === 0 ? random.integer(1, 40) : random.integer(1, 80);
    const relu = random.next() < 0.5;
    const name = f === 0 ? "logits" : `fc${f}`;
    const rule = f === 0 ? null : requantization(random, outFeatures, relu ? 0 : -128);
    const input = last;
    layers.push({
      kind: "fully-connected",
      name,
      input,
      output:
        f === 0
          ? tensor(name, [outFeatures], [-(2 ** 31), 2 ** 31 - 1], "int32")
          : tensor(name, [outFeatures], byteRange(rule)),
      inFeatures: features,
      outFeatures,
      weights: weights(features * outFeatures),
      bias: biases(outFeatures),
      weightScale: [1],
      activation: "none",
      requantization: rule?.kind === "shift-lut" ? rule : null,
    });
    if (f > 0 && rule?.kind !== "shift-lut") {
      const table = requantization(random, outFeatures, relu ? 0 : -128);
      const fc = layers.at(-1);
      if (fc?.kind === "fully-connected")
        fc.requantization =
          table.kind === "shift-lut"
            ? table
            : {
                kind: "shift-lut",
                shift: 5,
                low: table.low,
                table: Int8Array.from({ length: 256 }, (_, i) => Math.min(127, table.low + i)),
              };
    }
    features = outFeatures;
  }
  return {
    format: "matchmul-int8",
    version: 1,
    name: "servable",
    input: "x",
    logits: "logits",
    tensors,
    layers,
  };
}
