import { describe, expect, it } from "vitest";
import { bestFill } from "../../src/pipeline/fill.js";

const option = (table: number, ...amounts: number[]) => ({
  table,
  choices: amounts.map((amount, units) => ({ units, amount, worth: amount })),
});

describe("bestFill", () => {
  it("fills room as fully as choices allow", () => {
    expect(bestFill([option(0, 0, 6, 7), option(1, 0, 5)], 11)).toEqual(
      new Map([
        [0, 1],
        [1, 1],
      ]),
    );
    expect(bestFill([option(0, 0, 6, 7), option(1, 0, 5)], 10)).toEqual(
      new Map([
        [0, 2],
        [1, 0],
      ]),
    );
  });

  it("gives nothing where no choice fits, or there is less than no room", () => {
    expect(bestFill([option(0, 3)], 2).size).toBe(0);
    expect(bestFill([option(0, 0, 3)], -15).size).toBe(0);
  });
});
