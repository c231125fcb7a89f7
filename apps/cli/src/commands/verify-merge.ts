import { readFileOrFail } from "@matchmul/common";
import type { Command } from "commander";
import { act, command } from "../command.js";
import { error } from "../diagnostics.js";
import { exitCode } from "../exit.js";
import { caseInWords, isExact, mergeCases } from "../serving/case-report.js";
import { type CaseResult, caseStudies } from "../serving/case-study.js";
import type { Terminal } from "../terminal.js";

/** `matchmul verify merge`: the shards of a case study as one result. */
export function verifyMergeCommand(): Command {
  return command(
    "merge",
    "join the results of a case study's shards (`npm run case-study -- --shard I/N --result FILE`)",
  )
    .argument("<results...>", "the shards' .json files")
    .action(act(run));
}

function run(terminal: Terminal, paths: string[]): number {
  const merged = mergeCases(paths.map((path) => ({ path, result: readResult(path) })));
  const { published } = caseStudies.find((c) => c.name === merged.model) ?? {};
  terminal.result(merged, () => {
    const missing =
      merged.images < merged.of ? `\n${merged.of - merged.images} of ${merged.of} images are missing` : "";
    return caseInWords(merged, published) + missing;
  });
  return isExact(merged) && merged.images === merged.of ? exitCode.ok : exitCode.negative;
}

function readResult(path: string): CaseResult {
  const text = new TextDecoder().decode(readFileOrFail(path));
  let result: Partial<CaseResult> | undefined;
  try {
    result = JSON.parse(text);
  } catch {
    throw error("merge-mismatch", path, "it is not JSON");
  }
  if (result?.format !== "matchmul-case" || result.version !== 1)
    throw error("merge-mismatch", path, "it is not the result of a case study");
  return result as CaseResult;
}
