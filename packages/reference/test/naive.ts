import type { QuantizedLayer, QuantizedModel, Requantization, Window } from "@matchmul/quantizer";

/**
 * The int8 model once more, as directly from docs/arithmetic.md as can be: bigint, one element at a time, no
 * typed-array wrap-around to lean on. Shares nothing with the executor.
 */
export function naiveInt8(model: QuantizedModel, input: ArrayLike<number>): Map<string, bigint[]> {
  const values = new Map<string, bigint[]>([[model.input, Array.from(input, (v) => BigInt(v))]]);
  for (const layer of model.layers) values.set(layer.output, naiveLayer(model, layer, values));
  return values;
}

const floorDivide = (n: bigint, d: bigint): bigint => (n - (((n % d) + d) % d)) / d;

function requantized(acc: bigint, channel: number, r: Requantization | null): bigint {
  if (r === null) return acc;
  if (r.kind === "threshold") {
    const perRow = r.count;
    const rows = perRow === 0 ? 1 : r.thresholds.length / perRow;
    const row = rows === 1 ? 0 : channel;
    let y = BigInt(r.lowest);
    for (let k = 0; k < perRow; k++) if (BigInt(r.thresholds[row * perRow + k]) <= acc) y++;
    return y;
  }
  const table = r.kind === "shift-lut" ? r.table : r.tables.slice(channel * 256, channel * 256 + 256);
  const low = BigInt(r.low);
  let index = floorDivide(acc, 2n ** BigInt(r.kind === "shift-lut" ? r.shift : r.shifts[channel]));
  if (index < low) index = low;
  if (index > low + 255n) index = low + 255n;
  return BigInt(table[Number(index - low)]);
}

/** The elements of one window, `undefined` where it leaves the image, row by row. */
function windowElements(
  x: bigint[],
  channel: number,
  w: Window,
  oy: number,
  ox: number,
): (bigint | undefined)[] {
  const out: (bigint | undefined)[] = [];
  for (let i = 0; i < w.kernel[0]; i++)
    for (let j = 0; j < w.kernel[1]; j++) {
      const y = oy * w.stride[0] + i * w.dilation[0] - w.padBefore[0];
      const z = ox * w.stride[1] + j * w.dilation[1] - w.padBefore[1];
      const inside = y >= 0 && y < w.inSize[0] && z >= 0 && z < w.inSize[1];
      out.push(inside ? x[(channel * w.inSize[0] + y) * w.inSize[1] + z] : undefined);
    }
  return out;
}

/** One value per channel, row and column of the output. */
function overOutputs(channels: number, w: Window, f: (c: number, y: number, x: number) => bigint): bigint[] {
  const out: bigint[] = [];
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < w.outSize[0]; y++) for (let x = 0; x < w.outSize[1]; x++) out.push(f(c, y, x));
  return out;
}

function naiveLayer(model: QuantizedModel, layer: QuantizedLayer, values: Map<string, bigint[]>): bigint[] {
  const get = (name: string): bigint[] => values.get(name)!;
  switch (layer.kind) {
    case "fully-connected": {
      const x = get(layer.input);
      return Array.from(layer.bias, (b, o) => {
        let acc = BigInt(b);
        for (const [i, v] of x.entries()) acc += BigInt(layer.weights[o * layer.inFeatures + i]) * v;
        return requantized(acc, o, layer.requantization);
      });
    }
    case "convolution": {
      const x = get(layer.input);
      const perGroup = layer.inChannels / layer.groups;
      const [kh, kw] = layer.window.kernel;
      return overOutputs(layer.outChannels, layer.window, (o, oy, ox) => {
        const group = Math.floor((o * layer.groups) / layer.outChannels);
        let acc = BigInt(layer.bias[o]);
        for (let c = 0; c < perGroup; c++)
          windowElements(x, group * perGroup + c, layer.window, oy, ox).forEach((v, k) => {
            acc += BigInt(layer.weights[(o * perGroup + c) * kh * kw + k]) * (v ?? BigInt(layer.padValue));
          });
        return requantized(acc, o, layer.requantization);
      });
    }
    case "max-pool":
      return overOutputs(layer.channels, layer.window, (c, y, x) =>
        windowElements(get(layer.input), c, layer.window, y, x)
          .filter((v) => v !== undefined)
          .reduce((a, b) => (b > a ? b : a)),
      );
    case "average-pool":
      return overOutputs(layer.channels, layer.window, (c, y, x) => {
        const inside = windowElements(get(layer.input), c, layer.window, y, x).filter((v) => v !== undefined);
        const sum = inside.reduce((a, b) => a + b, 0n);
        return requantized(
          BigInt(layer.bias) + BigInt(layer.multipliers[inside.length]) * sum,
          c,
          layer.requantization,
        );
      });
    case "add": {
      const [a, b] = layer.inputs.map(get);
      const [m, n] = layer.multipliers.map(BigInt);
      return a.map((v, i) => requantized(BigInt(layer.bias) + m * v + n * b[i], 0, layer.requantization));
    }
    case "lookup": {
      const lowest = model.tensors[layer.input].dtype === "int8" ? -128n : 0n;
      return get(layer.input).map((v) => BigInt(layer.table[Number(v - lowest)]));
    }
    case "concat": {
      const shapes = layer.inputs.map((name) => model.tensors[name].shape);
      const outer = shapes[0].slice(0, layer.axis).reduce((p, q) => p * q, 1);
      const out: bigint[] = [];
      for (let o = 0; o < outer; o++)
        layer.inputs.forEach((name, k) => {
          const block = shapes[k].slice(layer.axis).reduce((p, q) => p * q, 1);
          for (let i = 0; i < block; i++) out.push(get(name)[o * block + i]);
        });
      return out;
    }
    case "rearrange":
      return Array.from(layer.indices, (i) => (i === -1 ? BigInt(layer.fill) : get(layer.input)[i]));
    case "arg-max": {
      const x = get(layer.input);
      return [BigInt(x.indexOf(x.reduce((a, b) => (b > a ? b : a))))];
    }
  }
}
