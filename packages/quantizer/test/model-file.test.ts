import { MatchMulError, Random } from "@matchmul/common";
import { describe, expect, it } from "vitest";
import { loadQuantizedModel, saveQuantizedModel } from "../src/model-file.js";
import type { FullyConnectedLayer, QuantizedModel } from "../src/quantized-model.js";
import { randomModel } from "../src/testing/models.js";
import { validateModel } from "../src/validate/model.js";

/** The error's message; fails where there is none, or one that is not meant for users. */
function refusal(run: () => unknown): string {
  try {
    run();
  } catch (cause) {
    expect(cause).toBeInstanceOf(MatchMulError);
    return (cause as MatchMulError).message;
  }
  throw new Error("it was accepted");
}

describe("the int8 model's file", () => {
  it("returns the model it was given, in the same bytes every time", () => {
    for (let seed = 0; seed < 10; seed++) {
      const model = validateModel(randomModel(seed), "test");
      const bytes = saveQuantizedModel(model);
      const loaded = loadQuantizedModel(bytes);
      expect(loaded).toEqual(model);
      expect(saveQuantizedModel(loaded)).toEqual(bytes);
    }
  });

  it("reads from any alignment", () => {
    const bytes = saveQuantizedModel(randomModel(1));
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(loadQuantizedModel(shifted.subarray(3))).toEqual(loadQuantizedModel(bytes));
  });

  it("refuses every truncation", () => {
    const bytes = saveQuantizedModel(randomModel(2));
    for (let length = 0; length < bytes.length; length += 7)
      expect(refusal(() => loadQuantizedModel(bytes.subarray(0, length)))).toMatch(/not a valid int8 model/);
  });

  it("answers damaged files with one clear error or a valid model", () => {
    const bytes = saveQuantizedModel(randomModel(3));
    const random = new Random(11);
    let refused = 0;
    for (let round = 0; round < 3000; round++) {
      const damaged = bytes.slice();
      const flips = random.integer(1, 3);
      for (let k = 0; k < flips; k++)
        damaged[random.integer(0, bytes.length - 1)] ^= 1 << random.integer(0, 7);
      try {
        validateModel(loadQuantizedModel(damaged), "test");
      } catch (cause) {
        expect(cause).toBeInstanceOf(MatchMulError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(1000);
  });
});

describe("model validation", () => {
  const broken = (change: (model: QuantizedModel, fc1: FullyConnectedLayer) => void): string => {
    const model = randomModel(4);
    change(model, model.layers[0] as FullyConnectedLayer);
    return refusal(() => validateModel(model, "it"));
  };

  it("names what is wrong", () => {
    expect(broken((m) => (m.version = 2 as 1))).toMatch(/version 2/);
    expect(broken((m) => (m.input = "nowhere"))).toMatch(/input nowhere is not a tensor/);
    expect(broken((m) => (m.input = "toString"))).toMatch(/input toString is not a tensor/);
    expect(broken((m) => (m.tensors.image.scale = 0))).toMatch(/scale 0; a scale is positive/);
    expect(broken((m) => (m.tensors.image.shape = [-1]))).toMatch(/no valid shape/);
    expect(broken((m) => (m.tensors.image.shape = [2 ** 20, 2 ** 20]))).toMatch(/no valid shape|more than/);
    expect(broken((m) => (m.tensors.image.range = [0, 300]))).toMatch(/range \[0,300\]/);
    expect(broken((_, fc1) => (fc1.inFeatures = 11))).toMatch(/11 input features/);
    expect(broken((_, fc1) => (fc1.weights = fc1.weights.slice(1)))).toMatch(/weights are not 5 x 12/);
    expect(broken((_, fc1) => (fc1.requantization!.shift = 40))).toMatch(/shift 40/);
    expect(broken((_, fc1) => (fc1.requantization!.table[7] = -3))).toMatch(/leaves the output's range/);
    expect(broken((_, fc1) => (fc1.kind = "convolved" as never))).toMatch(/kind convolved/);
    expect(broken((_, fc1) => (fc1.kind = "constructor" as never))).toMatch(/kind constructor/);
    expect(broken((m) => m.layers.reverse())).toMatch(/not computed before/);
    expect(broken((m) => (m.layers[1].name = "fc1"))).toMatch(/two layers are named fc1/);
    expect(broken((m) => (m.tensors.spare = { ...m.tensors.image, name: "spare" }))).toMatch(
      /spare is not computed/,
    );
  });

  it("proves anew that accumulators fit, whatever the file claims", () => {
    const message = broken((_, fc1) => {
      fc1.accumulatorBound = new Int32Array(5);
      fc1.bias[3] = 2 ** 31 - 5;
    });
    expect(message).toMatch(/layer fc1 can reach an accumulator of/);
    const model = validateModel(randomModel(5), "it");
    const fc1 = model.layers[0] as FullyConnectedLayer;
    const expected = Array.from(fc1.bias, (b, o) =>
      fc1.weights.subarray(o * 12, o * 12 + 12).reduce((sum, w) => sum + Math.abs(w) * 128, Math.abs(b)),
    );
    expect(Array.from(fc1.accumulatorBound!)).toEqual(expected);
  });
});
