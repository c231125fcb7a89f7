import { Random } from "@matchmul/common";
import { describe, expect, it } from "vitest";
import { fullyConnectedChain, inputRange, lower } from "../../src/lowering/lower.js";
import { type Choice, keyShape, mostPlanesPerPass } from "../../src/lowering/options.js";
import { runMicrocode } from "../../src/microcode/interpreter.js";
import { encodeInput } from "../../src/microcode/layout.js";
import { evaluate, randomInput, randomModel } from "../support/models.js";

function randomChoice(random: Random, model: ReturnType<typeof randomModel>): Choice {
  const slots = random.integer(1, 12);
  const layers = fullyConnectedChain(model).map((layer) => {
    const g = random.integer(1, 12);
    const layout = keyShape(inputRange(model, layer), { g, planesPerPass: 1 }, slots);
    return { g, planesPerPass: random.integer(1, mostPlanesPerPass(layout, slots)) };
  });
  return { slots, encoding: random.next() < 0.5 ? "bytes" : "planes", layers };
}

describe("lower", () => {
  it("gives microcode that computes the int8 model, for random models, inputs and choices", () => {
    const random = new Random(20);
    let lowered = 0;
    for (let trial = 0; trial < 150; trial++) {
      const widths = Array.from({ length: random.integer(2, 4) }, () => random.integer(2, 32));
      if (random.next() < 0.5) widths[0] = random.integer(2, 100);
      const model = randomModel(random, widths, random.next() < 0.5);
      let program: ReturnType<typeof lower>;
      try {
        program = lower(model, randomChoice(random, model));
      } catch (cause) {
        // Small groups of many features need more key bytes than the lanes hold.
        expect(cause).toMatchObject({ code: "queue-too-long" });
        continue;
      }
      lowered++;
      for (let image = 0; image < 5; image++) {
        const input = randomInput(random, model);
        const result = runMicrocode(program, encodeInput(program, input));
        expect({ logits: [...result.logits], class: result.class }).toEqual(evaluate(model, input));
      }
    }
    expect(lowered).toBeGreaterThan(80);
  });

  it("takes the lowest class on a tie", () => {
    const model = randomModel(new Random(1), [4, 6], false);
    const layer = fullyConnectedChain(model)[0];
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
    fullyConnectedChain(model)[0].bias[0] = 2 ** 26;
    expect(() => lower(model, choice)).toThrow(expect.objectContaining({ code: "logits-too-large" }));
  });
});
