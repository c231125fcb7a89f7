import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { missingBmv2Tools } from "@matchmul/verifier";
import { beforeAll, describe, expect, test } from "vitest";
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
const bundle = join(work, "bundle");
const compiled = async (out: string, ...more: string[]) => {
  const outcome = await matchmul(
    "compile",
    model,
    "--calibration",
    calibration,
    ...more,
    "--out",
    out,
    "--entries-only",
    "--quiet",
  );
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
};
beforeAll(() => compiled(bundle, "--profile", "bmv2"));

const folder = join("pipes", "pipe0", "v1model");
let copies = 0;
/** A copy of the bundle with one file of its pipe edited. */
function edited(file: string, change: (text: string) => string): string {
  const copy = join(work, `copy-${copies++}`);
  cpSync(bundle, copy, { recursive: true });
  const path = join(copy, folder, file);
  const text = readFileSync(path, "utf8");
  const changed = change(text);
  expect(changed).not.toBe(text);
  writeFileSync(path, changed);
  return copy;
}
const verify = (directory: string, ...more: string[]) =>
  matchmul("verify", directory, "--inputs", testImages, ...more);

test("every test image is bit-exact, and the facts say so", async () => {
  const { stdout, code } = await verify(bundle, "--json");
  expect(code).toBe(0);
  const facts = JSON.parse(stdout);
  expect(facts).toMatchObject({ model: "digits-mlp", images: 450, ok: true });
  const [{ target, report }] = facts.targets;
  expect(target).toBe("v1model");
  expect(report).toMatchObject({ exact: true, exactImages: 450, logits: 4500, exactLogits: 4500 });
  expect(report.levels.map((level: { different: number }) => level.different)).toEqual([0, 0, 0]);
  const [float, int8, p4] = facts.accuracy.map((level: { right: number }) => level.right);
  expect(float).toBeGreaterThan(0.97 * 450);
  expect(int8).toBeGreaterThan(0.97 * 450);
  expect(p4).toBe(int8);
});

