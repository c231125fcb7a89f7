import { loadProfile, makeTopology, type Topology } from "@matchmul/profiles";
import { describe, expect, it } from "vitest";
import type { PipeAt } from "../../src/fabric/assign.js";
import { layerFlows, mergeShares, routeFlows } from "../../src/fabric/links.js";
import { networkOf } from "../../src/fabric/network.js";
import type { FabricLayer, LayerOption } from "../../src/fabric/types.js";

const tofino = loadProfile("tofino");
const bytes = 156;
const network = (topology: Topology) => networkOf(topology, tofino, bytes, () => true);
const leafSpine = makeTopology("leaf-spine", { leaves: 3, spines: 2 });
const [leaf0, leaf1, leaf2, spine0, spine1] = [0, 1, 2, 3, 4];
const onWire = 8 * (bytes + 24);

describe("flows over links", () => {
  it("one flow keeps its first link busy for packets x bytes / rate", () => {
    const links = routeFlows(
      network(makeTopology("chain", { switches: 3 }, { gbps: 40 })),
      [{ from: [0, 0], to: [2], packets: 1000 }],
      bytes,
    );
    expect(links.busiestNs).toBeCloseTo((1000 * onWire) / 40);
    expect(links.bytes).toBe(2 * 1000 * (bytes + 24));
  });

  it("links side by side share what is sent", () => {
    const topology = makeTopology("chain", { switches: 2 });
    topology.links[0].count = 4;
    const links = routeFlows(network(topology), [{ from: [0, 0], to: [1], packets: 400 }], bytes);
    expect(links.busiestNs).toBeCloseTo((100 * onWire) / 100);
  });

  it("flows of several pipes are spread over equally short ways", () => {
    const flows = [0, 1].map((pipe) => ({ from: [leaf0, pipe] as PipeAt, to: [leaf1], packets: 100 }));
    const { flows: routed, busiestNs } = routeFlows(network(leafSpine), flows, bytes);
    expect(busiestNs).toBeCloseTo((100 * onWire) / 100);
    expect(new Set(routed.map(({ hops }) => hops.find((hop) => hop.from === leaf0)!.to))).toEqual(
      new Set([spine0, spine1]),
    );
  });

  it("a packet to several switches crosses no link twice", () => {
    const { flows, bytes: sent } = routeFlows(
      network(leafSpine),
      [{ from: [leaf0, 0], to: [leaf1, leaf2, spine0], packets: 10 }],
      bytes,
    );
    const [{ hops }] = flows;
    expect(new Set(hops.map((hop) => hop.direction)).size).toBe(hops.length);
    const reached = new Set(hops.map((hop) => hop.to));
    for (const at of [leaf1, leaf2, spine0]) expect(reached.has(at)).toBe(true);
    expect(sent).toBe(10 * (bytes + 24) * hops.length);
  });

  it("opposite directions do not share a rate", () => {
    const topology = makeTopology("chain", { switches: 2 });
    const flows = [
      { from: [0, 0] as PipeAt, to: [1], packets: 100 },
      { from: [1, 0] as PipeAt, to: [0], packets: 100 },
    ];
    expect(routeFlows(network(topology), flows, bytes).busiestNs).toBeCloseTo((100 * onWire) / 100);
  });
});

describe("merging", () => {
  it("is divided evenly, and stays within a switch as far as it can", () => {
    const pipes: PipeAt[] = [
      [0, 0],
      [0, 1],
      [1, 0],
      [2, 0],
    ];
    const mergers: PipeAt[] = [
      [0, 3],
      [1, 3],
    ];
    const shares = mergeShares(pipes, mergers);
    const sum = (of: typeof shares) => of.reduce((total, s) => total + s.share, 0);
    for (const at of pipes) expect(sum(shares.filter((s) => s.pipe === at))).toBeCloseTo(1 / 4);
    for (const at of mergers) expect(sum(shares.filter((s) => s.merger === at))).toBeCloseTo(1 / 2);
    expect(sum(shares.filter((s) => s.pipe[0] === s.merger[0]))).toBeCloseTo(3 / 4);
    expect(mergeShares(pipes, [])).toEqual([]);
  });

  const layer: FabricLayer = {
    name: "l",
    reduction: 100,
    outputs: 64,
    positions: 16,
    window: 4,
    planes: 7,
    inputs: 100,
  };
  const option = { tilePipes: 2, replicas: 1, splitK: 4, pooling: "serial", mergePasses: 128 } as LayerOption;

  it("sends partial sums to the mergers and merged tiles back; a copy of finished tiles for each pipe", () => {
    const { merging, tiles } = layerFlows(
      layer,
      option,
      32,
      [
        [0, 0],
        [0, 1],
      ],
      [
        [0, 2],
        [1, 0],
        [1, 1],
      ],
      [[2, 3]],
    );
    const flows = [...merging, ...tiles];
    const between = (from: number, to: number) =>
      flows.filter((f) => f.from[0] === from && f.to.includes(to)).reduce((sum, f) => sum + f.packets, 0);
    // 2 tiles of 4 pooled positions for 2 pipes; two passes of a merger for each part; 2 tiles x 16 positions.
    expect(between(0, 1)).toBe(2 * 4 * 2);
    expect(between(0, 2)).toBe(128 / 2);
    expect(between(2, 0)).toBe(32);
    expect(flows.some((f) => f.to.includes(f.from[0]))).toBe(false);
  });
});
