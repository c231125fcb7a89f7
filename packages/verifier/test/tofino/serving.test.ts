import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { missingTofinoTools } from "../../src/index.js";
import { programsOf, servingCases } from "./serving-cases.js";
import { compileServing } from "./serving-outcome.js";

const missing = missingTofinoTools();
const folder = mkdtempSync(join(tmpdir(), "matchmul-serving-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("serving programs for Tofino", () => {
  it.each(Object.keys(servingCases))("are whole: %s", (name) => {
    const each = servingCases[name]();
    const programs = programsOf(each);
    expect(programs.map(({ pipe }) => pipe.program)).toContain("tile");
    if (name.startsWith("partial")) expect(programs.map(({ pipe }) => pipe.program)).toContain("merge");
    for (const { text, pipe } of programs) {
      expect(text).toContain(`#include <${each.target}.p4>`);
      expect(text).not.toMatch(/undefined|NaN|\[object/);
      if (pipe.program !== "tile") continue;
      expect(text.match(/table lookup_\d+/g)).toHaveLength(pipe.lookups);
      // Two banks share a cell on Tofino 2, where all are read at one address.
      const stores = pipe.parses.flatMap(({ parse }) => (parse.kind === "store" ? [parse] : []));
      if (each.target === "t2na" && !pipe.banked)
        for (const { first, count } of stores) expect([first % 2, count % 2]).toEqual([0, 0]);
    }
  });
});

// A sample; docs/hardware-fidelity.md says how to compile all.
describe.skipIf(missing.length > 0)(
  `the Tofino compiler and assembler${missing.length > 0 ? ` (not on PATH: ${missing.join(", ")})` : ""}`,
  () => {
    it.each(["convolution and max pooling, g 8 and 4, Tofino"])(
      "accept the serving programs of: %s",
      { timeout: 600_000 },
      async (name) => {
        for (const { errors, compiled, text } of await compileServing(servingCases[name](), folder)) {
          expect(errors, text).toEqual([]);
          expect(compiled).toBeLessThanOrEqual(12);
        }
      },
    );
  },
);
