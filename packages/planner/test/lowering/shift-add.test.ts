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
    for (let trial = 0; trial < 150; trial++) {
      const widths = [
        random.integer(2, 60),
        random.integer(2, 40),
        random.integer(2, 50),
        random.integer(2, 16),
      ];
      const model =
        trial % 3 === 0
          ? randomConvolutional(random)
          : randomModel(random, trial % 3 === 1 ? widths : [widths[0], widths[3]], random.next() < 0.5);
      const program = lowerShiftAdd(model);
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
  });

  it("takes a pass for each input of each tile, its bias, and what follows", () => {
    const program = lowerShiftAdd(randomModel(new Random(1), [64, 32, 10], false));
    expect(program.passes.length).toBe(2 * (64 + 1 + 1) + (32 + 1 + 1));
    expect(program.input.bytes).toBe(128);
  });

  it("computes inner layers of several tiles from copies of their inputs", () => {
    const program = lowerShiftAdd(randomModel(new Random(1), [8, 20, 40, 4], false));
    expect(program.passes.length).toBe(2 * (8 + 2) + 3 * (20 + 2) + (40 + 2));
    const narrow = program.passes.flatMap(({ parse }) => (parse.kind === "narrow" ? [parse] : []));
    expect(narrow).toMatchObject([
      { lanes: 4, parked: 16, copies: 3, keys: 1 },
      { lanes: 8, parked: 32 },
    ]);
    expect(narrow[1].copies).toBeUndefined();
  });

  it("refuses more classes than lanes", () => {
    expect(() => lowerShiftAdd(randomModel(new Random(1), [8, 8, 17], false))).toThrow(
      expect.objectContaining({ code: "layer-too-wide" }),
    );
  });
});
