import { Random } from "@matchmul/common";
import { loadProfile, loadTopology, makeTopology, type Topology } from "@matchmul/profiles";
import { describe, expect, it } from "vitest";
import { checkFabricPlan } from "../../src/fabric/check.js";
import { convolution, dense, miniAlexNet, multiplyAccumulates, weightsOf } from "../../src/fabric/layers.js";
import { mergeTile } from "../../src/fabric/merge-program.js";
import { clusterOf, nearest, networkOf } from "../../src/fabric/network.js";
import { layerOption, layerOptions } from "../../src/fabric/options.js";
import { pipeModel } from "../../src/fabric/pipe-model.js";
import { paretoFabric, planFabric, tileBytes } from "../../src/fabric/plan.js";
import { fabricTile } from "../../src/fabric/tile-program.js";
import type { FabricLayer, FabricPlan } from "../../src/fabric/types.js";
import { placePipeline } from "../../src/pipeline/place.js";
import { servingLookups } from "../../src/serving/programs.js";

const tofino = loadProfile("tofino");
const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);

/** Faults of a plan on a topology of equal switches. */
async function faults(plan: FabricPlan, layers: FabricLayer[], topology: Topology): Promise<string[]> {
  const [first] = topology.switches;
  const profile = loadProfile(first.profile);
  const pipe = await pipeModel(profile, first.loopbackPorts ?? 0, first.pipes ?? profile.pipes);
  const network = networkOf(topology, profile, tileBytes, () => true);
  return checkFabricPlan(plan, layers, topology, pipe, tileBytes, network);
}

describe("what a pipe can do", () => {
  it.each([
    ["tofino", 8, 12],
    ["tofino2", 16, 20],
  ])("%s: %i lookups of 8192 rows in %i stages", async (name, slots, stages) => {
    const profile = loadProfile(name);
    const pipe = await pipeModel(profile, 0, 4);
    expect(servingLookups(profile)).toMatchObject({ lookups: slots, banked: pipe.bankedSlots });
    expect(pipe).toMatchObject({ slots, rows: 8192, lanes: 32 });
    expect(pipe.placement).toMatchObject({ stagesUsed: stages, optimal: true });
    expect(pipe.passNs).toBeGreaterThan(500);
  });

  it("banks with addresses of their own fit a Tofino, for eight lookups", async () => {
    const banked = { banked: true };
    expect((await placePipeline(fabricTile(8, 13, banked), tofino)).stagesUsed).toBe(12);
    await expect(placePipeline(fabricTile(9, 13, banked), tofino)).rejects.toThrow(
      "needs at least 13 stages",
    );
    expect((await placePipeline(fabricTile(9, 13, banked), loadProfile("tofino2"))).stagesUsed).toBe(13);
  });

  it("recirculation limits the passes, until ports are put in loopback", async () => {
    const few = await pipeModel(tofino, 0, 4);
    const many = await pipeModel(tofino, 16, 4);
    expect(few).toMatchObject({ limitedBy: "recirculation" });
    expect(few.passesPerSecond).toBeCloseTo(100e9 / 8 / (46 + 128 + 24));
    expect(many).toMatchObject({ passesPerSecond: 1700e9 / 8 / (46 + 128 + 24) });
  });

  it("a pipe can merge 32 lanes, on both targets", async () => {
    for (const name of ["tofino", "tofino2"]) {
      const placement = await placePipeline(mergeTile(), loadProfile(name));
      expect(placement.stagesUsed).toBe(12);
    }
  });

  it("software has a measured pass and no limit of memory", async () => {
    expect(await pipeModel(loadProfile("bmv2"), 0, 1)).toMatchObject({
      passNs: 93_000,
      passesPerSecond: 10_700,
    });
  });
});

