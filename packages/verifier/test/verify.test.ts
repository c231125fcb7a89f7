import { Random } from "@matchmul/common";
import { emit } from "@matchmul/emitter";
import { blocksOf, type Choice, lower, type MicroProgram } from "@matchmul/planner";
import { randomConvolutional, randomInput, randomModel } from "@matchmul/planner/testing";
import type { QuantizedModel } from "@matchmul/quantizer";
import { describe, expect, it } from "vitest";
import { loadPipe, mutationCheck, type Subject, verify } from "../src/index.js";

function choiceFor(random: Random, model: QuantizedModel): Choice {
  const layers = blocksOf(model).map(() => ({
    g: random.integer(2, 12),
    planesPerPass: random.integer(1, 4),
  }));
  return { slots: random.integer(2, 12), encoding: random.next() < 0.5 ? "bytes" : "planes", layers };
}

function subject(model: QuantizedModel, program: MicroProgram, target = "v1model"): Subject {
  const files = emit(program, { target, entriesOnly: true });
  return {
    model,
    program,
    engine: loadPipe(`${files.get(`${program.name}.p4`)}`, `${files.get("entries.txt")}`),
  };
}

function inputsOf(random: Random, model: QuantizedModel, count: number): (Int8Array | Uint8Array)[] {
  return Array.from({ length: count }, () => randomInput(random, model));
}

describe("verify", () => {
  it("finds emitted P4 of random networks exact, with every g, encoding and requantization", () => {
    const random = new Random(31);
    let verified = 0;
    for (let trial = 0; trial < 18; trial++) {
      const model =
        trial % 2 === 0
          ? randomConvolutional(random)
          : randomModel(
              random,
              [random.integer(4, 40), random.integer(4, 44), random.integer(2, 12)],
              trial % 4 === 1,
            );
      let program: MicroProgram;
      try {
        program = lower(model, choiceFor(random, model));
      } catch (cause) {
        expect(cause).toMatchObject({ code: "queue-too-long" });
        continue;
      }
      const target = ["v1model", "tna", "t2na"][trial % 3];
      const report = verify(subject(model, program, target), inputsOf(random, model, 3));
      expect(report.levels.map((level) => level.first).filter((first) => first !== undefined)).toEqual([]);
      expect(report).toMatchObject({
        exact: true,
        images: 3,
        exactImages: 3,
        exactLogits: 3 * program.classes,
      });
      verified++;
    }
    expect(verified).toBeGreaterThan(10);
  });

  it("names pass, layer and lane where a table entry is wrong", () => {
    const random = new Random(5);
    const model = randomModel(random, [12, 8, 4], false);
    const program = lower(model, {
      slots: 4,
      encoding: "bytes",
      layers: [
        { g: 4, planesPerPass: 1 },
        { g: 4, planesPerPass: 1 },
      ],
    });
    const verified = subject(model, program);
    const { engine } = verified;
    const input = inputsOf(random, model, 1);
    const hits: [string, number][] = [];
    engine.observe({ table: (table, handle) => void hits.push([table, handle]) });
    verify(verified, input);
    const [table, handle] = [...engine.entries("Tile.lookup_1")]
      .map((e) => ["Tile.lookup_1", e.handle] as const)
      .at(-1)!;
    const { entry } = engine.entries(table).find((e) => e.handle === handle)!;
    engine.modify(
      table,
      handle,
      entry.action,
      entry.args.map((a, i) => (i === 2 ? Number(a) ^ 1 : a)),
    );
    const report = verify(verified, input);
    expect(report.exact).toBe(false);
    const stored = report.levels.find((level) => level.level === "microcode to entries")!;
    expect(stored).toMatchObject({ different: 1, first: { where: expect.stringContaining("lookup_1") } });
  });

  it("acts on the verdict as the microcode says: drops, forwards, answers", () => {
    const random = new Random(8);
    const model = randomModel(random, [10, 6, 3], false);
    const layers = [
      { g: 5, planesPerPass: 1 },
      { g: 3, planesPerPass: 1 },
    ];
    const program = lower(
      model,
      { slots: 6, encoding: "bytes", layers },
      { 0: { kind: "drop" }, 1: { kind: "forward", port: 7 } },
    );
    const checked = subject(model, program);
    const inputs = inputsOf(random, model, 40);
    const report = verify(checked, inputs);
    expect(report.exact).toBe(true);
    expect(new Set(report.classes.int8).size).toBeGreaterThan(1);
  });

  it("reports every flipped bit in entries that the inputs reach", () => {
    const random = new Random(11);
    const model = randomModel(random, [16, 12, 5], true);
    const program = lower(model, {
      slots: 5,
      encoding: "bytes",
      layers: [
        { g: 5, planesPerPass: 1 },
        { g: 6, planesPerPass: 2 },
      ],
    });
    const report = mutationCheck(subject(model, program), inputsOf(random, model, 10), 60, 1);
    expect(report).toMatchObject({ flips: 60, reported: 60, missed: [] });
    // Running the packets alone sees nearly all of them.
    expect(report.byPackets).toBeGreaterThan(50);
  });
});
