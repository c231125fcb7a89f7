import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { inRepository, matchmul, model, temporaryDirectory } from "../support/matchmul.js";

const work = temporaryDirectory();
const int8 = inRepository("models", "digits", "digits-cnn.int8.safetensors");
const images = inRepository("models", "digits", "digits-cnn-test.npz");
const served = join(work, "served");
const simulate = (directory: string, ...more: string[]) =>
  matchmul("simulate", directory, "--inputs", images, ...more);

beforeAll(async () => {
  const options = ["--topology", "single", "--request-slots", "4", "--out", served, "--json", "--quiet"];
  const { code, stdout } = await matchmul("deploy", int8, ...options);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ target: "tna", plan: { profile: "tofino" } });
});

test("a served network's bundle holds each program once, and each pipe's entries", () => {
  const manifest = JSON.parse(readFileSync(join(served, "manifest.json"), "utf8"));
  const network = JSON.parse(readFileSync(join(served, "network.json"), "utf8"));
  const files = Object.keys(manifest.files);
  expect(network.pipes.length).toBeGreaterThan(1);
  for (const { name, text } of network.pipes) {
    expect(files).toContain(text);
    expect(files).toContain(`pipes/${name}/entries.txt`);
  }
  const programs = files.filter((path) => path.endsWith(".p4"));
  expect(new Set(network.pipes.map((pipe: { text: string }) => pipe.text)).size).toBe(programs.length);
});

test("the emitted programs answer with the int8 model's logits, and the same run gives the same report", async () => {
  const options = ["--limit", "12", "--concurrency", "4", "--json", "--quiet"];
  const first = await simulate(served, ...options);
  expect(first.code).toBe(0);
  const report = JSON.parse(first.stdout);
  expect(report).toMatchObject({ requests: 12, accepted: 12, equal: 12, wrong: 0, timedOut: 0 });
  expect(report.latencyNs.p99).toBeGreaterThanOrEqual(report.latencyNs.p50);
  const again = JSON.parse((await simulate(served, ...options, "--threads", "2")).stdout);
  expect({ ...again, wallMs: 0 }).toEqual({ ...report, wallMs: 0 });
});

test("under loss, duplication, reordering and a restart no answer is wrong", async () => {
  const faults = ["--loss", "0.05", "--duplicate", "0.1", "--reorder", "0.1", "--malformed", "200"];
  const options = ["--limit", "20", "--concurrency", "3", "--restart", "switch0@200", "--json", "--quiet"];
  const { code, stdout } = await simulate(served, ...faults, ...options, "--seed", "7");
  expect(code).toBe(0);
  const report = JSON.parse(stdout);
  expect(report.wrong).toBe(0);
  expect(report.accepted + report.timedOut).toBe(20);
  expect(report.equal).toBe(report.accepted);
  expect(report.drops.loss).toBeGreaterThan(0);
  expect(report.usableSlots).toBe(report.slots);
});

test("a weight that is changed in a table is noticed", async () => {
  const network = JSON.parse(readFileSync(join(served, "network.json"), "utf8"));
  // The last layer's biases reach a logit in any case: 32 words of which one is made another.
  const { name } = network.pipes.find((pipe: { program: string }) => pipe.program === "tile");
  const path = join(served, "pipes", name, "entries.txt");
  const text = readFileSync(path, "utf8");
  const changed = text.replace(
    /^(table_add \S*lookup_\d+ .*=> )(\S+)/gm,
    (_, before: string) => `${before}0x123456`,
  );
  expect(changed).not.toBe(text);
  try {
    writeFileSync(path, changed);
    expect((await simulate(served, "--limit", "2", "--json")).stderr).toContain("error[bundle-changed]");
    const { code, stdout } = await simulate(served, "--limit", "2", "--allow-changed", "--json", "--quiet");
    expect(code).toBe(1);
    expect(JSON.parse(stdout).equal).toBeLessThan(2);
  } finally {
    writeFileSync(path, text);
  }
});

test("another profile for all switches has as many ports in loopback as it has room for", async () => {
  const out = join(work, "second");
  const options = ["--topology", "leaf-spine-8", "--profile", "tofino2", "--out", out, "--quiet"];
  expect(await matchmul("deploy", int8, ...options)).toMatchObject({ code: 0 });
  const topology = readFileSync(join(out, "topology.yaml"), "utf8");
  expect(topology).toContain("profile: tofino2, tier: 0, loopbackPorts: 4 }");
});

describe("what cannot be used ends with one error, and writes nothing", () => {
  const out = join(work, "nothing");
  test.each<[string, string[], string]>([
    ["no calibration for a float model", [model, "--topology", "single"], "calibration-needed"],
    ["an unknown topology", [int8, "--topology", "ring-9"], "topology-not-found"],
    ["an unknown profile", [int8, "--topology", "single", "--profile", "tofino9"], "profile-not-found"],
    ["a target the switches lack", [int8, "--topology", "single", "--target", "t2na"], "profile-target"],
  ])("%s", async (_, options, code) => {
    const outcome = await matchmul("deploy", ...options, "--out", out, "--quiet");
    expect(outcome).toMatchObject({ code: 2, stdout: "" });
    expect(outcome.stderr).toContain(`error[${code}]`);
    expect(existsSync(out)).toBe(false);
  });

  test("a bundle of one pipe is not simulated", async () => {
    const bundle = join(work, "one");
    const calibration = inRepository("models", "digits", "digits-calibration.npz");
    await matchmul(
      "compile",
      model,
      "--calibration",
      calibration,
      "--profile",
      "bmv2",
      "--entries-only",
      "--out",
      bundle,
    );
    const outcome = await simulate(bundle);
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toContain("error[bundle-not-served]");
  });
});
