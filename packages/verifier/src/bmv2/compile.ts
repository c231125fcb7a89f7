import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { error } from "../diagnostics.js";

const execute = promisify(execFile);

/** Compiles v1model text with p4c-bm2-ss. Returns the compiler's warnings. @throws MatchMulError tool-failed */
export async function compileForBmv2(source: string, output: string, signal?: AbortSignal): Promise<string> {
  try {
    const { stderr } = await execute("p4c-bm2-ss", ["--std", "p4-16", "-o", output, source], {
      signal,
      maxBuffer: 2 ** 26,
    });
    return stderr;
  } catch (cause) {
    const { stderr, message } = cause as { stderr?: string; message: string };
    throw error("tool-failed", "p4c-bm2-ss", firstLines(stderr || message));
  }
}

/** The start of a tool's complaint. */
export function firstLines(text: string): string {
  return text.trim().split("\n").slice(0, 6).join("\n");
}
