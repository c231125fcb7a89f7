import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { topologySchema } from "@matchmul/profiles";
import { Ajv2020 } from "ajv/dist/2020.js";
import { beforeAll, describe, expect, test } from "vitest";
import { sizesSchema } from "../src/fabric/description.js";
import type { FabricDocument } from "../src/fabric/document.js";
import { calibration, inRepository, matchmul, model, temporaryDirectory } from "./support/matchmul.js";

const work = temporaryDirectory();
const at = (...path: string[]) => join(work, ...path);
const read = (path: string) => readFileSync(path, "utf8");
const schema = (name: string) => JSON.parse(read(inRepository("docs/schemas", name)));
const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);

async function json(...args: string[]) {
  const outcome = await matchmul(...args, "--json");
  expect(outcome.stderr).not.toMatch(/error\[/);
  expect(outcome.code).toBe(0);
  return JSON.parse(outcome.stdout);
}

/** The error of a command line that must fail. */
async function failure(...args: string[]) {
  const outcome = await matchmul(...args, "--json");
  expect(outcome.code).toBe(2);
  return JSON.parse(outcome.stdout).error;
}

const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
ajv.addSchema(schema("plan.schema.json")).addSchema(topologySchema);
const valid = ajv.compile(schema("fabric-plan.schema.json"));
function expectValid(plan: unknown) {
  valid(plan);
  expect(valid.errors ?? []).toEqual([]);
}

/** A network of three layers that needs several pipes. */
const sizes = `sizes: 1
name: three
description: for tests
input: { channels: 8, height: 12, width: 12 }
layers:
  - { name: conv, kind: convolution, outputs: 64, kernel: 3, padding: 1, activation: relu, pool: 2 }
  - { name: fc1, kind: dense, outputs: 1000, activation: relu }
  - { name: fc2, kind: dense, outputs: 10 }
`;
beforeAll(() => writeFileSync(at("three.yaml"), sizes));

describe("matchmul topology", () => {
  test("makes a file that is valid, listed facts and all", async () => {
    const out = at("made.yaml");
    const args = ["topology", "leaf-spine", "--leaves", "3", "--spines", "2", "--loopback-ports", "5"];
    const made = await json(...args, "--profile", "tofino2", "--gbps", "400", "--out", out);
    expect(made.switches).toHaveLength(5);
    expect(made.switches[0]).toMatchObject({ profile: "tofino2", loopbackPorts: 5 });
    expect(await json("topology", "check", out)).toMatchObject({ valid: true });
    expect(await json("topology", "show", out)).toEqual(made);
    expect((await matchmul(...args)).stdout).toContain("name: leaf-spine-5\n");
  });

  test("lists the shipped ones, and says what is wrong with a file", async () => {
    const names = (await json("topology")).map((entry: { name: string }) => entry.name);
    expect(names).toEqual(expect.arrayContaining(["single", "leaf-spine-8"]));
    const broken = at("broken.yaml");
    writeFileSync(
      broken,
      read(inRepository("hardware-profiles/topologies/chain-4.yaml")).replace("switch1,", "switc1,"),
    );
    const outcome = await matchmul("topology", "check", broken);
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toMatch(/^error\[topology-invalid\].*broken\.yaml:\d+:\d+/);
  });

  test("refuses sizes that make no network", async () => {
    expect(await failure("topology", "fat-tree", "--k", "5")).toMatchObject({ code: "topology-size" });
    expect(await failure("topology", "chain", "--loopback-ports", "16")).toMatchObject({
      code: "topology-size",
    });
    expect(await failure("topology", "chain", "--switches", "x")).toMatchObject({ code: "usage" });
  });
});

describe("matchmul plan --topology", () => {
  let plan: FabricDocument;
  const out = at("plan.json");
  const report = at("report.html");
  beforeAll(async () => {
    const network = ["--topology", "leaf-spine-8", "--pareto", "latency,switches"];
    plan = await json("plan", at("three.yaml"), ...network, "--out", out, "--report", report);
  });

  test("gives a document of the schema, whose parts add up", () => {
    expectValid(plan);
    expect(sum(plan.layers.map((l) => l.passes))).toBe(plan.passes);
    expect(sum(plan.layers.map((l) => l.sramBytes))).toBe(plan.sramBytes);
    expect(sum(plan.pipes.map((p) => p.sramBytes))).toBeCloseTo(plan.sramBytes);
    expect(sum(plan.layers.map((l) => l.latencyNs + l.linkNs))).toBeCloseTo(plan.latencyNs);
    expect(new Set(plan.pipes.map((p) => p.switch)).size).toBe(plan.switches);
    for (const { linkNs, links } of plan.layers) {
      expect(links.sendNs).toBeLessThanOrEqual(linkNs);
      expect(links.busiest?.ns ?? 0).toBeLessThanOrEqual(links.sendNs);
    }
    expect(plan.bound).toBeLessThanOrEqual(plan.value);
    expect(plan.value).toBe(plan.latencyNs);
    expect(plan.value).toBeLessThanOrEqual(plan.baseline?.value ?? Number.POSITIVE_INFINITY);
    for (const p of plan.pipes) expect(p.rows).toBeLessThanOrEqual(p.rowsAvailable);
  });

  test("takes the layers from their description", () => {
    expect(plan.model).toMatchObject({ name: "three", weights: 72 * 64 + 2304 * 1000 + 10_000 });
    expect(plan.model.layers).toMatchObject([
      { reduction: 72, outputs: 64, positions: 144, window: 4, planes: 8, inputs: 8 * 144 },
      { reduction: 2304, outputs: 1000, positions: 1, planes: 7 },
      { reduction: 1000, outputs: 10, planes: 7 },
    ]);
  });

  test("the front falls, and ends with the plan", () => {
    const front = plan.pareto ?? [];
    expect(front.length).toBeGreaterThan(0);
    for (let i = 1; i < front.length; i++) expect(front[i].value).toBeLessThan(front[i - 1].value);
    expect(front.at(-1)?.value).toBe(plan.value);
  });

  test("the file is the same again, and explain tells it", async () => {
    expectValid(JSON.parse(read(out)));
    const again = at("again.json");
    const network = ["--topology", "leaf-spine-8", "--pareto", "latency,switches"];
    await json("plan", at("three.yaml"), ...network, "--out", again);
    expect(read(again)).toBe(read(out));
    const { stdout, code } = await matchmul("explain", out, "--passes");
    expect(code).toBe(0);
    for (const layer of plan.layers)
      expect(stdout).toMatch(new RegExp(`^${layer.name} +bit-serial +${layer.g} `, "m"));
    expect(stdout).toMatch(/gap|is better than/);
    expect(stdout.match(/lookup0/g)).toHaveLength(1);
    expect(await json("explain", out)).toMatchObject({ passes: plan.passes, words: expect.any(Array) });
  });

  test("the report draws every pipe, every stage and every point of the front", () => {
    const page = read(report);
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
    const count = (pattern: RegExp) => [...page.matchAll(pattern)].length;
    expect(count(/<figure>/g)).toBe(plan.pipes.length);
    const stages = plan.programs.map(({ role, placement }) => [role, placement.stagesAvailable] as const);
    const columns = sum(plan.pipes.map((p) => new Map(stages).get(p.role) ?? 0));
    expect(count(/<rect class="stage"/g)).toBe(columns);
    expect(count(/<path class="gap"/g)).toBe(plan.pareto?.length);
    expect(count(/<rect class="switch /g)).toBe(8);
    expect(count(/<path class="link /g)).toBe(16);
    const open: string[] = [];
    const body = page.replace(/<(style|script)>[\s\S]*?<\/\1>/g, "");
    for (const [, closing, name, selfClosing] of body.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*?(\/?)>/gi)) {
      if (selfClosing || ["meta", "br"].includes(name)) continue;
      if (closing) expect(open.pop()).toBe(name);
      else open.push(name);
    }
    expect(open).toEqual([]);
  });

  test("text has a table, the proof, first fit and the solver", async () => {
    const { stdout } = await matchmul("plan", at("three.yaml"), "--topology", "single", "--solver", "highs");
    expect(stdout).toMatch(/^layer +kernel +g +tile pipes +replicas +split-K +pooling +passes/m);
    expect(stdout).toMatch(/No plan of the enumerated options is better/);
    expect(stdout).toMatch(/First fit, one layer after the other/);
    expect(stdout).toMatch(/The solver highs decided/);
  });

  test("--profile replaces every switch's, and the objective is another with --minimise", async () => {
    const args = ["plan", at("three.yaml"), "--topology", "leaf-spine-8", "--profile", "tofino2"];
    const fast: FabricDocument = await json(...args);
    expect(fast.topology.switches.every((s) => s.profile === "tofino2")).toBe(true);
    expect(fast.profile.name).toBe("tofino2");
    const small: FabricDocument = await json(...args, "--minimise", "memory");
    expect(small).toMatchObject({ objective: "memory", value: small.sramBytes });
    expect(small.sramBytes).toBeLessThan(fast.sramBytes);
    const few: FabricDocument = await json(...args, "--minimise", "switches");
    expect(few).toMatchObject({ objective: "switches", switches: few.value });
  });

  test("a switch's profile can be a path beside the topology", async () => {
    mkdirSync(at("beside"));
    writeFileSync(
      at("beside", "mine.yaml"),
      read(inRepository("hardware-profiles/tofino.yaml")).replace("name: tofino", "name: mine"),
    );
    const topology = read(inRepository("hardware-profiles/topologies/single.yaml"));
    writeFileSync(at("beside", "one.yaml"), topology.replace("profile: tofino", "profile: ./mine.yaml"));
    const made = await json("plan", at("three.yaml"), "--topology", at("beside", "one.yaml"));
    expect(made.profile.name).toBe("mine");
  });
});

describe("where the layers come from", () => {
  test("an ONNX file, without calibration; and its int8 model", async () => {
    const single = ["--topology", "single"];
    const onnx: FabricDocument = await json("plan", model, ...single);
    expect(onnx.model.layers).toMatchObject([
      { reduction: 64, outputs: 32, planes: 8 },
      { reduction: 32, outputs: 10, planes: 7 },
    ]);
    const int8 = at("int8.safetensors");
    await json("quantize", model, "--calibration", calibration, "--out", int8);
    const quantized: FabricDocument = await json("plan", int8, ...single);
    expect(quantized.model.layers.map((l) => [l.name, l.reduction, l.outputs])).toEqual(
      onnx.model.layers.map((l) => [l.name, l.reduction, l.outputs]),
    );
  });

  test("an operator with no place on a fabric is named", async () => {
    const odd = at("odd.onnx");
    writeFileSync(odd, Buffer.from(readFileSync(model, "latin1").replaceAll("Relu", "Sign"), "latin1"));
    const error = await failure("plan", odd, "--topology", "single");
    expect(error).toMatchObject({ code: "sizes-unsupported", message: expect.stringContaining("Sign node") });
  });

  test("a folder with a description or one model, and no other", async () => {
    const folder = at("folder");
    mkdirSync(folder);
    const args = ["plan", folder, "--topology", "single"];
    expect((await failure(...args)).code).toBe("model-folder");
    writeFileSync(join(folder, "a.onnx"), readFileSync(model));
    expect((await json(...args)).model.name).toBe("a");
    writeFileSync(join(folder, "b.onnx"), readFileSync(model));
    expect(await failure(...args)).toMatchObject({
      code: "model-folder",
      message: expect.stringMatching(/a\.onnx, b\.onnx$/),
    });
    writeFileSync(join(folder, "model.yaml"), sizes);
    expect((await json(...args)).model.name).toBe("three");
  });

  test.each([
    ["outputs: 64", "outputs: 0", /:6:\d+: layers\[0\]\.outputs: expected at least 1, found 0/],
    ["kernel: 3", "kernal: 3", /unknown key; did you mean `kernel`\?/],
    ["kernel: 3", "kernel: 30", /a kernel of 30 does not fit 12 x 12 values/],
    ["kernel: 3, ", "", /a convolution needs the key `kernel`/],
    ["pool: 2", "pool: 20", /a pool of 20 does not fit 12 x 12 values/],
    ["pool: 2", "groups: 3", /3 groups do not divide 8 and 64 channels/],
    ["name: fc2", "name: fc1", /the name fc1 is taken/],
    ["outputs: 10", "outputs: 10, kernel: 1", /a dense layer has none/],
    ["activation: relu, pool", "activation: rilu, pool", /expected one of .* did you mean relu\?/],
    ["sizes: 1", "sizes: [", /not YAML/],
  ])("%s as %s is an error with its place", async (from, to, message) => {
    writeFileSync(at("wrong.yaml"), sizes.replace(from, to));
    const error = await failure("plan", at("wrong.yaml"), "--topology", "single");
    expect(error.code).toBe("sizes-invalid");
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/wrong\.yaml:\d+:\d+/);
  });

  test("mini-AlexNet's description is the planner's, and the schema that is shipped is the one used", async () => {
    const { miniAlexNet } = await import("@matchmul/planner");
    const { readSizes } = await import("../src/fabric/description.js");
    expect(readSizes(inRepository("models/mini-alexnet/model.yaml")).layers).toEqual(miniAlexNet());
    expect(schema("model-sizes.schema.json")).toEqual(JSON.parse(JSON.stringify(sizesSchema)));
  });
});

describe("what cannot be planned", () => {
  const large = sizes.replace("outputs: 1000", "outputs: 30000");

  test("says with --json what is missing; the switches it proposes are enough; and writes nothing", async () => {
    writeFileSync(at("large.yaml"), large);
    const out = at("never.json");
    const error = await failure(
      "plan",
      at("large.yaml"),
      "--topology",
      "chain-4",
      "--switches",
      "1",
      "--out",
      out,
    );
    expect(existsSync(out)).toBe(false);
    expect(error).toMatchObject({ code: "does-not-fit", explanation: { resource: "sram", layer: "fc1" } });
    const { needed, available, missing, changes } = error.explanation;
    expect(missing).toBe(needed - available);
    const more = changes.find((change: { kind: string }) => change.kind === "switches");
    expect(error.hint).toContain(`${more.switches} tofino switches would be enough`);
    await json("topology", "chain", "--switches", String(more.switches), "--out", at("enough.yaml"));
    expect((await json("plan", at("large.yaml"), "--topology", at("enough.yaml"))).switches).toBe(
      more.switches,
    );
  });

  test.each([
    [["--minimise", "passes"], /--minimise has no meaning without --topology/],
    [["--out", "x.json", "--g", "4"], /--g has no meaning without --topology/],
    [["--topology", "single", "--slots", "3"], /--slots has no meaning with --topology/],
    [["--topology", "single", "--pareto", "latency"], /Expected latency,switches/],
    [["--topology", "single", "--g", "5"], /Expected one of 2, 4, 8, or LAYER=N/],
    [[], /--out <file>' not specified/],
  ])("an option that would do nothing is refused: %j", async (args, message) => {
    expect(await failure("plan", at("three.yaml"), ...args)).toMatchObject({
      code: "usage",
      message: expect.stringMatching(message),
    });
  });

  test("names that are not there", async () => {
    const plan = ["plan", at("three.yaml"), "--topology"];
    expect((await failure(...plan, "singel")).code).toBe("topology-not-found");
    expect((await failure(...plan, "single", "--profile", "tofnio")).code).toBe("profile-not-found");
    expect(await failure(...plan, "single", "--g", "conv9=4")).toMatchObject({ code: "plan-layer" });
    expect((await failure("plan", at("none.yaml"), "--topology", "single")).code).toBe("file-not-found");
  });

  test("a plan on a fabric that is damaged", async () => {
    writeFileSync(at("damaged.json"), '{"format": "matchmul-fabric-plan", "version": 1, "layers": []}');
    expect((await failure("explain", at("damaged.json"))).code).toBe("plan-invalid");
  });
});
