import type { Engine } from "@matchmul/p4-engine";
import { loadPipe } from "@matchmul/verifier";
import { error } from "./diagnostics.js";

/**
 * Loads a pipe's P4 text and its table entries, as a bundle keeps them, into the embedded engine.
 * @param files of the pipe's folder for one target, by name
 * @param where the folder's path, for messages
 * @throws MatchMulError bundle-invalid; P4Error for text or entries that are wrong
 */
export function loadEngine(files: ReadonlyMap<string, string>, where: string): Engine {
  const programs = [...files.keys()].filter((name) => name.endsWith(".p4"));
  const entries = files.get("entries.txt");
  if (programs.length !== 1 || entries === undefined)
    throw error("bundle-invalid", where, "it does not hold one .p4 file and entries.txt");
  const [name] = programs;
  return loadPipe(files.get(name)!, entries, where, name);
}
