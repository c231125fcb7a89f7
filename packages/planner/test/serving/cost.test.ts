import { Random } from "@matchmul/common";
import { makeTopology } from "@matchmul/profiles";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { serveLayers } from "../../src/serving/chain.js";
import { layerCost, serveShape } from "../../src/serving/cost.js";
import { lowerServing } from "../../src/serving/lower.js";
import { ServeRunner } from "../../src/serving/runner.js";
import { ServeKind, type ServePipe } from "../../src/serving/types.js";
import { decodeServePacket } from "../../src/serving/wire.js";
import { randomInput } from "../../src/testing/index.js";
import { randomServable } from "./models.js";
import { randomPlan } from "./plans.js";

/** Passes of a run by layer: of storing and of workers at pipes with tables, by pipe; and at mergers. */
class Counts {
  readonly stores = new Map<number, Map<string, number>>();
  readonly works = new Map<number, Map<string, number>>();
  readonly merges = new Map<number, number>();

  add(pipe: ServePipe, bytes: Uint8Array): void {
    const { kind, layer } = decodeServePacket(bytes)!.header;
    if (pipe.program === "merge") {
      this.merges.set(layer, (this.merges.get(layer) ?? 0) + 1);
      return;
    }
    const counts = kind === ServeKind.data || kind === ServeKind.store ? this.stores : this.works;
    let byPipe = counts.get(layer);
    if (byPipe === undefined) counts.set(layer, (byPipe = new Map()));
    byPipe.set(pipe.name, (byPipe.get(pipe.name) ?? 0) + 1);
  }
}

describe("what a layer costs", () => {
  it("is what its lowering takes: every pass and row of random networks", () => {
    let merged = 0;
    let twice = 0;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const random = new Random(seed);
        const model = randomServable(random);
        const layers = serveLayers(model);
        const topology = makeTopology("chain", { switches: 3 }, { profile: "tofino", loopbackPorts: 2 });
        const plan = randomPlan(random, layers, topology, () => 4, random.next() < 0.6);
        const programs = {
          lookups: [8, 16][random.integer(0, 1)],
          mostLookups: [9, 17][random.integer(0, 1)],
          poolLanes: [8, 16, 32][random.integer(0, 2)],
          workers: random.integer(1, 600),
        };
        const network = lowerServing(model, plan, topology, { slots: 1, ...programs });
        const runner = new ServeRunner(network);
        const counts = new Counts();
        for (const machine of runner.machines) {
          const process = machine.process.bind(machine);
          machine.process = (port, bytes) => {
            if (machine.pipe.loopbacks.includes(port)) counts.add(machine.pipe, bytes);
            return process(port, bytes);
          };
        }
        expect(runner.infer(randomInput(random, model))).toBeDefined();
        const rows = new Map<string, { tables: number; store: number }>();
        layers.forEach((layer, l) => {
          const { option, pipes } = plan.layers[l];
          const cost = layerCost(serveShape(layer, l, layers.length), option, programs);
          const stores = [...(counts.stores.get(l)?.values() ?? [])];
          const works = [...(counts.works.get(l)?.values() ?? [])];
          expect(stores).toEqual(pipes.map(() => cost.storePasses));
          expect(works.reduce((a, b) => a + b, 0)).toBe(cost.workPasses);
          expect(Math.max(...works)).toBe(cost.busiestPasses);
          const merges = cost.addPasses + cost.maxPasses;
          expect(counts.merges.get(l) ?? 0).toBe(merges);
          if (merges > 0) merged++;
          if (cost.addPasses > 0 && cost.maxPasses > 0) twice++;
          for (const { switch: at, pipe } of pipes) {
            const name = `${at}-pipe${pipe}`;
            const sum = rows.get(name) ?? { tables: 0, store: 0 };
            rows.set(name, { tables: sum.tables + cost.rows, store: sum.store + cost.storeRows });
          }
        });
        for (const pipe of network.pipes)
          if (pipe.program === "tile") {
            expect(pipe.storeRows).toBe(rows.get(pipe.name)!.store);
            expect(2 ** pipe.rowBits).toBeLessThanOrEqual(
              Math.max(256, 2 ** Math.ceil(Math.log2(rows.get(pipe.name)!.tables))),
            );
          }
      }),
      { numRuns: 50, seed: 3 },
    );
    expect(merged).toBeGreaterThan(8);
    expect(twice).toBeGreaterThan(2);
  });

  it("has the depth of the longest way to the answer, where all windows are alike", () => {
    let equal = 0;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const random = new Random(seed);
        const model = randomServable(random);
        const layers = serveLayers(model);
        // One switch: no pass is spent on the way.
        const topology = makeTopology("single", {}, { profile: "tofino", loopbackPorts: 2 });
        const plan = randomPlan(random, layers, topology, () => 4, random.next() < 0.6);
        const programs = { lookups: 8, mostLookups: 9, poolLanes: 16, workers: random.integer(1, 60) };
        const runner = new ServeRunner(lowerServing(model, plan, topology, { slots: 1, ...programs }));
        runner.request(randomInput(random, model), { slot: 0, epoch: 1 });
        const depth = Math.max(...runner.run().map((a) => a.depth));
        const costs = layers.map((layer, l) =>
          layerCost(serveShape(layer, l, layers.length), plan.layers[l].option, programs),
        );
        const modelled = 1 + costs.reduce((sum, c) => sum + c.storeDepth + c.workDepth, 0);
        expect(depth).toBeLessThanOrEqual(modelled);
        if (depth === modelled) equal++;
        else expect(depth).toBeGreaterThan(0.6 * modelled);
      }),
      { numRuns: 40, seed: 5 },
    );
    expect(equal).toBeGreaterThan(20);
  });
});
