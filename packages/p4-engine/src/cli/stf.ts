/** One STF test, from files. */
import { P4Error } from "../errors.js";
import { parseStf } from "../stf/parser.js";
import { runStf } from "../stf/runner.js";
import { type LoadOptions, loadFile, readText } from "./load.js";

export interface TestOutcome {
  result: "pass" | "fail" | "unsupported";
  /** The first difference, or what is wrong or unsupported; empty for a pass. */
  message: string;
}

/** Runs a test. Whatever goes wrong is in the outcome; what commands of the test print goes to `print`. */
export function runTest(
  program: string,
  test: string,
  load: LoadOptions,
  print: (line: string) => void = () => {},
): TestOutcome {
  try {
    const engine = loadFile(program, load);
    const { passed, message } = runStf(engine, parseStf(readText(test), test), { print });
    return { result: passed ? "pass" : "fail", message };
  } catch (e) {
    if (e instanceof P4Error) return { result: e.unsupported ? "unsupported" : "fail", message: e.render() };
    return { result: "fail", message: `internal error: ${(e as Error)?.stack ?? e}` };
  }
}
