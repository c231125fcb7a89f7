import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import { run } from "../../src/program.js";

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const main = join(root, "apps/cli/src/main.ts");

/** A path within the repository. */
export const inRepository = (...path: string[]) => join(root, ...path);
export const model = inRepository("models/digits/digits-mlp.onnx");
export const calibration = inRepository("models/digits/digits-calibration.npz");
export const testImages = inRepository("models/digits/digits-test.npz");

export interface Outcome {
  code: number | null;
  signal?: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** Runs a command line within this process: fast, and its writes are captured. Not to be run concurrently. */
export async function matchmul(...args: string[]): Promise<Outcome> {
  const captured = { stdout: "", stderr: "" };
  const streams = ["stdout", "stderr"] as const;
  const original = streams.map((name) => process[name].write);
  const before = process.exitCode;
  for (const name of streams)
    process[name].write = ((text: string | Uint8Array) => {
      captured[name] += typeof text === "string" ? text : new TextDecoder().decode(text);
      return true;
    }) as typeof process.stdout.write;
  try {
    const code = await run(args);
    return { code, ...captured };
  } finally {
    for (const [i, name] of streams.entries()) process[name].write = original[i];
    process.exitCode = before;
  }
}

/** Runs the command as users do, in a process of its own; `onStderr` sees each piece as it comes. */
export function spawnMatchmul(
  args: string[],
  onStderr: (text: string, kill: (signal: NodeJS.Signals) => void) => void = () => {},
): Promise<Outcome> {
  const child = spawn(process.execPath, ["--conditions=@matchmul/source", "--import", "tsx", main, ...args], {
    cwd: root,
    env: { ...process.env, NO_COLOR: "1", NODE_OPTIONS: "" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const outcome = { stdout: "", stderr: "" };
  child.stdout.on("data", (text) => {
    outcome.stdout += text;
  });
  child.stderr.on("data", (text) => {
    outcome.stderr += text;
    onStderr(String(text), (signal) => child.kill(signal));
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, ...outcome }));
  });
}

/** A directory that is gone after the tests of a file. */
export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), "matchmul-test-"));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Everything in a directory, hidden files included. */
export const listing = (path: string) => readdirSync(path).sort();
