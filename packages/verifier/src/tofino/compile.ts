import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { findTool } from "../bmv2/tools.js";
import { error } from "../diagnostics.js";

const execute = promisify(execFile);

/** The chips the compiler has an architecture of ours for. */
const architectures = { tna: "tofino", t2na: "tofino2" } as const;
export type TofinoTarget = keyof typeof architectures;

/** The compiler goes by either name. */
export function tofinoCompiler(): string | null {
  return findTool("p4c-barefoot") ?? findTool("bf-p4c");
}

/** What it takes for a verdict on fit: the compiler places beyond the last stage, and the assembler refuses that. */
export function missingTofinoTools(): string[] {
  return [
    ...(tofinoCompiler() === null ? ["p4c-barefoot"] : []),
    ...(findTool("bfas") === null ? ["bfas"] : []),
  ];
}

/** What compiler and assembler said. */
export interface TofinoCompilation {
  /** Where the compiler's logs are; there are some even where it refused the program. */
  logs: string;
  /** The compiler's and the assembler's errors; empty when both accept the program. */
  errors: string[];
  warnings: string[];
  /**
   * Parser transitions that the assembler says can never be taken. The parser has no two that exclude each other, so more
   * than 0 means that the compiler lost what they match: p4c between its pull requests 5063 and 5753. What it says of
   * the pipeline stands; its binary parses wrongly.
   */
  lostTransitions: number;
}

/** Compiles and assembles a program for Tofino into a folder. @throws MatchMulError tool-missing */
export async function compileForTofino(
  source: string,
  target: TofinoTarget,
  folder: string,
  signal?: AbortSignal,
): Promise<TofinoCompilation> {
  const missing = missingTofinoTools();
  if (missing.length > 0) throw error("tofino-tool-missing", missing);
  mkdirSync(folder, { recursive: true });
  const chip = architectures[target];
  const pipe = join(folder, "pipe");
  const run = async (tool: string, args: string[]): Promise<{ output: string; failed: boolean }> => {
    try {
      const { stdout, stderr } = await execute(tool, args, { signal, maxBuffer: 2 ** 28 });
      return { output: stdout + stderr, failed: false };
    } catch (cause) {
      const {
        stdout = "",
        stderr = "",
        message,
      } = cause as {
        stdout?: string;
        stderr?: string;
        message: string;
      };
      signal?.throwIfAborted();
      return { output: stdout + stderr || message, failed: true };
    }
  };
  const compiled = await run(tofinoCompiler()!, [
    ...["--target", chip, "--arch", target, "--std", "p4-16", "-g", "--verbose"],
    ...["-Ttable_summary:1", "-o", folder, source],
  ]);
  const outputs = [compiled];
  if (!compiled.failed)
    outputs.push(
      await run("bfas", [
        "--target",
        chip,
        "-o",
        pipe,
        join(pipe, `${basename(source).replace(/\.p4$/, "")}.bfa`),
      ]),
    );
  const messages = (kind: string) =>
    outputs.flatMap(({ output }) => output.match(new RegExp(`^.*\\b${kind}:.*$`, "gm")) ?? []);
  const errors = messages("error");
  const warnings = messages("warning");
  const lostTransitions = warnings.filter((w) => w.includes("Can't match parser state")).length;
  const silent = outputs.find(({ failed }) => failed);
  if (errors.length === 0 && silent !== undefined) errors.push(silent.output.trim().split("\n").at(-1) ?? "");
  return { logs: join(pipe, "logs"), errors, warnings, lostTransitions };
}
