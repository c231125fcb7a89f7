import { Random } from "@matchmul/common";
import type { QuantizedModel } from "../quantized-model.js";

/** A random 2-layer model, valid by construction; for tests of what takes any model. */
export function randomModel(seed: number, features = 12, hidden = 5, classes = 3): QuantizedModel {
  const random = new Random(seed);
  const int8 = (length: number) => Int8Array.from({ length }, () => random.integer(-127, 127));
  return {
    format: "matchmul-int8",
    version: 1,
    name: `random-${seed}`,
    input: "image",
    logits: "logits",
    tensors: {
      image: {
        name: "image",
        shape: [features],
        dtype: "int8",
        scale: 0.0625,
        zeroPoint: 0,
        range: [-128, 127],
      },
      hidden: { name: "hidden", shape: [hidden], dtype: "int8", scale: 0.5, zeroPoint: 0, range: [0, 127] },
      logits: {
        name: "logits",
        shape: [classes],
        dtype: "int32",
        scale: 0.25,
        zeroPoint: 0,
        range: [-(2 ** 31), 2 ** 31 - 1],
      },
      class: { name: "class", shape: [1], dtype: "int32", scale: 1, zeroPoint: 0, range: [0, classes - 1] },
    },
    layers: [
      {
        kind: "fully-connected",
        name: "fc1",
        input: "image",
        output: "hidden",
        inFeatures: features,
        outFeatures: hidden,
        weights: int8(features * hidden),
        bias: Int32Array.from({ length: hidden }, () => random.integer(-5000, 5000)),
        weightScale: [0.01],
        activation: "relu",
        requantization: {
          kind: "shift-lut",
          shift: 9,
          low: 0,
          table: Int8Array.from({ length: 256 }, (_, i) => i >> 1),
        },
      },
      {
        kind: "fully-connected",
        name: "fc2",
        input: "hidden",
        output: "logits",
        inFeatures: hidden,
        outFeatures: classes,
        weights: int8(hidden * classes),
        bias: Int32Array.from({ length: classes }, () => random.integer(-5000, 5000)),
        weightScale: [0.01],
        activation: "none",
        requantization: null,
      },
      { kind: "arg-max", name: "arg-max", input: "logits", output: "class" },
    ],
  };
}
