import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "@matchmul/common";
import { afterAll, describe, expect, it } from "vitest";
import { missingTofinoTools } from "../../src/index.js";
import { makeCase } from "./cases.js";
import { compileCase, describeCase } from "./outcome.js";

const missing = missingTofinoTools();
const folder = mkdtempSync(join(tmpdir(), "matchmul-tofino-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe(`the Tofino compiler and assembler${missing.length > 0 ? ` (not on PATH: ${missing.join(", ")})` : ""}`, () => {
  // A sample, of what fits and what does not; docs/hardware-fidelity.md says how to run more.
  for (const [number, fits] of [
    [2, true],
    [3, false],
  ] as const)
    it.skipIf(missing.length > 0)(
      fits
        ? `place generated model ${number} in no more stages than planned`
        : `refuse generated model ${number}, as the planner does`,
      { timeout: 600_000 },
      async () => {
        const each = await makeCase(new Random(1000 + number), number);
        const { agrees, accepted, text, audit } = await compileCase(each, join(folder, `${number}`));
        expect(agrees, `${describeCase(each)}: ${text}`).toBe(true);
        expect(accepted, text).toBe(fits);
        if (fits) expect(audit).toMatchObject({ fits: true, equalTables: audit!.comparedTables });
      },
    );
});
