import { loadProfile } from "@matchmul/profiles";
import { describe, expect, it } from "vitest";
import { placePipeline } from "../../src/index.js";
import { groupExcess } from "../../src/pipeline/phv.js";
import type { PhvCluster, PhvField } from "../../src/pipeline/types.js";
import { table } from "./programs.js";

const tofino = loadProfile("tofino");
const tofino2 = loadProfile("tofino2");

const field = (containers: number, clusters: PhvCluster[]): PhvField => ({
  name: "hdr.lanes",
  gress: "ingress",
  containerBits: 32,
  containers,
  clusters,
});
const computed = (...sizes: number[]): PhvCluster[] => sizes.map((n) => ({ computed: n, sources: 0 }));
const fits = (profile: typeof tofino, clusters: PhvCluster[]) =>
  groupExcess([field(32, clusters)], profile) === undefined;

// The verdicts are p4c-barefoot 9.13.4's: "PHV allocation was not successful" where these say no.
describe("groups of containers", () => {
  it("take on Tofino what 16 containers compute together, three times", () => {
    expect(fits(tofino, computed(16, 16, 13))).toBe(true);
    expect(fits(tofino, computed(17))).toBe(false);
    expect(fits(tofino, computed(9, 9, 9, 9))).toBe(false);
  });

  it("take on Tofino 2 12 that are computed, and 4 more that are only read", () => {
    expect(fits(tofino2, [{ computed: 8, sources: 8 }])).toBe(true);
    expect(fits(tofino2, [{ computed: 8, sources: 9 }])).toBe(false);
    expect(fits(tofino2, computed(13))).toBe(false);
    expect(fits(tofino2, [...computed(16, 16), { computed: 6, sources: 7 }])).toBe(false);
  });

  it("are filled by trying every division", () => {
    // 7 with 5, 8 with 4, 6 with 6 twice: all containers are taken.
    expect(fits(tofino2, computed(4, 5, 6, 6, 6, 6, 7, 8))).toBe(true);
    expect(fits(tofino2, computed(5, 5, 6, 6, 6, 6, 7, 7))).toBe(true);
    expect(fits(tofino2, computed(7, 7, 7, 7, 7))).toBe(false);
  });

  it("refuse a program with the size that would fit", async () => {
    const program = { name: "p", tables: [table("t")], dependencies: [], phv: [field(32, computed(16, 16))] };
    await expect(placePipeline(program, tofino)).resolves.toMatchObject({ stagesUsed: 1 });
    await expect(placePipeline(program, tofino2)).rejects.toMatchObject({
      code: "does-not-fit",
      hint: "at most 12 containers together in hdr.lanes would fit",
      explanation: { resource: "phv32", needed: 16, available: 12, table: "hdr.lanes" },
    });
  });
});
