import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "@matchmul/common";
import { emit } from "@matchmul/emitter";
import { type Choice, lower, type MicroProgram } from "@matchmul/planner";
import { randomConvolutional, randomInput, randomModel } from "@matchmul/planner/testing";
import type { QuantizedModel } from "@matchmul/quantizer";
import { afterAll, describe, expect, it } from "vitest";
import { missingBmv2Tools, verifyOnBmv2 } from "../../src/index.js";

const missing = missingBmv2Tools();
const folder = mkdtempSync(join(tmpdir(), "matchmul-verify-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes what BMv2 needs of a program. */
function written(name: string, model: QuantizedModel, program: MicroProgram) {
  const files = emit(program, { target: "v1model" });
  const path = (end: string) => {
    const [file, content] = [...files].find(([each]) => each.endsWith(end))!;
    const to = join(folder, `${name}-${file.replaceAll("/", "-")}`);
    writeFileSync(to, content);
    return to;
  };
  return { model, program, p4: path(".p4"), entries: path("entries.txt") };
}

const bitSerial = (slots: number, layers: Choice["layers"]): Choice => ({
  slots,
  encoding: "bytes",
  layers,
});
const inputsOf = (random: Random, model: QuantizedModel, count: number) =>
  Array.from({ length: count }, () => randomInput(random, model));

describe(`BMv2${missing.length > 0 ? ` (not on PATH: ${missing.join(", ")})` : ""}`, () => {
  const test = it.skipIf(missing.length > 0);
  const random = new Random(17);
  const model = randomModel(random, [14, 9, 40, 5], true);
  const layers = [
    { g: 7, planesPerPass: 1 },
    { g: 10, planesPerPass: 2 },
    { g: 4, planesPerPass: 1 },
  ];

  test("agrees packet by packet, with several tiles, wide keys and verdicts that drop and forward", {
    timeout: 120_000,
  }, async () => {
    const program = lower(model, bitSerial(5, layers), {
      0: { kind: "drop" },
      1: { kind: "forward", port: 7 },
    });
    const report = await verifyOnBmv2(written("acts", model, program), inputsOf(random, model, 12), {
      passes: true,
    });
    expect(report.first).toBeUndefined();
    expect(report.packets?.first).toBeUndefined();
    expect(report).toMatchObject({ exact: true, images: 12, exactImages: 12, packets: { different: 0 } });
    // One packet leaves each pass; of dropped images none the last one.
    expect(report.packets!.checked).toBe((program.passes.length - 1) * 12 + report.answers);
  });

  test.each([
    ["convolutions and pooling", randomConvolutional(new Random(4)), undefined],
    ["shift-and-add", randomModel(new Random(6), [9, 20, 18, 4], false), "shift-add" as const],
    [
      "shift-and-add of constants",
      randomModel(new Random(6), [9, 20, 4], false),
      "shift-add-constants" as const,
    ],
  ])("agrees packet by packet: %s", { timeout: 120_000 }, async (name, each, kernel) => {
    const count = each.layers.filter((l) => l.kind === "fully-connected" || l.kind === "convolution").length;
    const choice = bitSerial(
      kernel ? 1 : 8,
      Array.from({ length: count + 1 }, () => ({ g: 6, planesPerPass: 1 })),
    );
    const program = lower(each, { ...choice, kernel });
    const inputs = inputsOf(new Random(1), each, 8);
    const report = await verifyOnBmv2(written(name.replaceAll(" ", "-"), each, program), inputs, {
      passes: true,
    });
    expect(report.packets?.first).toBeUndefined();
    expect(report).toMatchObject({ exact: true, exactImages: 8 });
  });

  test("names the first pass and layer that differs", { timeout: 120_000 }, async () => {
    const program = lower(model, bitSerial(5, layers));
    const subject = written("wrong", model, program);
    // Weights of the layer before the last, which the first lookup adds to the last lane.
    const page = program.pages[0].findIndex((each) => each?.layer === "fc2");
    const start = `table_add Tile.lookup_0 Tile.add_0 ${page} `;
    const entries = readFileSync(subject.entries, "utf8");
    expect(entries).toContain(start);
    const wrong = (line: string) => line.replace(/\S+$/, (word) => `${(Number(word) ^ 1) >>> 0}`);
    const lines = entries.split("\n").map((line) => (line.startsWith(start) ? wrong(line) : line));
    writeFileSync(subject.entries, lines.join("\n"));
    const report = await verifyOnBmv2(subject, inputsOf(new Random(2), model, 20), { passes: true });
    expect(report.exact).toBe(false);
    expect(report.packets!.different).toBeGreaterThan(0);
    expect(report.packets!.first).toMatchObject({
      where: expect.stringMatching(/^pass \d+ \(fc2: .*\), lane 31$/),
    });
  });
});
