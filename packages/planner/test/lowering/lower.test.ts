import { Random } from "@matchmul/common";
import type { FullyConnectedLayer, QuantizedModel } from "@matchmul/quantizer";
import { runInt8 } from "@matchmul/reference";
import { describe, expect, it } from "vitest";
import { blocksOf } from "../../src/lowering/blocks.js";
import { lower } from "../../src/lowering/lower.js";
import type { Choice } from "../../src/lowering/options.js";
import { runMicrocode } from "../../src/microcode/interpreter.js";
import { encodeInput } from "../../src/microcode/layout.js";
import { evaluate, randomConvolutional, randomInput, randomModel } from "../../src/testing/index.js";

function randomChoice(random: Random, model: QuantizedModel): Choice {
  const layers = blocksOf(model).map(() => ({
    g: random.integer(1, 12),
    planesPerPass: random.integer(1, 8),
  }));
  return { slots: random.integer(1, 12), encoding: random.next() < 0.5 ? "bytes" : "planes", layers };
}

/** The microcode, or null where small groups of many features need more key bytes than the lanes hold. */
function lowerOrNull(model: QuantizedModel, choice: Choice): ReturnType<typeof lower> | null {
  try {
    return lower(model, choice);
  } catch (cause) {
    expect(cause).toMatchObject({ code: "queue-too-long" });
    return null;
  }
}

describe("lower", () => {
  it("gives microcode that computes the int8 model, for random models, inputs and choices", () => {
    const random = new Random(20);
    let lowered = 0;
    for (let trial = 0; trial < 150; trial++) {
      const widths = Array.from({ length: random.integer(2, 4) }, () => random.integer(2, 40));
      widths[widths.length - 1] = random.integer(2, 32);
      if (random.next() < 0.5) widths[0] = random.integer(2, 100);
      const model = randomModel(random, widths, random.next() < 0.5);
      const program = lowerOrNull(model, randomChoice(random, model));
      if (program === null) continue;
      lowered++;
      for (let image = 0; image < 5; image++) {
        const input = randomInput(random, model);
        const result = runMicrocode(program, encodeInput(program, input));
        expect({ logits: [...result.logits], class: result.class }).toEqual(evaluate(model, input));
      }
    }
    expect(lowered).toBeGreaterThan(80);
  });

  it("lowers convolutions, pooling, activation tables and every requantization, exactly", () => {
    const random = new Random(21);
    const seen = new Map<string, number>();
    for (let trial = 0; trial < 250; trial++) {
      const model = randomConvolutional(random);
      const program = lowerOrNull(model, randomChoice(random, model));
      if (program === null) continue;
      const tiles = program.passes.some((pass) => pass.parse.kind === "park") ? ["several tiles"] : [];
      for (const kind of [
        ...model.layers.map((l) => l.kind),
        ...program.passes.map((p) => p.step.kind),
        ...tiles,
      ])
        seen.set(kind, (seen.get(kind) ?? 0) + 1);
      for (let image = 0; image < 3; image++) {
        const input = randomInput(random, model);
        const { logits, class: verdict } = runMicrocode(program, encodeInput(program, input));
        const reference = runInt8(model, input);
        expect({ logits: [...logits], verdict }).toEqual({
          logits: [...reference.logits],
          verdict: reference.class,
        });
      }
    }
    for (const kind of [
      "max-pool",
      "average-pool",
      "lookup",
      "rearrange",
      "scale",
      "threshold",
      "several tiles",
    ])
      expect(seen.get(kind), kind).toBeGreaterThan(10);
  });

  it("takes the lowest class on a tie", () => {
    const model = randomModel(new Random(1), [4, 6], false);
    const layer = model.layers[0] as FullyConnectedLayer;
    layer.weights.fill(0);
    layer.bias.set([3, 7, -2, 7, 7, 0]);
    const program = lower(model, { slots: 4, encoding: "bytes", layers: [{ g: 2, planesPerPass: 2 }] });
    expect(runMicrocode(program, new Uint8Array(4))).toMatchObject({
      logits: Int32Array.of(3, 7, -2, 7, 7, 0),
      class: 1,
    });
  });

  it("refuses a layer wider than the lanes, and logits with no room for the index", () => {
    const choice: Choice = { slots: 4, encoding: "bytes", layers: [{ g: 8, planesPerPass: 1 }] };
    expect(() => lower(randomModel(new Random(2), [4, 33], false), choice)).toThrow(
      expect.objectContaining({ code: "layer-too-wide" }),
    );
    const model = randomModel(new Random(2), [4, 32], false);
    (model.layers[0] as FullyConnectedLayer).bias[0] = 2 ** 26;
    expect(() => lower(model, choice)).toThrow(expect.objectContaining({ code: "logits-too-large" }));
  });
});
