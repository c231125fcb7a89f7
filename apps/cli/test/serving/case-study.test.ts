import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { caseInWords, isExact, mergeCases } from "../../src/serving/case-report.js";
import { type CaseOptions, caseStudies, runCase } from "../../src/serving/case-study.js";
import { Terminal } from "../../src/terminal.js";
import { matchmul, temporaryDirectory } from "../support/matchmul.js";

const work = temporaryDirectory();
const quiet = new Terminal(false, true);
const digits = caseStudies.find((c) => c.name === "digits-cnn")!;
const run = (options: Partial<CaseOptions>) =>
  runCase(quiet, digits, {
    images: 30,
    shard: [1, 1],
    concurrency: 1,
    threads: 1,
    out: join(work, "case"),
    ...options,
  });

test("digits as a convolutional network: every logit of every image, for a Tofino's text and for BMv2's", async () => {
  for (const target of ["tna", "v1model"]) {
    const result = await run({ target });
    expect(result).toMatchObject({
      target,
      images: 30,
      exactImages: 30,
      logits: 300,
      exactLogits: 300,
      timedOut: 0,
    });
    expect(result).toMatchObject({ weights: 10784, multiplyAccumulates: 167168 });
    expect(result.right.network).toBe(result.right.int8);
    expect(result.right.int8).toBeGreaterThanOrEqual(29);
    expect(caseInWords(result)).toMatch(/bit-exact +30 of 30 images, 300 of 300 logits/);
  }
});

test("shards that are merged are the whole", async () => {
  const shards = [];
  for (const i of [1, 2, 3])
    shards.push({ path: `${i}.json`, result: await run({ shard: [i, 3], images: 10 }) });
  expect(shards.map(({ result }) => result.images)).toEqual([4, 3, 3]);
  const whole = await run({ images: 10 });
  const merged = mergeCases(shards);
  const { images, right, exactImages, exactLogits, logits, passes } = whole;
  expect(merged).toMatchObject({ images, right, exactImages, exactLogits, logits, passes, shard: [1, 1] });
  expect(isExact(merged)).toBe(true);
  expect(() => mergeCases([shards[0], shards[0]])).toThrow(/twice/);
  for (const { path, result } of shards) writeFileSync(join(work, path), JSON.stringify(result));
  const files = shards.map(({ path }) => join(work, path));
  expect(await matchmul("verify", "merge", ...files)).toMatchObject({ code: 0 });
  const part = await matchmul("verify", "merge", ...files.slice(1));
  expect(part).toMatchObject({ code: 1, stdout: expect.stringContaining("4 of 10 images are missing") });
  const other = { ...shards[1].result, model: "netnn" };
  expect(() => mergeCases([shards[0], { path: "x", result: other }])).toThrow(/its model is netnn/);
});
