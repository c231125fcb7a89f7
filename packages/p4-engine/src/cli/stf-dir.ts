/** All STF tests of a directory, each in a process that can be ended. */
import { type ChildProcess, fork } from "node:child_process";
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { P4Error } from "../errors.js";
import type { LoadOptions } from "./load.js";
import type { TestOutcome } from "./stf.js";
import type { TestRequest } from "./stf-child.js";

export interface NamedOutcome extends TestOutcome {
  name: string;
  milliseconds: number;
}

export interface DirectoryOptions {
  load: LoadOptions;
  only?: RegExp | null;
  /** Most time for a test, its program's compilation included. */
  timeoutMs: number;
  /** Called as tests end, in order. */
  report?: (outcome: NamedOutcome) => void;
}

/** Names with both a .p4 and a .stf file, sorted. @throws P4Error cannot-read */
export function findTests(dir: string): string[] {
  let files: Set<string>;
  try {
    files = new Set(readdirSync(dir));
  } catch (e) {
    throw new P4Error("cannot-read", `cannot read '${dir}': ${(e as Error).message}`);
  }
  const stems = [...files].filter((f) => f.endsWith(".stf")).map((f) => f.slice(0, -4));
  return stems.filter((stem) => files.has(`${stem}.p4`)).sort();
}

export async function runDirectory(dir: string, options: DirectoryOptions): Promise<NamedOutcome[]> {
  const names = findTests(dir).filter((name) => options.only?.test(name) ?? true);
  const runner = new TestProcess();
  const outcomes: NamedOutcome[] = [];
  try {
    for (const name of names) {
      const start = performance.now();
      const request = {
        program: join(dir, `${name}.p4`),
        test: join(dir, `${name}.stf`),
        load: options.load,
      };
      const outcome = await runner.run(request, options.timeoutMs);
      const named = { name, ...outcome, milliseconds: Math.round(performance.now() - start) };
      outcomes.push(named);
      options.report?.(named);
    }
  } finally {
    runner.end();
  }
  return outcomes;
}

/** A child process that is replaced when a test has ended it. */
class TestProcess {
  private child: ChildProcess | null = null;

  run(request: TestRequest, timeoutMs: number): Promise<TestOutcome> {
    const child = (this.child ??= startChild());
    return new Promise((resolve) => {
      const finish = (outcome: TestOutcome, reusable: boolean) => {
        clearTimeout(timer);
        child.removeAllListeners();
        if (!reusable) this.end();
        resolve(outcome);
      };
      const timer = setTimeout(() => {
        finish({ result: "fail", message: `did not end within ${timeoutMs / 1000} s` }, false);
      }, timeoutMs);
      child.once("message", (outcome) => finish(outcome as TestOutcome, true));
      child.once("error", (e) => finish({ result: "fail", message: `crashed: ${e.message}` }, false));
      child.once("exit", (code, signal) =>
        finish({ result: "fail", message: `crashed: ${signal ?? `exit status ${code}`}` }, false),
      );
      child.send(request);
    });
  }

  end(): void {
    this.child?.removeAllListeners();
    this.child?.kill("SIGKILL");
    this.child = null;
  }
}

/** Heap of the child, so that a program that eats memory ends itself only. */
const HEAP_MB = 2048;

function startChild(): ChildProcess {
  const source = import.meta.url.endsWith(".ts");
  const script = fileURLToPath(new URL(source ? "./stf-child.ts" : "./stf-child.js", import.meta.url));
  const execArgv = [`--max-old-space-size=${HEAP_MB}`];
  if (source) {
    // From source, the child needs the loader that this process may have got in another way.
    const tsx = createRequire(import.meta.url).resolve("tsx");
    execArgv.push("--conditions=@matchmul/source", "--import", pathToFileURL(tsx).href);
  }
  return fork(script, { execArgv, stdio: ["ignore", "ignore", "ignore", "ipc"] });
}
