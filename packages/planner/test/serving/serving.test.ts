import { Random } from "@matchmul/common";
import { makeTopology } from "@matchmul/profiles";
import { runInt8 } from "@matchmul/reference";
import { describe, expect, it } from "vitest";
import { serveLayers } from "../../src/serving/chain.js";
import { lowerServing } from "../../src/serving/lower.js";
import { ServeRunner } from "../../src/serving/runner.js";
import { randomInput, randomModel } from "../../src/testing/index.js";
import { planOf } from "./plans.js";

describe("one pipe", () => {
  it.each([2, 4, 8])("fully connected layers, keys of %i bits", (g) => {
    const random = new Random(g);
    for (const [widths, signed] of [
      [[20, 5], true],
      [[70, 40, 10], false],
      [[33, 65, 33, 34], true],
    ] as const) {
      const model = randomModel(random, [...widths], signed);
      const layers = serveLayers(model);
      const topology = makeTopology("single", {}, { profile: "bmv2" });
      const pipe = { switch: topology.switches[0].name, pipe: 0 };
      const plan = planOf(
        layers,
        topology,
        layers.map(() => ({ way: { g }, pipes: [pipe] })),
      );
      const network = lowerServing(model, plan, topology, { slots: 1 });
      const runner = new ServeRunner(network);
      const input = randomInput(random, model);
      expect(runner.infer(input)).toEqual(runInt8(model, input).logits);
    }
  });
});
