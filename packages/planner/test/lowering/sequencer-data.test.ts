import { Random } from "@matchmul/common";
import { describe, expect, it } from "vitest";
import { sequencerData } from "../../src/lowering/sequencer-data.js";
import type { MicroProgram, Step } from "../../src/microcode/types.js";

const program = (slots: number, steps: Step[]): MicroProgram =>
  ({ slots, passes: steps.map((step, pc) => ({ pc, step })) }) as unknown as MicroProgram;

const sum: Step = { kind: "accumulate", shiftLeft: 0, pages: [] };
const wide: Step = { kind: "accumulate", shiftLeft: 0, pages: null };
const scale = (window?: number): Step => ({
  kind: "scale",
  shift: 4,
  pool: window === undefined ? null : { units: 2, window },
});
const verdict: Step = { kind: "verdict", classes: 4, indexBits: 2 };

// Each as p4c-barefoot 9.13.4 lays it out.
describe("the sequencer's action data", () => {
  it("are a byte for each page and for how to parse, and the program counter", () => {
    expect(sequencerData(program(5, [sum, verdict]))).toEqual({ bits: 64, bytes: 6, halves: 1 });
  });

  it("have the program counter in the lower half of the second word, where bytes leave room there", () => {
    expect(sequencerData(program(18, [sum, sum, verdict]))).toEqual({ bits: 168, bytes: 19, halves: 1 });
  });

  it("have it in another place for actions with fewer parameters", () => {
    expect(sequencerData(program(11, [wide, sum, scale(), verdict]))).toMatchObject({ bytes: 12, halves: 2 });
    expect(sequencerData(program(18, [sum, scale(4), verdict]))).toMatchObject({ bytes: 19, halves: 2 });
    // Three places: pages; shape of pooling; neither.
    expect(sequencerData(program(11, [wide, sum, scale(4), verdict]))).toMatchObject({ halves: 2 });
  });

  it("are two bytes and two halves where rows of weights are multiplied", () => {
    const multiply: Step = { kind: "multiply", row: 0, map: 1 };
    expect(sequencerData(program(0, [multiply, verdict]))).toEqual({ bits: 48, bytes: 2, halves: 2 });
  });

  it("never overlap", () => {
    const random = new Random(3);
    for (let trial = 0; trial < 200; trial++) {
      const slots = random.integer(1, 18);
      const all = [sum, wide, scale(), scale(3), verdict];
      const steps = all.filter(() => random.next() < 0.6);
      if (steps.length === 0) continue;
      const { bits, bytes, halves } = sequencerData(program(slots, steps));
      expect(bits).toBeGreaterThanOrEqual(8 * bytes);
      expect(halves).toBeLessThanOrEqual(steps.length);
    }
  });
});
