import { loadTopology, makeTopology } from "@matchmul/profiles";
import { describe, expect, it } from "vitest";
import { FabricDoesNotFit } from "../../src/fabric/explain.js";
import { dense } from "../../src/fabric/layers.js";
import { paretoFabric, planFabric } from "../../src/fabric/plan.js";
import type { FabricLayer } from "../../src/fabric/types.js";

const single = makeTopology("single", {}, { loopbackPorts: 4 });

/** The explanation of what does not fit; fails where it does. */
async function refusal(...args: Parameters<typeof planFabric>) {
  const error = await planFabric(...args).catch((cause) => cause);
  expect(error).toBeInstanceOf(FabricDoesNotFit);
  return (error as FabricDoesNotFit).explanation;
}

describe("what does not fit", () => {
  const large = [dense("small", 100, 100), dense("large", 4000, 2600)];

  it("says what is missing, of which layer; and the switches it proposes are enough, one less is not", async () => {
    const why = await refusal(large, single);
    expect(why).toMatchObject({ resource: "sram", layer: "large", unit: "bytes" });
    expect(why.missing).toBe(why.needed - why.available);
    expect(why.missing).toBeGreaterThan(0);
    expect(why.changes.map((change) => change.kind)).not.toContain("g");
    const [more] = why.changes;
    if (more.kind !== "switches") throw new Error("no switches are proposed first");
    const network = (n: number) => makeTopology("leaf-spine", { leaves: n - 1, spines: 1 });
    const enough = await planFabric(large, network(more.switches), { minimise: "memory" });
    expect(enough.switches).toBeLessThanOrEqual(more.switches);
    if (more.more > 1) await refusal(large, network(more.switches - 1));
  });

  it("with keys that are given, proposes the widest that fit", async () => {
    const layers = [dense("a", 1400, 600), dense("b", 600, 200)];
    const why = await refusal(layers, single, { g: { a: 8 } });
    const change = why.changes.find((c) => c.kind === "g");
    if (change?.kind !== "g") throw new Error("no key is proposed");
    const [{ name, from, to }] = change.layers;
    expect([name, from]).toEqual(["a", 8]);
    const plan = await planFabric(layers, single, { g: { a: to } });
    expect(plan.layers[0].option.g).toBe(to);
    if (to < 4) await refusal(layers, single, { g: { a: 2 * to } });
  });

  it("keys that the kernel does not have are refused by name", async () => {
    const layers = [dense("a", 300, 200), dense("b", 200, 100)];
    for (const g of [0, 1, 3, 5, 16])
      await expect(planFabric(layers, single, { g: { b: g } })).rejects.toMatchObject({
        code: "key-width",
        message: `b is asked to have ${g} activations in a key; keys hold 2, 4, 8`,
      });
  });

  it("a layer whose input no pipe stores is told apart from one with too many weights", async () => {
    const stored: FabricLayer = { ...dense("huge", 27, 32), inputs: 10_000_000, positions: 100 };
    expect(await refusal([stored], single)).toMatchObject({
      resource: "mapRam",
      unit: "bits",
      layer: "huge",
    });
    const summed = dense("long", 2_000_000, 8);
    const why = await refusal([{ ...summed, inputs: 100 }], single);
    expect(why).toMatchObject({ resource: "sram", layer: "long", changes: [] });
  });

  it("more switches than may be used do not help", async () => {
    const why = await refusal(large, loadTopology("leaf-spine-8"), { maxSwitches: 1 });
    expect(why.available).toBeLessThan(why.needed);
  });
});

describe("options that are given", () => {
  it("every layer has the key that is asked for", async () => {
    const layers = [dense("a", 300, 200), dense("b", 200, 100)];
    const plan = await planFabric(layers, single, { g: 4 });
    expect(plan.layers.map((l) => l.option.g)).toEqual([4, 4]);
    expect((await planFabric(layers, single)).value).toBeLessThanOrEqual(plan.value);
  });

  it("a front of passes falls with the switches, and stays within those allowed", async () => {
    const layers = [dense("a", 2000, 1500), dense("b", 1500, 900)];
    const topology = makeTopology("leaf-spine", { leaves: 3, spines: 1 }, { loopbackPorts: 8 });
    const front = await paretoFabric(layers, topology, { minimise: "passes", maxSwitches: 3 });
    for (const plan of front) expect(plan.switches).toBeLessThanOrEqual(3);
    for (let i = 1; i < front.length; i++) expect(front[i].passes).toBeLessThan(front[i - 1].passes);
  });
});

describe("when time is over", () => {
  const layers = [dense("a", 1000, 512), dense("b", 512, 256), dense("c", 256, 10)];

  it("there is a plan with its gap, or the error that says so", async () => {
    const topology = makeTopology("leaf-spine", { leaves: 6, spines: 2 }, { loopbackPorts: 4 });
    for (const timeLimitMs of [1, 60, 200]) {
      const plan = await planFabric(layers, topology, { timeLimitMs }).catch((cause) => cause);
      if (plan instanceof Error) expect(plan).toMatchObject({ code: "pipeline-undecided" });
      else {
        expect(plan.bound).toBeLessThanOrEqual(plan.value);
        expect(plan.layers).toHaveLength(3);
        if (!plan.optimal) expect(plan.gap).toBeGreaterThan(0);
      }
    }
  });

  it("an abort ends a program at work", async () => {
    const stop = new AbortController();
    const topology = makeTopology("leaf-spine", { leaves: 6, spines: 2 }, { loopbackPorts: 4 });
    const notes: string[] = [];
    const progress = {
      update: (_step: string, _done: number, _total: number, note?: string) => {
        notes.push(note ?? "");
        stop.abort();
      },
    };
    await expect(planFabric(layers, topology, { signal: stop.signal, progress })).rejects.toMatchObject({
      code: "placement-cancelled",
    });
    expect(notes[0]).toMatch(/^8 switches: \?, at least \?/);
  });

  it("progress shows the incumbent and the bound in the objective's unit", async () => {
    const notes: string[] = [];
    const progress = { update: (_: string, __: number, ___: number, note = "") => notes.push(note) };
    const topology = makeTopology("leaf-spine", { leaves: 6, spines: 2 }, { loopbackPorts: 4 });
    await planFabric(layers, topology, { progress });
    expect(notes.some((n) => /: \d+\.\d us, at least \d+\.\d us/.test(n))).toBe(true);
  });
});