describe("options of a layer", async () => {
  const pipe = await pipeModel(tofino, 16, 4);
  const way = {
    kernel: "bit-serial",
    g: 8,
    tilePipes: 1,
    replicas: 1,
    splitK: 1,
    pooling: "serial",
  } as const;

  it("counts passes, rows and depth", () => {
    // 64 outputs: 2 tiles, each load, 5 rows of 64 features in 7 planes, bias, scale, 4 conversions. The input comes in
    // 10 packets of 1 + 7 passes.
    const layer = dense("l", 320, 64);
    const option = layerOption(layer, pipe, 0, way);
    const [store, work] = [10 * (1 + 7), 1 + 5 * 7 + 1 + 1 + 4];
    expect(option).toMatchObject({
      passes: store + 2 * work,
      depth: 8 + work,
      // 5 blocks and a bias a tile, 4 pages of conversion: in blocks of 1024.
      rows: 4096,
      pipes: 1,
      storeBits: 5 * 7 * 64,
    });
    expect(option.sramBytes).toBe((2 * (5 * 256 + 1) + 4 * 256) * 8 * 128);
    expect(option.latencyNs).toBeCloseTo((8 + work) * pipe.passNs);
    const two = layerOption(layer, pipe, 0, { ...way, tilePipes: 2 });
    expect(two).toMatchObject({
      pipes: 2,
      passes: option.passes + store,
      pipePasses: store + work,
      rows: 3072,
    });
  });

  it("splits the inputs over workers, whose sums are merged", () => {
    const option = layerOption(dense("l", 320, 64), pipe, 1, { ...way, splitK: 5 });
    // Load, 7 planes of one row, off; two passes on the merger for each; back, bias, scale, 4 conversions.
    const [part, rest] = [1 + 7 + 1, 2 + 5];
    expect(option).toMatchObject({
      mergePasses: 2 * 2 * 5,
      passes: 80 + 2 * (5 * part + rest) + 20,
      depth: 8 + part + 2 + rest,
    });
  });

  it("pools one position after the other, or merges maxima", () => {
    const layer = convolution("c", {
      size: 6,
      channels: 4,
      kernel: 3,
      outputs: 32,
      padding: 0,
      pool: 2,
      planes: 7,
    });
    expect(layer).toMatchObject({ reduction: 36, positions: 16, window: 4, inputs: 144 });
    const serial = layerOption(layer, pipe, 1, way);
    const parallel = layerOption(layer, pipe, 1, { ...way, pooling: "parallel" });
    const store = 36 * (1 + 7);
    // Serial: load, 9 rows of 7 planes, bias, scale, maxima of twice 16 lanes.
    const [position, conversion] = [1 + 63 + 1 + 1 + 2, 4];
    expect(serial).toMatchObject({
      passes: store + 4 * (4 * position + conversion),
      depth: 8 + 4 * position + conversion,
      mergePasses: 0,
    });
    expect(parallel).toMatchObject({
      passes: store + 4 * (4 * (1 + 63 + 1) + 2 + 1 + conversion) + 2 * 16,
      depth: 8 + (1 + 63 + 1) + 2 + 2 + 1 + conversion,
      mergePasses: 2 * 16,
    });
    // Split sums and maxima are merged one after the other, on mergers of their own.
    const both = { ...way, pooling: "parallel", splitK: 3 } as const;
    expect(layerOption(layer, pipe, 1, both).rows).toBe(Number.POSITIVE_INFINITY);
    expect(layerOption(layer, pipe, 2, both)).toMatchObject({
      mergePasses: 2 * 16 * 3 + 2 * 16,
      depth: 8 + (1 + 21 + 1) + 2 + 2 + 2 + 2 + 1 + conversion,
    });
  });

  it("leaves out what another option beats, and never the fastest or the smallest", () => {
    const layer = dense("l", 700, 300);
    const options = layerOptions(layer, pipe, 16, 2);
    const every = [2, 4, 8].map((g) => layerOption(layer, pipe, 2, { ...way, g, tilePipes: 10, splitK: 4 }));
    for (const o of every.filter((e) => e.rows <= pipe.rows))
      expect(
        options.some(
          (k) => k.pipes <= o.pipes && k.latencyNs <= o.latencyNs && k.pipes * k.rows <= o.pipes * o.rows,
        ),
      ).toBe(true);
    for (const a of options)
      for (const b of options)
        if (a !== b)
          expect(
            a.pipes <= b.pipes &&
              a.pipes * a.rows <= b.pipes * b.rows &&
              a.passes <= b.passes &&
              a.latencyNs <= b.latencyNs,
          ).toBe(false);
  });
});

