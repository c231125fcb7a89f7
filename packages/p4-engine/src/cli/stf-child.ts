/** The process that runs the tests of a directory, so that one that hangs or crashes stops no other. */
import type { LoadOptions } from "./load.js";
import { runTest, type TestOutcome } from "./stf.js";

export interface TestRequest {
  program: string;
  test: string;
  load: LoadOptions;
}

process.on("message", ({ program, test, load }: TestRequest) => {
  const outcome: TestOutcome = runTest(program, test, load);
  process.send!(outcome);
});
process.on("disconnect", () => process.exit(0));
