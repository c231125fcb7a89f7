import { Random } from "@matchmul/common";
import { describe, expect, it } from "vitest";
import { chooseCandidates } from "../../src/lowering/choose.js";
import { lower } from "../../src/lowering/lower.js";
import { randomModel } from "../../src/testing/index.js";

describe("chooseCandidates", () => {
  it("predicts passes and pages of what is lowered, and orders by passes", () => {
    const random = new Random(7);
    for (let trial = 0; trial < 6; trial++) {
      const widths = [random.integer(2, 120), random.integer(2, 32), random.integer(2, 32)];
      const model = randomModel(random, widths, random.next() < 0.5);
      const candidates = chooseCandidates(model, { mostSlots: 12, mostAddressBits: 13, encoding: "auto" });
      expect(candidates.length).toBeGreaterThan(0);
      let before = 0;
      for (const candidate of candidates) {
        expect(candidate.passes).toBeGreaterThanOrEqual(before);
        before = candidate.passes;
        const program = lower(model, candidate.choice);
        expect(program.passes.length).toBe(candidate.passes);
        // A prediction that is too low would overflow a table; one page too many is only careful.
        const pages = Math.max(...program.pages.map((p) => p.length));
        expect(pages).toBeLessThanOrEqual(candidate.pages);
        expect(pages).toBeGreaterThanOrEqual(candidate.pages - model.layers.length);
      }
    }
  });

  it("lets the client make the planes only where the switch cannot", () => {
    const wide = randomModel(new Random(1), [300, 16, 4], false);
    const narrow = randomModel(new Random(1), [64, 16, 4], false);
    const options = { mostSlots: 10, mostAddressBits: 13, encoding: "auto" } as const;
    expect(chooseCandidates(wide, options)[0].choice.encoding).toBe("planes");
    expect(chooseCandidates(narrow, options)[0].choice.encoding).toBe("bytes");
  });
});
