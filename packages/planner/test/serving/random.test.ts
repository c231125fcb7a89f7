import { Random } from "@matchmul/common";
import { loadProfile, makeTopology, type Topology } from "@matchmul/profiles";
import type { QuantizedModel } from "@matchmul/quantizer";
import { runInt8 } from "@matchmul/reference";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { serveLayers } from "../../src/serving/chain.js";
import { lowerServing } from "../../src/serving/lower.js";
import { Logits, ServeRunner } from "../../src/serving/runner.js";
import type { ServeNetwork } from "../../src/serving/types.js";
import { randomInput } from "../../src/testing/index.js";
import { randomServable } from "./models.js";
import { randomPlan } from "./plans.js";

/** One switch, several in a row, or leaves and spines; with pipes or without. */
function randomTopology(random: Random): Topology {
  const profile = ["bmv2", "tofino", "tofino2"][random.integer(0, 2)];
  const loopbackPorts = profile === "bmv2" ? 0 : random.integer(0, 3);
  const kind = random.integer(0, 2);
  if (kind === 0) return makeTopology("single", {}, { profile, loopbackPorts });
  if (kind === 1)
    return makeTopology("chain", { switches: random.integer(2, 4) }, { profile, loopbackPorts });
  return makeTopology("leaf-spine", { leaves: 2, spines: 2 }, { profile, loopbackPorts });
}

const inputs = new Map<number, Int8Array | Uint8Array>();

function randomNetwork(random: Random, model: QuantizedModel, topology: Topology): ServeNetwork {
  const pipes = (name: string): number => {
    const at = topology.switches.find((s) => s.name === name)!;
    return at.pipes ?? loadProfile(at.profile).pipes;
  };
  const count = topology.switches.reduce((sum, s) => sum + pipes(s.name), 0);
  const plan = randomPlan(random, serveLayers(model), topology, pipes, count > 2 && random.next() < 0.6);
  return lowerServing(model, plan, topology, {
    slots: random.integer(1, 3),
    workers: random.integer(1, 8),
    poolLanes: [8, 16, 32][random.integer(0, 2)],
  });
}

const seen = { banked: 0, merging: 0, transit: 0, pooled: 0, chained: 0 };

function look({ pipes }: ServeNetwork): void {
  const tiles = pipes.filter((p) => p.program === "tile");
  if (tiles.some((p) => p.banked)) seen.banked++;
  if (tiles.some((p) => p.tasks.some((t) => t.pool !== null))) seen.pooled++;
  if (tiles.some((p) => p.tasks.some((t) => t.send !== null && t.send.task > 0))) seen.chained++;
  if (pipes.some((p) => p.program === "merge")) seen.merging++;
  if (pipes.some((p) => p.program === "transit")) seen.transit++;
}

describe("random networks on random plans", () => {
  it("give the reference's logits, all of them", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const random = new Random(seed);
        const model = randomServable(random);
        const network = randomNetwork(random, model, randomTopology(random));
        look(network);
        const runner = new ServeRunner(network);
        for (const [i, slot] of [0, network.slots - 1].entries()) {
          const input = randomInput(random, model);
          expect(runner.infer(input, { slot, epoch: i + 1 })).toEqual(runInt8(model, input).logits);
        }
      }),
      { numRuns: 60, seed: 1 },
    );
    // All of these were among them.
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(5);
  });

  it("never give a wrong answer when packets are lost, doubled and overtaken, and pipes restart", () => {
    let answers = 0;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const random = new Random(seed);
        const model = randomServable(random);
        const topology = randomTopology(random);
        const network = randomNetwork(random, model, topology);
        const rates = {
          loss: random.next() * 0.01,
          duplicate: random.next() * 0.02,
          reorder: random.next() * 0.2,
        };
        const runner = new ServeRunner(network, { random, ...rates });
        const open = new Map<number, { epoch: number; want: Int32Array; logits: Logits }>();
        for (let round = 0; round < 12; round++) {
          for (let slot = 0; slot < network.slots; slot++) {
            const before = open.get(slot);
            // Most requests are repeated until they are answered; some are given up, and their packets are still there.
            if (before !== undefined && !before.logits.complete && random.next() < 0.8) continue;
            const input = randomInput(random, model);
            const want = runInt8(model, input).logits as Int32Array;
            open.set(slot, { epoch: round + 1, want, logits: new Logits(network.logits) });
            runner.request(input, { slot, epoch: round + 1 });
            inputs.set(slot, input);
          }
          for (const [slot, { epoch, logits }] of open)
            if (!logits.complete && epoch <= round)
              runner.request(inputs.get(slot)!, { slot, epoch, attempt: round + 1 - epoch });
          if (random.next() < 0.2) runner.machines[random.integer(0, runner.machines.length - 1)].restart();
          for (const answer of runner.run(random.next() < 0.5 ? 500 : 1e6)) {
            const request = open.get(answer.slot)!;
            if (answer.epoch !== request.epoch) continue;
            request.logits.add(answer);
            if (!request.logits.complete) continue;
            answers++;
            expect(request.logits.values).toEqual(request.want);
          }
        }
      }),
      { numRuns: 15, seed: 2 },
    );
    expect(answers).toBeGreaterThan(60);
  });
});
