import type { Random } from "@matchmul/common";
import type {
  FullyConnectedLayer,
  QuantizedLayer,
  QuantizedModel,
  QuantizedTensor,
} from "@matchmul/quantizer";

/** A random int8 model: fully connected layers of the given widths, extremes of int8 more often than chance. */
export function randomModel(random: Random, widths: number[], signedInput: boolean): QuantizedModel {
  const tensors: Record<string, QuantizedTensor> = {};
  const tensor = (name: string, features: number, range: [number, number]): void => {
    tensors[name] = {
      name,
      shape: [features],
      dtype: "int8",
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

export function randomInput(random: Random, model: QuantizedModel): Int8Array {
  const [low, high] = model.tensors[model.input].range;
  return Int8Array.from({ length: model.tensors[model.input].shape[0] }, () => {
    const kind = random.next();
    return kind < 0.1 ? low : kind < 0.2 ? high : random.integer(low, high);
  });
}

/** The model's meaning, written as plainly as possible and in bigint: what the lowering is held against. */
export function evaluate(model: QuantizedModel, input: Int8Array): { logits: number[]; class: number } {
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
