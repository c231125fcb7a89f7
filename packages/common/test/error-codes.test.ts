import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { declaredCodes } from "@matchmul/common";
import { expect, test } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "../../..");

/** Imports every source file that declares diagnostics, whichever package it is in. */
async function declareAll(): Promise<void> {
  for (const group of ["packages", "apps"])
    for (const workspace of readdirSync(join(root, group))) {
      const source = join(root, group, workspace, "src");
      for (const file of readdirSync(source, { recursive: true, encoding: "utf8" })) {
        if (!file.endsWith(".ts")) continue;
        const path = join(source, file);
        if (
          path.endsWith("common/src/diagnostics.ts") ||
          !readFileSync(path, "utf8").includes("defineDiagnostics(")
        )
          continue;
        await import(path);
      }
    }
}

test("docs/errors.md lists every declared code once, and no other", async () => {
  await declareAll();
  const text = readFileSync(join(root, "docs/errors.md"), "utf8");
  const listed = [...text.matchAll(/^\| `([a-z0-9-]+)` \| (.+) \|$/gm)].map((match) => match[1]);
  expect(new Set(listed).size).toBe(listed.length);
  expect(declaredCodes.size).toBeGreaterThan(50);
  expect([...listed].sort()).toEqual([...declaredCodes.keys()].sort());
});

test("codes are kebab case", async () => {
  await declareAll();
  for (const code of declaredCodes.keys()) expect(code).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
});
