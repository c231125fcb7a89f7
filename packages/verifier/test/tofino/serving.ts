/**
 * Compiles the serving programs of small networks with the Tofino compiler; docs/hardware-fidelity.md has the counts.
 *
 *     npx tsx --conditions=@matchmul/source packages/verifier/test/tofino/serving.ts [FOLDER] [NAMES, a regular expression]
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { servingCases } from "./serving-cases.js";
import { compileServing, type ServingOutcome } from "./serving-outcome.js";

const [folder = mkdtempSync(join(tmpdir(), "matchmul-serving-")), names = ""] = process.argv.slice(2);
const outcomes: ServingOutcome[] = [];
for (const [name, make] of Object.entries(servingCases)) {
  if (!new RegExp(names).test(name)) continue;
  const made = await compileServing(make(), join(folder, name.replace(/\W+/g, "-")));
  outcomes.push(...made);
  for (const { text } of made) console.log(`${name}: ${text}`);
}
const count = (test: (o: ServingOutcome) => boolean): number => outcomes.filter(test).length;
console.log(
  `${outcomes.length} programs, ${count((o) => o.compiled !== null)} accepted, ` +
    `${count((o) => o.compiled === o.planned)} in as many stages as planned; ` +
    `compiler ${[...new Set(outcomes.map((o) => o.compiler ?? "?"))].join(", ")}`,
);
console.log(`Programs and logs are in ${folder}.`);
