import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readNpz } from "@matchmul/common";
import { Ajv2020 } from "ajv/dist/2020.js";
import { beforeAll, describe, expect, test } from "vitest";
import type { Manifest } from "../src/bundle.js";
import {
  calibration,
  inRepository,
  listing,
  matchmul,
  model,
  temporaryDirectory,
  testImages,
} from "./support/matchmul.js";

const work = temporaryDirectory();
const at = (...path: string[]) => join(work, ...path);
const read = (path: string) => readFileSync(path, "utf8");

/** Runs a command that must succeed, and returns its JSON. */
async function json(...args: string[]) {
  const outcome = await matchmul(...args, "--json");
  expect(outcome.stderr).not.toMatch(/error\[/);
  expect(outcome.code).toBe(0);
  return JSON.parse(outcome.stdout);
}

const validatePlan = new Ajv2020({ allErrors: true }).compile(
  JSON.parse(read(inRepository("docs/schemas/plan.schema.json"))),
);
const expectValid = (plan: unknown) => {
  validatePlan(plan);
  expect(validatePlan.errors ?? []).toEqual([]);
};

describe("the steps alone, from and to files", () => {
  const int8 = at("int8.safetensors");
  const plan = at("plan.json");
  // bmv2 has no stages, so nothing is searched for here; compiling for Tofino is tested below.
  beforeAll(async () => {
    await json("quantize", model, "--calibration", calibration, "--out", int8);
    await json("plan", int8, "--profile", "bmv2", "--out", plan);
  });

  test("quantize --quantize auto is at least as close to float as the default, and says how close each layer is", async () => {
    const out = at("auto.safetensors");
    const fixed = await json("quantize", model, "--calibration", calibration, "--out", out);
    const chosen = await json(
      "quantize",
      model,
      "--calibration",
      calibration,
      "--quantize",
      "auto",
      "--out",
      out,
    );
    const snr = (facts: { layers: { name: string; error?: { snrDb: number } }[] }) =>
      facts.layers.find((layer) => layer.name === "fc2")?.error?.snrDb ?? 0;
    expect(snr(fixed)).toBeGreaterThan(20);
    expect(snr(chosen)).toBeGreaterThanOrEqual(snr(fixed));
    const entropy = await json(
      "quantize",
      model,
      "--calibration",
      calibration,
      "--method",
      "entropy",
      "--equalise",
      "--out",
      out,
    );
    expect(snr(entropy)).toBeGreaterThan(20);
  });

  test("run, at both levels, saves logits and classes", async () => {
    const accuracies: number[] = [];
    for (const [level, subject] of [
      ["graph", model],
      ["int8", int8],
    ]) {
      const output = at(`${level}.npz`);
      const facts = await json("run", subject, "--inputs", testImages, "--level", level, "--output", output);
      expect(facts).toMatchObject({ level, images: 450, output });
      const { logits, classes } = readNpz(output);
      expect(logits.shape).toEqual([450, 10]);
      const { labels } = readNpz(testImages);
      const right = classes.data.filter((c, i) => c === labels.data[i]).length;
      expect(facts.right).toBe(right);
      accuracies.push(facts.accuracy);
    }
    expect(accuracies[0]).toBeGreaterThan(0.97);
    expect(accuracies[1]).toBeGreaterThan(accuracies[0] - 0.01);
  });

  test("run --level int8 of an .onnx file equals quantize, then run", async () => {
    const [one, two] = [at("one.npz"), at("two.npz")];
    await json(
      "run",
      model,
      "--inputs",
      testImages,
      "--level",
      "int8",
      "--calibration",
      calibration,
      "--output",
      one,
    );
    await json("run", int8, "--inputs", testImages, "--level", "int8", "--output", two);
    expect(readFileSync(one).equals(readFileSync(two))).toBe(true);
  });

  test("plan writes a valid plan.json", () => {
    const document = JSON.parse(read(plan));
    expectValid(document);
    expect(document.profile.name).toBe("bmv2");
    expect(document.model.layers.map((layer: { name: string }) => layer.name)).toEqual(["fc1", "fc2"]);
    expect(document.program.passes).toHaveLength(document.latency.passes);
  });

  test("the schema refuses a plan with a missing, a wrong and an unknown key", () => {
    const good = JSON.parse(read(plan));
    for (const [change, message] of [
      [{ latency: undefined }, /required property 'latency'/],
      [{ version: 2 }, /constant/],
      [{ colour: "red" }, /additional properties/],
    ] as const) {
      expect(validatePlan(JSON.parse(JSON.stringify({ ...good, ...change })))).toBe(false);
      expect(validatePlan.errors?.map((e) => e.message).join()).toMatch(message);
    }
  });

  test("emit makes the program of the plan again", async () => {
    const out = at("emitted");
    const facts = await json("emit", int8, "--plan", plan, "--target", "v1model", "--out", out);
    expect(facts).toMatchObject({ out, model: "digits-mlp", targets: ["v1model"] });
    const folder = at("emitted", "pipes", "pipe0", "v1model");
    expect(listing(folder)).toEqual(expect.arrayContaining(["digits_mlp.p4", "entries.txt"]));
    expect(read(join(folder, "digits_mlp.p4"))).toContain("V1Switch");
    expect(read(join(folder, "entries.txt"))).toMatch(/^table_add /);
  });

  test("emit refuses the plan of another model", async () => {
    const other = at("other.safetensors");
    await json(
      "quantize",
      inRepository("models/digits/digits-mlp2.onnx"),
      "--calibration",
      calibration,
      "--out",
      other,
    );
    const outcome = await matchmul(
      "emit",
      other,
      "--plan",
      plan,
      "--target",
      "v1model",
      "--out",
      at("never"),
    );
    expect(outcome.stderr).toMatch(/^error\[plan-foreign\]/);
    expect(outcome.code).toBe(2);
  });
});

describe("compile", () => {
  const out = at("bundle");
  let facts: { targets: string[]; stagesUsed: number; stagesAvailable: number; bound: number };
  beforeAll(async () => {
    facts = await json(
      "compile",
      model,
      "--calibration",
      calibration,
      "--profile",
      "tofino2",
      "--target",
      "t2na",
      "--out",
      out,
    );
  });

  test("writes a bundle whose manifest lists every file with its hash", async () => {
    expect(listing(out)).toEqual([
      "README.md",
      "manifest.json",
      "model",
      "pipes",
      "plan.json",
      "profile.yaml",
      "report.html",
    ]);
    const manifest: Manifest = JSON.parse(read(join(out, "manifest.json")));
    expect(manifest).toMatchObject({ format: "matchmul-bundle", model: "digits-mlp", profile: "tofino2" });
    expect(manifest.targets).toEqual(facts.targets);
    expect(listing(join(out, "pipes", "pipe0", "t2na"))).toEqual(
      expect.arrayContaining(["bfrt.json", "entries.txt"]),
    );
    expect(readFileSync(join(out, "model/model.onnx")).equals(readFileSync(model))).toBe(true);
    expect(listing(work).filter((name) => name.startsWith(".bundle"))).toEqual([]);
  });

  test("places the program within the stages, not below the bound", () => {
    expect(facts.stagesUsed).toBeLessThanOrEqual(facts.stagesAvailable);
    expect(facts.stagesUsed).toBeGreaterThanOrEqual(facts.bound);
    expectValid(JSON.parse(read(join(out, "plan.json"))));
  });

  test("gives the same bytes again", async () => {
    const again = at("again");
    await json(
      "compile",
      model,
      "--calibration",
      calibration,
      "--profile",
      "tofino2",
      "--target",
      "t2na",
      "--out",
      again,
    );
    expect(read(join(again, "manifest.json"))).toBe(read(join(out, "manifest.json")));
  });

  test("explain tells the plan, and --passes every pass", async () => {
    const { stdout, code } = await matchmul("explain", out, "--passes");
    expect(code).toBe(0);
    expect(stdout).toContain("digits-mlp is a 64-32-10 network");
    expect(stdout).toMatch(/SRAM +\d+ +1,600/);
    expect(stdout).toMatch(/arg-max/);
    expect(await json("explain", out)).toMatchObject({
      words: expect.any(Array),
      choice: expect.any(Object),
    });
  });
});

test("profiles lists them with their targets; check finds nothing in a good one", async () => {
  const list: { name: string; targets: string[] }[] = await json("profiles");
  expect(list.map((profile) => profile.name)).toEqual(expect.arrayContaining(["bmv2", "tofino", "tofino2"]));
  expect(await json("profiles", "check", inRepository("hardware-profiles/tofino.yaml"))).toMatchObject({
    valid: true,
    issues: [],
  });
  expect(await json("profiles", "show", "tofino")).toMatchObject({ pipeline: { stages: 12 } });
});

test("inspect shows layers, sizes, and operators that are not supported", async () => {
  const facts = await json("inspect", model);
  expect(facts).toMatchObject({ name: "digits-mlp", multiplyAccumulates: 2368, inputs: [{ name: "image" }] });
  expect(facts.layers.map((layer: { op: string }) => layer.op)).toEqual(["Gemm", "Relu", "Gemm"]);
  const odd = at("odd.onnx");
  writeFileSync(odd, Buffer.from(readFileSync(model, "latin1").replaceAll("Relu", "Rule"), "latin1"));
  const { stdout, code } = await matchmul("inspect", odd);
  expect(code).toBe(0);
  expect(stdout).toMatch(/relu1 +Rule .*not supported/);
});

test("onnx-test runs a case, tells a wrong one, and refuses a folder without any", async () => {
  // Relu of -1, 0, 2 as ONNX stores it: TensorProto with dims, data_type FLOAT, raw_data.
  const tensor = (...values: number[]) =>
    Buffer.concat([
      Buffer.from([8, values.length, 16, 1, 74, values.length * 4]),
      Buffer.from(Float32Array.from(values).buffer),
    ]);
  const text = (field: number, value: string | Buffer) =>
    Buffer.concat([Buffer.from([field * 8 + 2, value.length]), Buffer.from(value)]);
  const info = (name: string) => {
    const shape = text(2, text(1, Buffer.from([8, 3])));
    return Buffer.concat([text(1, name), text(2, text(1, Buffer.concat([Buffer.from([8, 1]), shape])))]);
  };
  const node = Buffer.concat([text(1, "x"), text(2, "y"), text(4, "Relu")]);
  const graph = Buffer.concat([text(1, node), text(2, "relu"), text(11, info("x")), text(12, info("y"))]);
  const proto = Buffer.concat([Buffer.from([8, 8]), text(7, graph), text(8, Buffer.from([16, 13]))]);
  for (const [name, last] of [
    ["right", 2],
    ["wrong", 3],
  ] as const) {
    const set = at("cases", name, "test_data_set_0");
    mkdirSync(set, { recursive: true });
    writeFileSync(at("cases", name, "model.onnx"), proto);
    writeFileSync(join(set, "input_0.pb"), tensor(-1, 0, 2));
    writeFileSync(join(set, "output_0.pb"), tensor(0, 0, last));
  }
  expect(await json("onnx-test", at("cases", "right"))).toMatchObject({ passed: 1, failed: 0 });
  const both = await matchmul("onnx-test", at("cases"));
  expect(both.stdout).toMatch(
    /^failed wrong: .*element 2 is 2, expected 3\n1 passed, 1 failed, 0 skipped\n$/,
  );
  expect(both.code).toBe(1);
  expect((await matchmul("onnx-test", work)).stderr).toMatch(/^error\[onnx-test-empty\]/);
});

test("every command has a help text, and --help exits with 0", async () => {
  const help = await matchmul("--help");
  expect(help.code).toBe(0);
  const names = [...help.stdout.matchAll(/^ {2}([a-z-]+)[ [<]/gm)].map((match) => match[1]);
  expect(names).toEqual(expect.arrayContaining(["compile", "run", "explain", "quantize", "plan", "emit"]));
  for (const name of names) {
    const { code, stdout } = await matchmul(name, "--help");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: matchmul/);
  }
});
