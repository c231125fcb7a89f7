import { describe, expect, it } from "vitest";
import {
  loadProfile,
  loadTopology,
  makeCheckedTopology,
  makeTopology,
  withProfile,
} from "../../src/index.js";

const tofino2 = loadProfile("tofino2");

describe("other switches in the same network", () => {
  it("have the profile, and no more loopback than their ports allow", () => {
    const other = withProfile(loadTopology("leaf-spine-8"), "tofino2", tofino2);
    // 12 links and a host on 32 ports leave 19 for 4 pipes; a spine, with 20, stays equal to the leaves.
    for (const s of other.switches) expect(s).toMatchObject({ profile: "tofino2", loopbackPorts: 4 });
    expect(other.links).toHaveLength(16);
  });

  it("keep a limit of pipes as far as they have so many", () => {
    const topology = makeTopology("single", {}, { loopbackPorts: 2 });
    topology.switches[0].pipes = 3;
    expect(withProfile(topology, "tofino2", tofino2).switches[0]).toEqual({
      name: "switch0",
      profile: "tofino2",
      tier: 0,
      pipes: 3,
      loopbackPorts: 2,
    });
    expect(withProfile(topology, "bmv2", loadProfile("bmv2")).switches[0].pipes).toBe(1);
  });
});

describe("a topology made and checked", () => {
  it("is refused with more ports in loopback than there are", () => {
    expect(() => makeCheckedTopology("leaf-spine", {}, { loopbackPorts: 16 })).toThrow(
      /leaf0 needs 69 ports .* tofino has 64/,
    );
    expect(() => makeCheckedTopology("chain", {}, { profile: "tofnio" })).toThrow(
      expect.objectContaining({ code: "profile-not-found" }),
    );
    expect(makeCheckedTopology("chain", { switches: 3 }, { loopbackPorts: 15 }).switches).toHaveLength(3);
  });
});
