import { Random } from "@matchmul/common";
import { describe, expect, it } from "vitest";
import { identity, relu } from "../../src/activation.js";
import { type FloatLinear, quantizeLinear } from "../../src/lower/linear.js";
import type { LoweringOptions } from "../../src/lower/options.js";

const plain: LoweringOptions = {
  scales: "arbitrary",
  weights: "per-tensor",
  requantization: "shift-lut",
  biasCorrection: false,
};

/** 4 outputs of 50 weights; each output's are an eighth of the last one's. */
function uneven(): FloatLinear {
  const random = new Random(3);
  const weights = Float32Array.from(
    { length: 200 },
    (_, i) => (random.next() * 2 - 1) * 8 ** -Math.floor(i / 50),
  );
  return { weights, bias: Float32Array.of(0.1, -0.2, 0.03, 0.004) };
}

const place = {
  name: "layer",
  input: { scale: 0.05, range: [-128, 127] as [number, number] },
  output: { dtype: "int8" as const, scale: 0.1, range: [-128, 127] as [number, number] },
  activation: identity,
};

/** Largest error of an output's weights, relative to its largest weight. */
function weightErrors(float: FloatLinear, weights: Int8Array, scales: number[]): number[] {
  return Array.from(float.bias, (_, o) => {
    let error = 0;
    let largest = 0;
    for (let i = o * 50; i < o * 50 + 50; i++) {
      error = Math.max(error, Math.abs(weights[i] * scales[scales.length === 1 ? 0 : o] - float.weights[i]));
      largest = Math.max(largest, Math.abs(float.weights[i]));
    }
    return error / largest;
  });
}

describe("quantizeLinear", () => {
  it("rounds weights to half a step of their scale: one, or one per output", () => {
    const float = uneven();
    const tensor = quantizeLinear(float, place, plain);
    const channel = quantizeLinear(float, place, { ...plain, weights: "per-channel" });
    expect(tensor.weightScale).toHaveLength(1);
    expect(channel.weightScale).toHaveLength(4);
    const coarse = weightErrors(float, tensor.weights, tensor.weightScale);
    const fine = weightErrors(float, channel.weights, channel.weightScale);
    expect(coarse[0]).toBeLessThan(0.5001 / 127);
    expect(coarse[3]).toBeGreaterThan(0.5);
    for (const error of fine) expect(error).toBeLessThan(0.5001 / 127);
  });

  it("keeps one weight scale for logits, which are compared with each other", () => {
    const logits = { ...place, output: { ...place.output, dtype: "int32" as const } };
    const made = quantizeLinear(uneven(), logits, { ...plain, weights: "per-channel" });
    expect(made.weightScale).toHaveLength(1);
    expect(made.requantization).toBeNull();
  });

  it("puts the bias at the accumulator's scale, rounding term included", () => {
    const made = quantizeLinear(uneven(), place, plain);
    if (made.requantization?.kind !== "shift-lut") throw new Error("no table");
    const rounding = 2 ** (made.requantization.shift - 1);
    for (const [o, b] of made.bias.entries()) {
      const exact = uneven().bias[o] / (place.input.scale * made.weightScale[0]);
      expect(Math.abs(b - rounding - exact)).toBeLessThanOrEqual(0.5);
    }
  });

  it("corrects the bias by the mean error of the weights", () => {
    const float = uneven();
    const mean = 2.5;
    const without = quantizeLinear(float, place, plain);
    const made = quantizeLinear(
      float,
      { ...place, inputMean: () => mean },
      { ...plain, biasCorrection: true },
    );
    for (let o = 0; o < 4; o++) {
      let error = 0;
      for (let i = o * 50; i < o * 50 + 50; i++)
        error += made.weights[i] * made.weightScale[0] - float.weights[i];
      const steps = (error * mean) / (place.input.scale * made.weightScale[0]);
      expect(Math.abs(without.bias[o] - made.bias[o] - steps)).toBeLessThanOrEqual(1);
    }
  });

  it("gives each output its own shift and table, or its own thresholds", () => {
    const options = { ...plain, weights: "per-channel" as const };
    const table = quantizeLinear(uneven(), place, options).requantization;
    if (table?.kind !== "channel-shift-lut") throw new Error("no tables");
    expect(table.tables).toHaveLength(4 * 256);
    const threshold = quantizeLinear(
      uneven(),
      { ...place, activation: relu },
      { ...options, requantization: "threshold" },
    );
    if (threshold.requantization?.kind !== "threshold") throw new Error("no thresholds");
    const { count, thresholds, lowest } = threshold.requantization;
    expect(thresholds).toHaveLength(4 * count);
    expect(lowest).toBe(-128);
    for (let o = 0; o < 4; o++) {
      const unit = (place.input.scale * threshold.weightScale[o]) / place.output.scale;
      // The 129th threshold is the smallest accumulator whose output is 1: half a step, rounded up.
      expect(thresholds[o * count + 128]).toBe(Math.floor(0.5 / unit) + 1);
    }
  });
});
