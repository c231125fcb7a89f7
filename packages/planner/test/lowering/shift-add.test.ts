import { Random } from "@matchmul/common";
import { runInt8 } from "@matchmul/reference";
import { describe, expect, it } from "vitest";
import { lowerShiftAdd } from "../../src/lowering/shift-add.js";
import { runMicrocode } from "../../src/microcode/interpreter.js";
import { encodeInput } from "../../src/microcode/layout.js";
import { randomConvolutional, randomInput, randomModel } from "../../src/testing/index.js";

describe("lowerShiftAdd", () => {
  it("gives microcode that computes the int8 model, extremes included", () => {
    const random = new Random(50);
    let lowered = 0;
    for (let trial = 0; trial < 150; trial++) {
      const widths = [
        random.integer(2, 60),
        random.integer(2, 40),
        random.integer(2, 16),
        random.integer(2, 12),
      ];
      const model =
        trial % 3 === 0
          ? randomConvolutional(random)
          : randomModel(random, trial % 3 === 1 ? widths : [widths[0], widths[3]], random.next() < 0.5);
      let program: ReturnType<typeof lowerShiftAdd>;
      try {
        program = lowerShiftAdd(model);
      } catch (cause) {
        // Average pooling after a convolution can be wider than 16.
        expect(cause).toMatchObject({ code: "layer-too-wide" });
        continue;
      }
      lowered++;
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
    expect(lowered).toBeGreaterThan(100);
  });

  it("takes a pass for each input of each tile, its bias, and what follows", () => {
    const program = lowerShiftAdd(randomModel(new Random(1), [64, 32, 10], false));
    expect(program.passes.length).toBe(2 * (64 + 1 + 1) + (32 + 1 + 1));
    expect(program.input.bytes).toBe(128);
  });

  it("refuses an inner layer wider than its lanes", () => {
    expect(() => lowerShiftAdd(randomModel(new Random(1), [8, 8, 17, 4], false))).toThrow(
      expect.objectContaining({ code: "layer-too-wide" }),
    );
  });
});
