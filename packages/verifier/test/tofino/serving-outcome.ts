import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { placePipeline } from "@matchmul/planner";
import { loadProfile } from "@matchmul/profiles";
import { compileForTofino, readTofinoLogs } from "../../src/index.js";
import { programsOf, type ServingCase } from "./serving-cases.js";

/** What planner, compiler and assembler make of one program of a case. */
export interface ServingOutcome {
  /** `tile of 8 lookups`. */
  name: string;
  /** Stages of the planner's placement; null where it finds none. */
  planned: number | null;
  /** Stages of the compiler's; null where compiler or assembler refuses. */
  compiled: number | null;
  compiler?: string;
  errors: string[];
  text: string;
}

/** Emits a case's programs into a folder, compiles and assembles each, and places the planner's tables for it. */
export async function compileServing(each: ServingCase, folder: string): Promise<ServingOutcome[]> {
  mkdirSync(folder, { recursive: true });
  const profile = loadProfile(each.target === "tna" ? "tofino" : "tofino2");
  const outcomes: ServingOutcome[] = [];
  for (const { text, pipe, planned: program } of programsOf(each)) {
    const source = join(folder, `${pipe.program}.p4`);
    writeFileSync(source, text);
    const { errors, logs } = await compileForTofino(source, each.target, join(folder, pipe.program));
    const accepted = errors.length === 0 ? readTofinoLogs(logs) : null;
    const planned = await placePipeline(program, profile).then(
      ({ stagesUsed }) => stagesUsed,
      () => null,
    );
    const name =
      pipe.program === "tile"
        ? `tile of ${pipe.lookups} lookups of 2^${pipe.rowBits} rows${pipe.banked ? ", banked" : ""}`
        : pipe.program;
    const compiled = accepted?.stagesUsed ?? null;
    const did = compiled === null ? `refused: ${errors[0].slice(0, 140)}` : `compiled ${compiled}`;
    outcomes.push({
      name,
      planned,
      compiled,
      compiler: accepted?.compiler.version,
      errors,
      text: `${name}: planned ${planned ?? "none"}, ${did}`,
    });
  }
  return outcomes;
}
