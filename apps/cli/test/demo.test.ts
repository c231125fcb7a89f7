import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { inRepository, temporaryDirectory } from "./support/matchmul.js";

const work = temporaryDirectory();

test("the demo ends well, and its figures are those of a real run", async () => {
  const child = spawn(
    process.execPath,
    [
      "--conditions=@matchmul/source",
      "--import",
      "tsx",
      inRepository("apps/cli/src/demo.ts"),
      "--json",
      "--quiet",
    ],
    {
      cwd: inRepository(),
      env: { ...process.env, MATCHMUL_DEMO_OUT: work },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  let stdout = "";
  child.stdout.on("data", (text) => {
    stdout += text;
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  expect(code).toBe(0);
  const facts = JSON.parse(stdout);
  expect(facts).toMatchObject({ ok: true, images: 450, mutation: { flips: 200, reported: 200, missed: [] } });
  for (const { report } of facts.targets)
    expect(report).toMatchObject({ exact: true, exactImages: 450, exactLogits: 4500 });
  expect(facts.targets.map((each: { target: string }) => each.target)).toEqual(["tna", "v1model"]);
  expect(existsSync(`${facts.bundle}/plan.json`)).toBe(true);
  const page = readFileSync(facts.page, "utf8");
  expect(page).toContain("450/450");
  // Self-contained: nothing is fetched.
  expect(page).not.toMatch(/(?:src|href)=|@import|url\(/);
});
