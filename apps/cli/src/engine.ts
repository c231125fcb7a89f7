import { join } from "node:path";
import type { Engine } from "@matchmul/p4-engine";
import { loadPipe } from "@matchmul/verifier";
import type { Bundle } from "./bundle.js";
import { error } from "./diagnostics.js";

/** The program of one of a bundle's folders, and the entries the engine reads. */
export interface PipeFiles {
  folder: string;
  /** Names within the folder. */
  program: string;
  entries: string;
}

/** Finds a pipe's files for a target. @throws MatchMulError bundle-invalid */
export function pipeFiles(bundle: Bundle, folder: string): PipeFiles {
  const names = bundle.names(folder);
  const programs = names.filter((name) => name.endsWith(".p4"));
  const entries = names.find((name) => name === "entries.txt");
  if (programs.length !== 1 || entries === undefined)
    throw error(
      "bundle-invalid",
      join(bundle.directory, folder),
      "it does not hold one .p4 file and entries.txt",
    );
  return { folder, program: programs[0], entries };
}

/**
 * Loads a pipe's P4 text and its table entries into the embedded engine.
 * @throws MatchMulError bundle-invalid; P4Error for text or entries that are wrong, with file and line
 */
export function loadEngine(bundle: Bundle, { folder, program, entries }: PipeFiles): Engine {
  const text = (name: string) => bundle.text(`${folder}/${name}`);
  return loadPipe(text(program), text(entries), join(bundle.directory, folder), program);
}
