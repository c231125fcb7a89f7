import { join } from "node:path";
import { expect, test } from "vitest";
import { calibration, matchmul, model, temporaryDirectory } from "./support/matchmul.js";

const work = temporaryDirectory();
const compile = (profile: string, out: string) =>
  matchmul(
    "compile",
    ...[model, "--calibration", calibration, "--profile", profile, "--entries-only", "--out", out, "--quiet"],
  );

test("a plan for a switch without stages has nothing to audit", async () => {
  const bundle = join(work, "bmv2");
  expect((await compile("bmv2", bundle)).code).toBe(0);
  const { code, stderr } = await matchmul("audit", bundle, "--tofino-logs", work);
  expect(code).toBe(2);
  expect(stderr).toContain("audit-without-stages");
});

test("a folder without the compiler's logs is refused", async () => {
  const bundle = join(work, "tofino");
  expect((await compile("tofino", bundle)).code).toBe(0);
  const { code, stderr } = await matchmul("audit", bundle, "--tofino-logs", work);
  expect(code).toBe(2);
  expect(stderr).toContain("file-not-found");
  expect(stderr).toContain("resources.json");
});
