import { Random } from "@matchmul/common";
import type { FullyConnectedLayer, QuantizedModel, QuantizedTensor } from "@matchmul/quantizer";

export interface Shape {
  /** Widths from the input to the logits. */
  widths: number[];
  /** Weights, biases and inputs at the ends of their ranges only. */
  extreme: boolean;
  signedInput: boolean;
}

/** A random chain of fully connected layers; valid, but with no meaning. */
export function randomChain(seed: number, { widths, extreme, signedInput }: Shape): QuantizedModel {
  const random = new Random(seed);
  const pick = (low: number, high: number) =>
    extreme ? (random.next() < 0.5 ? low : high) : random.integer(low, high);
  const tensors: Record<string, QuantizedTensor> = {};
  const tensor = (name: string, length: number, range: [number, number], dtype: QuantizedTensor["dtype"]) => {
    tensors[name] = { name, shape: [length], dtype, scale: 1, zeroPoint: 0, range };
    return name;
  };
  let input = tensor("t0", widths[0], signedInput ? [-128, 127] : [0, 127], "int8");
  const layers: QuantizedModel["layers"] = [];
  for (let l = 1; l < widths.length; l++) {
    const last = l === widths.length - 1;
    const relu = random.next() < 0.5;
    const [inFeatures, outFeatures] = [widths[l - 1], widths[l]];
    const output = last
      ? tensor(`t${l}`, outFeatures, [-(2 ** 31), 2 ** 31 - 1], "int32")
      : tensor(`t${l}`, outFeatures, relu ? [0, 127] : [-128, 127], "int8");
    const layer: FullyConnectedLayer = {
      kind: "fully-connected",
      name: `fc${l}`,
      input,
      output,
      inFeatures,
      outFeatures,
      weights: Int8Array.from({ length: inFeatures * outFeatures }, () => pick(-127, 127)),
      bias: Int32Array.from({ length: outFeatures }, () => pick(-1_500_000_000, 1_500_000_000)),
      weightScale: [1],
      activation: relu ? "relu" : "none",
      requantization: last
        ? null
        : {
            kind: "shift-lut",
            shift: random.integer(0, 31),
            low: relu ? 0 : -128,
            table: Int8Array.from({ length: 256 }, () => pick(relu ? 0 : -128, 127)),
          },
    };
    layers.push(layer);
    input = output;
  }
  tensor("class", 1, [0, widths.at(-1)! - 1], "int32");
  layers.push({ kind: "arg-max", name: "arg-max", input, output: "class" });
  return { format: "matchmul-int8", version: 1, name: "chain", input: "t0", logits: input, tensors, layers };
}

/** An input of the model's range. */
export function randomInput(seed: number, model: QuantizedModel, extreme: boolean): Int8Array {
  const random = new Random(seed);
  const { shape, range } = model.tensors[model.input];
  return Int8Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () =>
    extreme ? range[random.integer(0, 1)] : random.integer(range[0], range[1]),
  );
}
