import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { defineDiagnostics } from "./diagnostics.js";

const error = defineDiagnostics("output", {
  "output-unwritable": (path: string, why: string) => ({
    message: `${path} cannot be written: ${why}`,
    hint: "choose another --out, or free the path",
  }),
  "output-foreign": (path: string) => ({
    message: `${path} exists and is not a MatchMul bundle (it has no manifest.json), so it is not replaced`,
    hint: "choose another --out, or remove it yourself",
  }),
});

/** Removes what may not be there, or may have no place to be. */
function discard(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // A path below a file cannot hold anything.
  }
}

const pending = new Set<string>();
let hooked = false;
/** Removes unfinished output when the process ends early, Ctrl-C included. */
function hookExit(): void {
  if (hooked) return;
  hooked = true;
  process.once("exit", () => {
    for (const path of pending) discard(path);
  });
}

/**
 * Refuses a path that holds something else than an older output of ours. Long work asks this first; writing asks again.
 * @throws MatchMulError output-foreign
 */
export function refuseForeign(path: string): void {
  if (existsSync(path) && !existsSync(join(path, "manifest.json"))) throw error("output-foreign", path);
}

/**
 * Writes a directory as a whole: `fill` writes into a temporary directory beside `path`, which then takes
 * the place of `path`. On any error, and on interruption, `path` is as it was before.
 */
export async function writeDirectoryAtomically(
  path: string,
  fill: (temporary: string) => void | Promise<void>,
): Promise<void> {
  const target = resolve(path);
  refuseForeign(path);
  hookExit();
  let temporary: string;
  try {
    mkdirSync(dirname(target), { recursive: true });
    temporary = mkdtempSync(join(dirname(target), `.${basename(target)}-`));
  } catch (cause) {
    throw error("output-unwritable", path, (cause as Error).message);
  }
  pending.add(temporary);
  try {
    await fill(temporary);
    const old = `${temporary}-old`;
    pending.add(old);
    if (existsSync(target)) renameSync(target, old);
    renameSync(temporary, target);
    rmSync(old, { recursive: true, force: true });
    pending.delete(old);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
    pending.delete(temporary);
  }
}

/** Writes one file beside its place and renames it there, so that readers never see half of it. */
export function writeFileAtomically(path: string, content: string | Uint8Array): void {
  hookExit();
  const target = resolve(path);
  const temporary = `${target}.${process.pid}.tmp`;
  pending.add(temporary);
  try {
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(temporary, content);
    renameSync(temporary, target);
  } catch (cause) {
    discard(temporary);
    throw error("output-unwritable", path, (cause as Error).message);
  } finally {
    pending.delete(temporary);
  }
}