describe("the network", () => {
  it("finds the same ways as relaxing every link", () => {
    const random = new Random(4);
    for (let round = 0; round < 8; round++) {
      const topology = makeTopology("chain", { switches: 9 });
      for (let extra = 0; extra < 5; extra++) {
        const [from, to] = [random.integer(0, 8), random.integer(0, 8)];
        if (from !== to)
          topology.links.push({
            from: `switch${from}`,
            to: `switch${to}`,
            gbps: 100,
            delayNs: random.integer(1, 900),
          });
      }
      const network = networkOf(topology, tofino, 100, () => true);
      const ns = Array.from({ length: 9 }, (_, i) =>
        Array.from({ length: 9 }, (_, j) => (i === j ? 0 : 1e9)),
      );
      for (let step = 0; step < 9; step++)
        for (let a = 0; a < 9; a++)
          for (let b = 0; b < 9; b++)
            for (const link of network.neighbours[b])
              ns[a][link.to] = Math.min(
                ns[a][link.to],
                ns[a][b] + (a === b ? 0 : network.transitNs) + link.ns,
              );
      for (let a = 0; a < 9; a++)
        for (const { at, ns: way } of nearest(network, a, 9)) expect(way).toBeCloseTo(ns[a][at]);
    }
  });

  it("a cluster is as wide as its widest pair, and no narrower than the radius", () => {
    const network = networkOf(makeTopology("fat-tree", { k: 4 }), tofino, 156, () => true);
    for (const count of [1, 2, 3, 5, 9]) {
      const { cluster, radiusNs } = clusterOf(network, count)!;
      expect(new Set(cluster.switches).size).toBe(count);
      expect(cluster.widestNs).toBeGreaterThanOrEqual(radiusNs);
    }
    expect(clusterOf(network, 21)).toBeUndefined();
  });
});

describe("mini-AlexNet", () => {
  const layers = miniAlexNet();

  it("has the weights and multiply-accumulates of the case study", () => {
    expect(sum(layers.map(weightsOf))).toBe(15_476_416);
    expect(sum(layers.map(multiplyAccumulates))).toBe(91_126_528);
  });

  it("takes less than 0.25 ms on the eight Tofinos of leaf-spine-8", async () => {
    const topology = loadTopology("leaf-spine-8");
    const plan = await planFabric(layers, topology);
    expect(await faults(plan, layers, topology)).toEqual([]);
    expect(plan.latencyNs).toBeLessThan(250_000);
    expect(plan.gap).toBeLessThan(0.25);
    expect(plan.switches).toBeLessThanOrEqual(8);
    expect(plan.latencyNs).toBeGreaterThan(plan.passBoundNs);
    const again = await planFabric(layers, topology);
    expect({ ...again, statistics: null }).toEqual({ ...plan, statistics: null });
  });

  it("does not fit two Tofinos, and the switches that are proposed are enough", async () => {
    const pair = makeTopology("leaf-spine", { leaves: 1, spines: 1 });
    const error = await planFabric(layers, pair).catch((cause) => cause);
    expect(error).toMatchObject({ code: "does-not-fit", explanation: { resource: "sram", layer: "fc2" } });
    const enough = Number(/(\d+) tofino switches would be enough/.exec(error.hint)![1]);
    const network = makeTopology("leaf-spine", { leaves: enough - 1, spines: 1 });
    expect((await planFabric(layers, network, { minimise: "memory" })).switches).toBeLessThanOrEqual(enough);
  });
});

