import { Random } from "@matchmul/common";
import { loadProfile } from "@matchmul/profiles";
import { runInt8 } from "@matchmul/reference";
import { describe, expect, it } from "vitest";
import { lower } from "../../src/lowering/lower.js";
import { lowerShiftAdd } from "../../src/lowering/shift-add.js";
import { constantRows, tilePipeline } from "../../src/lowering/tile-pipeline.js";
import { runMicrocode } from "../../src/microcode/interpreter.js";
import { encodeInput } from "../../src/microcode/layout.js";
import { placePipeline } from "../../src/pipeline/place.js";
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

  it("keeps its weights in the program's text where they are to be constants", () => {
    const model = randomModel(new Random(1), [64, 32, 10], false);
    const choice = { slots: 0, encoding: "bytes" as const, layers: [] };
    const inTables = lower(model, { ...choice, kernel: "shift-add" });
    const inText = lower(model, { ...choice, kernel: "shift-add-constants" });
    expect(inText).toEqual({ ...inTables, shiftAdd: { ...inTables.shiftAdd, constants: true } });
    expect(constantRows(inTables.shiftAdd!)).toEqual([]);
    const groups = constantRows(inText.shiftAdd!);
    // Every row but those of zeros, once, in order.
    const { rows } = inText.shiftAdd!;
    expect(groups.flat()).toEqual([...rows.keys()].filter((r) => rows[r].words.some((w) => w !== 0)));
    const tables = tilePipeline(inText).tables.filter(({ layer }) => layer === "weights");
    expect(tables.map(({ name, actions }) => [name, actions])).toEqual([
      ...groups.map((group, t) => [`weights_${t}`, group.length]),
      ["translate", undefined],
    ]);
  });

  it("refuses more constants than a Tofino's stages have instruction words for", {
    timeout: 60_000,
  }, async () => {
    const fits = (profile: string, inputs: number) => {
      const program = lowerShiftAdd(randomModel(new Random(1), [inputs, 4], false), {}, true);
      return placePipeline(tilePipeline(program), loadProfile(profile));
    };
    // Three tables of 28 rows: 83 inputs, one of them the bias.
    expect((await fits("tofino", 83)).stagesUsed).toBe(12);
    await expect(fits("tofino", 84)).rejects.toMatchObject({ code: "does-not-fit" });
    expect((await fits("tofino2", 307)).stagesUsed).toBe(20);
    await expect(fits("tofino2", 308)).rejects.toMatchObject({ code: "does-not-fit" });
  });

  it("refuses more classes than lanes", () => {
    expect(() => lowerShiftAdd(randomModel(new Random(1), [8, 8, 17], false))).toThrow(
      expect.objectContaining({ code: "layer-too-wide" }),
    );
  });
});
