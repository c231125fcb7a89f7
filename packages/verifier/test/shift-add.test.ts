import { Random } from "@matchmul/common";
import { emit } from "@matchmul/emitter";
import { lowerShiftAdd } from "@matchmul/planner";
import { randomConvolutional, randomInput, randomModel } from "@matchmul/planner/testing";
import { describe, expect, it } from "vitest";
import { loadPipe, mutationCheck, verify } from "../src/index.js";

describe("the shift-and-add kernel", () => {
  it("is exact in emitted P4, packet by packet", () => {
    const random = new Random(12);
    for (let trial = 0; trial < 6; trial++) {
      // Several tiles in the first layer and in inner ones.
      const widths = [
        random.integer(2, 20),
        random.integer(2, 30),
        random.integer(2, 40),
        random.integer(2, 8),
      ];
      const model =
        trial % 2 === 0 ? randomModel(random, widths, trial % 4 === 0) : randomConvolutional(random);
      const program = lowerShiftAdd(model);
      const target = ["v1model", "tna", "t2na"][trial % 3];
      const files = emit(program, { target, entriesOnly: true });
      const engine = loadPipe(`${files.get(`${program.name}.p4`)}`, `${files.get("entries.txt")}`);
      const inputs = Array.from({ length: 2 }, () => randomInput(random, model));
      const report = verify({ model, program, engine }, inputs);
      expect(report.levels.map((level) => level.first).filter((first) => first !== undefined)).toEqual([]);
      expect(report).toMatchObject({ exact: true, exactImages: 2 });
      const { flips, reported } = mutationCheck({ model, program, engine }, inputs, 5, trial);
      expect(reported).toBe(flips);
    }
  });

  it("is exact with its weights in the text, of which no entry speaks", () => {
    const random = new Random(13);
    for (let trial = 0; trial < 6; trial++) {
      const widths = [random.integer(2, 20), random.integer(2, 30), random.integer(2, 8)];
      const model =
        trial % 2 === 0 ? randomModel(random, widths, trial % 4 === 0) : randomConvolutional(random);
      const program = lowerShiftAdd(model, {}, true);
      const files = emit(program, { target: ["v1model", "tna", "t2na"][trial % 3], entriesOnly: true });
      const text = `${files.get(`${program.name}.p4`)}`;
      const entries = `${files.get("entries.txt")}`;
      expect(entries).not.toContain("weights");
      const inputs = Array.from({ length: 2 }, () => randomInput(random, model));
      const report = verify({ model, program, engine: loadPipe(text, entries) }, inputs);
      expect(report).toMatchObject({ exact: true, exactImages: 2 });
      // Every constant counts: one of a row that some input reaches, changed, and a packet differs.
      const action = /(action load_\d+\(\) \{\s*meta\.weight_0 = )(-?\d+)/g;
      const constants = [...text.matchAll(action)];
      const [whole, before, value] = constants[constants.length - 1];
      const wrong = text.replace(whole, `${before}${Number(value) ^ 1}`);
      expect(verify({ model, program, engine: loadPipe(wrong, entries) }, inputs).exact).toBe(false);
    }
  });
});