test("for people: a line for each check, and the verdict; a page where asked", async () => {
  const page = join(work, "page.html");
  const { stdout, code } = await verify(bundle, "--limit", "12", "--mutations", "4", "--report", page);
  expect(code).toBe(0);
  expect(stdout).toMatch(/12 +12 images +equal/);
  expect(stdout).toMatch(/4 +4 flips +equal/);
  expect(stdout.trimEnd()).toMatch(/verified$/);
  const html = readFileSync(page, "utf8");
  expect(html).toContain("Every level against the level above");
  expect(html).not.toMatch(/(?:src|href)=["']?(?:https?:)?\/\//);
});

describe("a bundle that was edited", () => {
  /** One number of the first entry of a lookup table, changed by one. */
  const flipped = () =>
    edited("entries.txt", (text) =>
      text.replace(/^(table_add \S*lookup_0 .*=> )(\d+)/m, (_, head, n) => `${head}${Number(n) ^ 1}`),
    );

  test("is refused by its hashes", async () => {
    const outcome = await verify(flipped());
    expect(outcome.stderr).toMatch(/error\[bundle-changed\]: \S+entries\.txt of/);
    expect(outcome.code).toBe(2);
  });

  test("fails with --allow-changed, and the first difference is named", async () => {
    const outcome = await verify(flipped(), "--allow-changed", "--limit", "30");
    expect(outcome.code).toBe(1);
    expect(outcome.stdout).toMatch(
      /microcode to entries: first difference at table \S*lookup_0, key .*expected .*got/,
    );
    expect(outcome.stdout.trimEnd()).toMatch(/not verified$/);
  });

  test("fails where the P4 text computes something else", async () => {
    const copy = edited("digits_mlp.p4", (text) => text.replace(/hdr\.lanes\.l0 \+ /, "hdr.lanes.l0 - "));
    const outcome = await verify(copy, "--allow-changed", "--limit", "5", "--json");
    expect(outcome.code).toBe(1);
    const [{ report }] = JSON.parse(outcome.stdout).targets;
    expect(report).toMatchObject({ exact: false });
    expect(report.levels[2].first).toMatchObject({
      image: 0,
      where: expect.stringMatching(/^pass \d+ .*lane 0$/),
    });
  });

  test.each([
    ["P4 text that is no program", "digits_mlp.p4", (text: string) => text.replace("control", "kontrol")],
    ["an entry that no table takes", "entries.txt", (text: string) => text.replace("lookup_0", "lookup_99")],
  ])("gives one error for %s, with file and line", async (_, file, change) => {
    const outcome = await verify(edited(file, change), "--allow-changed", "--quiet");
    expect(outcome.stderr).toMatch(new RegExp(`^error\\[[a-z0-9-]+\\]: \\S+/${file}:\\d+:\\d+: `));
    expect(outcome.stderr.match(/error\[/g)).toHaveLength(1);
    expect(outcome.code).toBe(2);
  });
});

test("the text for Tofino is executed too, and exact", async () => {
  const out = join(work, "tna");
  await compiled(out, "--profile", "tofino", "--target", "tna");
  expect(listing(join(out, "pipes", "pipe0"))).toEqual(["tna"]);
  const { stdout } = await verify(out, "--limit", "60", "--json");
  expect(JSON.parse(stdout)).toMatchObject({
    ok: true,
    targets: [{ target: "tna", report: { exactImages: 60 } }],
  });
  for (const more of [
    ["--target", "v1model"],
    ["--on", "bmv2"],
  ]) {
    const outcome = await verify(out, ...more);
    expect(outcome.stderr).toMatch(/error\[bundle-target\][\s\S]*--target v1model/);
    expect(outcome.code).toBe(2);
  }
});

const missing = missingBmv2Tools();
test.skipIf(missing.length > 0)(
  `BMv2 agrees in the packet after every pass${missing.length > 0 ? ` (not on PATH: ${missing.join(", ")})` : ""}`,
  { timeout: 300_000 },
  async () => {
    const outcome = await verify(bundle, "--limit", "4", "--on", "bmv2-passes", "--json");
    const { ok, bmv2, targets } = JSON.parse(outcome.stdout);
    expect(bmv2).toMatchObject({ exact: true, images: 4, exactImages: 4, packets: { different: 0 } });
    expect(bmv2.packets.checked).toBe(4 * targets[0].report.passes);
    expect({ ok, code: outcome.code }).toEqual({ ok: true, code: 0 });
  },
);

test("packets of a class can be dropped or forwarded, and still every level agrees", async () => {
  const out = join(work, "acting");
  await compiled(out, "--target", "tna", "--on-class", "3=drop", "--on-class", "7=forward:9");
  const outcome = await verify(out, "--limit", "60", "--json");
  expect(JSON.parse(outcome.stdout)).toMatchObject({ ok: true });
  const refused = await matchmul(
    "compile",
    model,
    "--calibration",
    calibration,
    "--on-class",
    "10=drop",
    "--out",
    out,
  );
  expect(refused.stderr).toMatch(/error\[verdict-class\]/);
});

test("the shift-and-add kernel is exact too, in more passes", async () => {
  const out = join(work, "shift-add");
  await compiled(out, "--kernel", "shift-add", "--target", "tna");
  const plan = JSON.parse(readFileSync(join(out, "plan.json"), "utf8"));
  expect(plan.choice.kernel).toBe("shift-add");
  expect(plan.program.passes.length).toBeGreaterThan(64);
  const facts = JSON.parse((await verify(out, "--limit", "20", "--mutations", "3", "--json")).stdout);
  expect(facts).toMatchObject({ ok: true, mutation: { reported: 3 } });
  expect((await matchmul("explain", out, "--passes")).stdout).toContain("8 conditional additions");
});

test("a deeper model is exact too", async () => {
  const out = join(work, "deeper");
  const deeper = inRepository("models/digits/digits-mlp2.onnx");
  const args = ["--calibration", calibration, "--profile", "tofino", "--target", "tna", "--entries-only"];
  expect((await matchmul("compile", deeper, ...args, "--out", out)).code).toBe(0);
  expect(JSON.parse((await verify(out, "--limit", "100", "--json")).stdout)).toMatchObject({
    ok: true,
    images: 100,
  });
});
