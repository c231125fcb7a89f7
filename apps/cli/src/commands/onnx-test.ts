import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { onnxTest } from "@matchmul/model";
import type { Command } from "commander";
import { act, command } from "../command.js";
import { error } from "../diagnostics.js";
import { exitCode } from "../exit.js";
import type { Terminal } from "../terminal.js";

/** `matchmul onnx-test`: ONNX's own backend test cases against the float executor. */
export function onnxTestCommand(): Command {
  return command("onnx-test", "run ONNX backend test cases on the float executor")
    .argument("<folder...>", "cases, or folders of cases such as onnx/backend/test/data/node")
    .option("--skipped", "also list the cases that need something unsupported, with the reason")
    .action(act(run));
}

function run(terminal: Terminal, folders: string[], { skipped }: { skipped?: boolean }): number {
  const cases = folders.flatMap(casesIn);
  let done = 0;
  const summary = onnxTest(cases, ({ name }) =>
    terminal.progress.update("onnx-test", ++done, cases.length, name),
  );
  terminal.result(summary, () =>
    [
      ...summary.results
        .filter(({ outcome }) => outcome === "failed" || (skipped && outcome === "skipped"))
        .map(({ name, outcome, reason }) => `${outcome} ${name}: ${reason}`),
      `${summary.passed} passed, ${summary.failed} failed, ${summary.skipped} skipped`,
    ].join("\n"),
  );
  return summary.failed > 0 ? exitCode.negative : exitCode.ok;
}

/** The case a folder is, or those in it. @throws MatchMulError onnx-test-empty */
function casesIn(folder: string): string[] {
  if (existsSync(join(folder, "model.onnx"))) return [folder];
  const cases = existsSync(folder)
    ? readdirSync(folder)
        .sort()
        .map((name) => join(folder, name))
        .filter((path) => existsSync(join(path, "model.onnx")))
    : [];
  if (cases.length === 0) throw error("onnx-test-empty", folder);
  return cases;
}
