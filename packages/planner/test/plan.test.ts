import { Random } from "@matchmul/common";
import { loadProfile } from "@matchmul/profiles";
import { describe, expect, it } from "vitest";
import { makePlan } from "../src/plan.js";
import { randomModel } from "../src/testing/index.js";

const model = randomModel(new Random(4), [64, 32, 10], false);
const tofino = loadProfile("tofino");
const withStages = (stages: number): typeof tofino => ({
  ...tofino,
  pipeline: { ...tofino.pipeline!, stages },
});

describe("makePlan", () => {
  it("fills a Tofino's stages, and takes more passes where there are fewer stages", async () => {
    const plan = await makePlan(model, tofino);
    expect(plan.placement.stagesUsed).toBeLessThanOrEqual(12);
    expect(plan.choice.slots).toBe(10);
    const smaller = await makePlan(model, withStages(6));
    expect(smaller.placement.stagesUsed).toBeLessThanOrEqual(6);
    expect(smaller.latency.passes).toBeGreaterThan(plan.latency.passes);
  });

  it("gives the same plan for the same model", async () => {
    const [a, b] = [await makePlan(model, tofino), await makePlan(model, tofino)];
    expect(b.choice).toEqual(a.choice);
    expect(b.placement.tables).toEqual(a.placement.tables);
  });

  it("says how many stages are missing", async () => {
    await expect(makePlan(model, withStages(2))).rejects.toMatchObject({
      code: "does-not-fit",
      message: expect.stringContaining("stages"),
    });
  });

  it("models an inference as its passes, one after the other", async () => {
    const { latency, program } = await makePlan(model, tofino);
    expect(latency.passes).toBe(program.passes.length);
    expect(latency.inferenceNs).toBeCloseTo(latency.passes * latency.passNs);
    expect(latency.inferencesPerSecond).toBeLessThanOrEqual(tofino.rates.packetsPerSecond / latency.passes);
  });
});
