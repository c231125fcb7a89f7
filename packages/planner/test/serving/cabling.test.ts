import { loadProfile, makeTopology } from "@matchmul/profiles";
import { describe, expect, it } from "vitest";
import { pipeModel } from "../../src/fabric/pipe-model.js";
import { Cabling } from "../../src/serving/cabling.js";

function cabling(profile: string, loopbackPorts: number): Cabling {
  const topology = makeTopology("leaf-spine", { leaves: 2, spines: 2 }, { profile, loopbackPorts, hosts: 2 });
  const names = topology.switches.map((s) => s.name);
  return new Cabling(
    topology,
    new Set(names),
    topology.hosts.map((h) => h.name),
    loadProfile,
  );
}

describe("ports of a pipe", () => {
  it.each([
    ["tofino", 4],
    ["tofino2", 3],
    ["bmv2", 0],
  ])("%s: loopbacks, cables and hosts have ports of their own", (profile, loopbackPorts) => {
    const { pipes, hosts, cables } = cabling(profile, loopbackPorts);
    const ports = [
      ...pipes.flatMap((p) => p.loopbacks.map((port) => `${p.switch} ${port}`)),
      ...cables.flatMap(({ from, to }) => [from, to].map((end) => `${end.switch} ${end.port}`)),
      ...hosts.map((h) => `${h.switch} ${h.port}`),
    ];
    expect(new Set(ports).size).toBe(ports.length);
  });

  it("port 64 of a Tofino's pipe 0 is the processor's, and no loopback", async () => {
    const front = [60, 56, 52, 48];
    for (const { pipe, loopbacks } of cabling("tofino", 4).pipes) {
      const own = [...(pipe === 0 ? [] : [64]), 68, ...front];
      expect(loopbacks).toEqual(own.map((port) => 128 * pipe + port));
    }
    // The plan reckons with the pipe that has the fewest, each at a port's rate.
    const { loopbacks, passesPerSecond } = await pipeModel(loadProfile("tofino"), 4, 4);
    expect(loopbacks).toBe(5);
    expect(passesPerSecond).toBeCloseTo(500e9 / 8 / (46 + 128 + 24));
  });
});
