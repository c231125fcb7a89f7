import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { loadProgram } from "../../src/index.js";
import { parseStf, runStf } from "../../src/stf/index.js";

const folder = fileURLToPath(new URL("../stf-programs/", import.meta.url));
const names = readdirSync(folder)
  .filter((f) => f.endsWith(".stf"))
  .map((f) => f.slice(0, -4));

/** One program and test for each feature of the language and the architectures. */
describe("programs", () => {
  it("are all there", () => {
    const programs = readdirSync(folder).filter((f) => f.endsWith(".p4") && !f.endsWith("skeleton.p4"));
    expect(programs.map((f) => f.slice(0, -3)).sort()).toEqual([...names].sort());
  });
  for (const name of names)
    it(name, () => {
      const file = `${folder}${name}.p4`;
      const engine = loadProgram(readFileSync(file, "utf8"), { file });
      const test = parseStf(readFileSync(`${folder}${name}.stf`, "utf8"), `${name}.stf`);
      const result = runStf(engine, test);
      expect(result.message).toBe("");
      expect(result.packetsIn).toBeGreaterThan(0);
    });
});
