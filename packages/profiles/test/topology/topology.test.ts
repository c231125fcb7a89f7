import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  checkTopology,
  formatIssue,
  formatTopology,
  listTopologies,
  loadTopology,
  makeTopology,
  profileDirectory,
  type Topology,
  type TopologyKind,
  topologySchema,
} from "../../src/index.js";

const directory = mkdtempSync(join(tmpdir(), "matchmul-topologies-"));
afterAll(() => rmSync(directory, { recursive: true }));

function save(text: string): string {
  const path = join(directory, "t.yaml");
  writeFileSync(path, text);
  return path;
}

/** Issues of a text, as they are printed, without the directory. */
const issuesOf = (text: string) =>
  checkTopology(save(text)).map((i) => formatIssue(i).slice(directory.length + 1));

/** Switches within `hops` links of one. */
function reach({ links }: Topology, from: string, hops: number): Set<string> {
  const seen = new Set([from]);
  for (let h = 0; h < hops; h++)
    for (const at of [...seen])
      for (const l of links) if (l.from === at || l.to === at) seen.add(l.from === at ? l.to : l.from);
  return seen;
}

describe("generated topologies", () => {
  it.each<[TopologyKind, Record<string, number>, switches: number, links: number, hosts: number]>([
    ["single", {}, 1, 0, 1],
    ["chain", { switches: 5 }, 5, 4, 1],
    ["leaf-spine", { leaves: 6, spines: 2 }, 8, 12, 6],
    ["fat-tree", { k: 4 }, 20, 32, 8],
    ["fat-tree", { k: 8 }, 80, 256, 32],
  ])("%s %o has the right number of everything and reads back", (kind, sizes, switches, links, hosts) => {
    const topology = makeTopology(kind, sizes);
    expect([topology.switches.length, topology.links.length, topology.hosts.length]).toEqual([
      switches,
      links,
      hosts,
    ]);
    expect(loadTopology(save(formatTopology(topology)))).toEqual(topology);
  });

  it("a fat tree's edges reach each other in four links, and core switches have k ports", () => {
    const topology = makeTopology("fat-tree", { k: 6 });
    const edges = topology.switches.filter((s) => s.tier === 0).map((s) => s.name);
    const near = reach(topology, edges[0], 4);
    expect(edges.every((e) => near.has(e))).toBe(true);
    for (const { name, tier } of topology.switches) {
      const ports = topology.links.filter((l) => l.from === name || l.to === name).length;
      expect(ports).toBe(tier === 0 ? 3 : 6);
    }
  });

  it("takes options for all switches, links and hosts", () => {
    const topology = makeTopology(
      "chain",
      { switches: 2 },
      { profile: "tofino2", loopbackPorts: 4, gbps: 400, delayNs: 7, hosts: 3 },
    );
    expect(topology.switches[1]).toMatchObject({ profile: "tofino2", loopbackPorts: 4 });
    expect(topology.links[0]).toMatchObject({ gbps: 400, delayNs: 7 });
    expect(topology.hosts).toHaveLength(3);
    expect(checkTopology(save(formatTopology(topology)))).toEqual([]);
  });

  it.each<[TopologyKind, Record<string, number>, RegExp]>([
    ["chain", { switches: 0 }, /switches is 0/],
    ["chain", { length: 3 }, /no size `length`/],
    ["fat-tree", { k: 5 }, /must be even/],
    ["leaf-spine", { leaves: 9000, spines: 9000 }, /18000 switches/],
    ["leaf-spine", { leaves: 1.5 }, /1.5/],
  ])("refuses %s %o", (kind, sizes, message) => {
    expect(() => makeTopology(kind, sizes)).toThrow(message);
    expect(() => makeTopology(kind, sizes)).toThrow(expect.objectContaining({ code: "topology-size" }));
  });
});

describe("shipped topologies", () => {
  it("are listed and valid, leaf-spine-8 with Tofino switches among them", () => {
    expect(listTopologies().map((t) => t.name)).toEqual(["chain-4", "fat-tree-4", "leaf-spine-8", "single"]);
    for (const { name, path } of listTopologies()) {
      expect(checkTopology(path)).toEqual([]);
      expect(loadTopology(name).name).toBe(name);
    }
    const { switches } = loadTopology("leaf-spine-8");
    expect(switches.map((s) => s.profile)).toEqual(Array(8).fill("tofino"));
  });

  it("have a published JSON Schema that equals the one in use", () => {
    const file = readFileSync(`${profileDirectory()}topology.schema.json`, "utf8");
    expect(JSON.parse(file)).toEqual(JSON.parse(JSON.stringify(topologySchema)));
  });
});

describe("what is wrong with a topology", () => {
  const good = formatTopology(makeTopology("leaf-spine", { leaves: 2, spines: 2 }));
  const after = (from: string, to: string) => {
    expect(good).toContain(from);
    return issuesOf(good.replace(from, to));
  };

  it.each([
    [
      "from: leaf0",
      "from: leef0",
      /t\.yaml:11:13: links\[0\]\.from: there is no switch leef0; did you mean leaf0\?/,
    ],
    ["switch: leaf1", "switch: nowhere", /hosts\[1\]\.switch: there is no switch nowhere/],
    ["name: leaf1,", "name: leaf0,", /switches\[1\]\.name: the name leaf0 is taken by switches 0/],
    ["name: host0", "name: leaf0", /hosts\[0\]\.name: the name leaf0 is taken/],
    ["to: spine0", "to: leaf0", /links\[0\]\.to: the link leads from leaf0 to itself/],
    ["profile: tofino,", "profile: tofno,", /switches\[0\]\.profile: there is no hardware profile tofno/],
    ["tier: 0 }", "pipes: 5 }", /switches\[0\]\.pipes: expected at most the 4 pipes of tofino, found 5/],
    ["tier: 0 }", "loopbackPorts: 17 }", /loopbackPorts: expected at most the 16 ports/],
    ["tier: 0 }", "loopbackPorts: 16 }", /leaf0 needs 67 ports for links, hosts and loopback; tofino has 64/],
    ["delayNs: 50 }", "delayNs: -1 }", /links\[0\]\.delayNs: expected at least 0, found -1/],
    ["gbps: 100", "gpbs: 100", /links\[0\]\.gpbs: unknown key; did you mean `gbps`\?/],
  ])("%s -> %s", (from, to, message) => {
    expect(after(from, to).join("\n")).toMatch(message);
  });

  it("a network in two pieces", () => {
    const topology = makeTopology("chain", { switches: 3 });
    const text = formatTopology({ ...topology, links: topology.links.slice(0, 1) });
    expect(issuesOf(text)[0]).toMatch(/no path of links leads from switch0 to switch2/);
  });

  it("is a diagnostic when it is loaded", () => {
    expect(() => loadTopology("leaf-spin-8")).toThrow(
      expect.objectContaining({
        code: "topology-not-found",
        hint: expect.stringContaining("did you mean leaf-spine-8"),
      }),
    );
    expect(() => loadTopology(save("topology: 1"))).toThrow(
      expect.objectContaining({ code: "topology-invalid" }),
    );
  });

  it("finds a profile beside the topology's own file", () => {
    writeFileSync(
      join(directory, "mine.yaml"),
      readFileSync(`${profileDirectory()}tofino.yaml`, "utf8").replace("pipes: 4", "pipes: 2"),
    );
    const own = good.replaceAll("profile: tofino,", "profile: ./mine.yaml,");
    expect(issuesOf(own)).toEqual([]);
    expect(issuesOf(own.replace("tier: 0 }", "pipes: 3 }")).join()).toMatch(/at most the 2 pipes/);
  });
});