describe("small networks", () => {
  const layers = [dense("a", 784, 256, 8), dense("b", 256, 128), dense("c", 128, 10)];

  it.each(["latency", "passes", "switches", "memory"] as const)(
    "%s: proven best on 33 switches",
    async (minimise) => {
      const topology = makeTopology("leaf-spine", { leaves: 32, spines: 1 }, { loopbackPorts: 4 });
      const plan = await planFabric(layers, topology, { minimise });
      expect(await faults(plan, layers, topology)).toEqual([]);
      expect(plan).toMatchObject({ optimal: true, objective: minimise });
      expect(plan.value).toBeLessThanOrEqual(plan.baseline!.value);
      const other = await planFabric(layers, topology, {
        minimise: minimise === "latency" ? "memory" : "latency",
      });
      if (minimise === "latency") expect(other.latencyNs).toBeGreaterThanOrEqual(plan.latencyNs);
      if (minimise === "passes") expect(other.passes).toBeGreaterThanOrEqual(plan.passes);
      if (minimise === "memory") expect(other.sramBytes).toBeGreaterThanOrEqual(plan.sramBytes);
    },
  );

  it("is proven best on a thousand switches", async () => {
    const plan = await planFabric(layers, makeTopology("fat-tree", { k: 28 }, { loopbackPorts: 4 }));
    expect(plan.optimal).toBe(true);
  });

  it("both solvers agree", async () => {
    const topology = makeTopology("single", {}, { loopbackPorts: 4 });
    const [a, b] = await Promise.all(
      (["glpk", "highs"] as const).map((solver) => planFabric(layers, topology, { solver })),
    );
    expect(a.value).toBeCloseTo(b.value, 3);
  });

  it("equals the best of all choices on one switch", async () => {
    const topology = makeTopology("single", {}, { loopbackPorts: 4 });
    const pipe = await pipeModel(tofino, 4, 4);
    let best = Number.POSITIVE_INFINITY;
    for (const mergers of [0, 1, 2]) {
      const options = layers.map((l) => layerOptions(l, pipe, 4 - mergers, mergers));
      for (const a of options[0])
        for (const b of options[1])
          for (const c of options[2]) {
            const rows = [a, b, c].reduce((s, o) => s + o.pipes * o.rows, 0);
            if (rows <= (4 - mergers) * pipe.rows)
              best = Math.min(best, a.latencyNs + b.latencyNs + c.latencyNs);
          }
    }
    const plan = await planFabric(layers, topology);
    // The host's cable twice, and the pass that admits the request.
    const [host] = topology.hosts;
    const outside = 2 * (host.delayNs + (8 * tileBytes) / host.gbps) + pipe.passNs;
    expect(plan.value).toBeCloseTo(best + outside, 3);
  });

  it("uses a switch's pipes only as far as it may", async () => {
    const topology = makeTopology("single");
    topology.switches[0].pipes = 1;
    const plan = await planFabric(layers, topology);
    expect(plan.pipes).toBe(1);
    expect(await faults(plan, layers, topology)).toEqual([]);
  });

  it("of several kinds of switches takes the better", async () => {
    const topology = makeTopology("chain", { switches: 2 }, { loopbackPorts: 4 });
    topology.switches[1].profile = "bmv2";
    topology.switches[1].loopbackPorts = undefined;
    const plan = await planFabric(layers, topology);
    expect(plan.profile).toBe("tofino");
  });

  it("the front falls with every switch more", async () => {
    const topology = makeTopology("leaf-spine", { leaves: 5, spines: 2 }, { loopbackPorts: 8 });
    const big = [dense("x", 2000, 1500), dense("y", 1500, 900), dense("z", 900, 10)];
    const front = await paretoFabric(big, topology);
    expect(front.length).toBeGreaterThan(1);
    for (let i = 1; i < front.length; i++) {
      expect(front[i].latencyNs).toBeLessThan(front[i - 1].latencyNs);
      expect(front[i].switches).toBeGreaterThanOrEqual(front[i - 1].switches);
    }
  });

  it("stops when it is cancelled", async () => {
    const progress = { update: () => {}, cancelled: true };
    await expect(planFabric(layers, makeTopology("single"), { progress })).rejects.toMatchObject({
      code: "placement-cancelled",
    });
  });
});
