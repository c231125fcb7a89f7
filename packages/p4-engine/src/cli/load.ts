/** Programs from files. */
import { readFileSync } from "node:fs";
import type { Engine } from "../api.js";
import { P4Error } from "../errors.js";
import { loadProgram } from "../index.js";

export interface LoadOptions {
  /** Searched for `#include <...>` before the package's own declarations. */
  includePaths: string[];
  defines: Record<string, string>;
}

/** @throws P4Error, also when the file cannot be read */
export function loadFile(file: string, { includePaths, defines }: LoadOptions): Engine {
  return loadProgram(readText(file), { file, includePaths, defines });
}

export function readText(file: string): string {
  return readBytes(file).toString("utf8");
}

/** @throws P4Error cannot-read */
export function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (e) {
    throw new P4Error("cannot-read", `cannot read '${file}': ${(e as Error).message}`);
  }
}
