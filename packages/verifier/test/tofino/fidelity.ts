/**
 * Holds the planner against the Tofino compiler on generated models; docs/hardware-fidelity.md tells how.
 *
 *     npx tsx --conditions=@matchmul/source packages/verifier/test/tofino/fidelity.ts [MODELS] [SEED] [FOLDER]
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "@matchmul/common";
import { makeCase } from "./cases.js";
import { compileCase, describeCase, type Outcome, summarize } from "./outcome.js";

const [models = "20", seed = "1", folder = mkdtempSync(join(tmpdir(), "matchmul-fidelity-"))] =
  process.argv.slice(2);
const outcomes: Outcome[] = [];
for (let number = 0; number < Number(models); number++) {
  const each = await makeCase(new Random(Number(seed) * 1000 + number), number);
  const outcome = await compileCase(each, join(folder, `${seed}-${number}`));
  outcomes.push(outcome);
  console.log(`${number}: ${describeCase(each)}: ${outcome.text}`);
}
console.log(summarize(outcomes));
console.log(`Programs and logs are in ${folder}.`);
