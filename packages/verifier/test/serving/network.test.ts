import { Random } from "@matchmul/common";
import { ServeRunner } from "@matchmul/planner";
import { randomInput } from "@matchmul/planner/testing";
import { runInt8 } from "@matchmul/reference";
import { describe, expect, it } from "vitest";
import { randomNetwork } from "./networks.js";
import { enginesOf, readable, servingTargets } from "./step.js";

const seeds = [1, 3, 4, 5, 12, 15];

describe.each(servingTargets)("emitted for %s, a network of several pipes", (target) => {
  it.each(seeds)("does what the interpreter does, packet by packet: random network %i", (seed) => {
    const { model, network, random } = randomNetwork(seed, target);
    const runner = new ServeRunner(network);
    const engines = enginesOf(network, target, false);
    for (const [i, machine] of runner.machines.entries()) {
      const interpret = machine.process.bind(machine);
      machine.process = (port, bytes) => {
        const expected = interpret(port, bytes);
        expect(readable(engines[i].process(port, bytes)), machine.pipe.name).toEqual(readable(expected));
        return expected;
      };
    }
    for (const epoch of [1, 2]) {
      const input = randomInput(random, model);
      expect(runner.infer(input, { epoch })).toEqual(runInt8(model, input).logits);
    }
  });

  it.each(seeds)("computes the int8 model's logits, recirculation and all: random network %i", (seed) => {
    const { model, network, random } = randomNetwork(seed, target);
    const runner = new ServeRunner(network);
    const engines = enginesOf(network, target, true);
    for (const [i, machine] of runner.machines.entries())
      machine.process = (port, bytes) => engines[i].process(port, bytes);
    for (const [slot, epoch] of [
      [0, 7],
      [1, 0xffff_fff0],
      [0, 0x8000_0000],
    ]) {
      const input = randomInput(random, model);
      expect(runner.infer(input, { slot, epoch })).toEqual(runInt8(model, input).logits);
    }
  });

  it("is tried with every kind of pipe and step", () => {
    const seen = new Set<string>();
    for (const seed of seeds)
      for (const pipe of randomNetwork(seed, target).network.pipes) {
        seen.add(`pipe: ${pipe.program}`);
        if (pipe.program === "merge")
          for (const { operation } of pipe.merges) seen.add(`merged: ${operation}`);
        if (pipe.program !== "tile") continue;
        for (const { parse } of pipe.parses) seen.add(parse.kind);
        for (const { step } of pipe.sequencer)
          seen.add(step.op === "sum" && step.offsets !== null ? "sum, banked" : step.op);
      }
    const steps = ["load", "sum", "sum, banked", "bias", "scale", "pool", "convert", "merge", "store"];
    const parses = ["skip", "lanes", "keys", "narrow", "narrow-best"];
    const programs = ["pipe: tile", "pipe: merge", "merged: add", "merged: max", "pipe: transit"];
    expect([...seen]).toEqual(expect.arrayContaining([...steps, ...parses, ...programs]));
  });

  it("gives no wrong answer where packets are lost, doubled and overtaken, and one at last", () => {
    let attempts = 0;
    for (const seed of seeds.slice(0, 4)) {
      const { model, network, random } = randomNetwork(seed, target);
      const faults = { random: new Random(seed), loss: 0.004, duplicate: 0.02, reorder: 0.2 };
      const runner = new ServeRunner(network, faults);
      const engines = enginesOf(network, target, false);
      for (const [i, machine] of runner.machines.entries())
        machine.process = (port, bytes) => engines[i].process(port, bytes);
      for (let epoch = 1; epoch <= 3; epoch++) {
        const input = randomInput(random, model);
        const { logits } = runInt8(model, input);
        for (let attempt = 0; ; attempt++) {
          expect(attempt).toBeLessThan(200);
          attempts++;
          runner.request(input, { slot: 0, epoch, attempt });
          const answers = runner.run();
          for (const { index, lanes, epoch: of } of answers) {
            expect(of).toBe(epoch);
            const wanted = logits.subarray(index * 32, index * 32 + 32);
            expect(lanes.subarray(0, wanted.length)).toEqual(wanted);
          }
          if (answers.length > 0) break;
        }
      }
    }
    expect(attempts).toBeGreaterThan(12);
  });
});
