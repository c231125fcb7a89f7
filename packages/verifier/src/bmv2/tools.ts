import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Full path of a program on PATH, or null. */
export function findTool(name: string): string | null {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    if (folder === "") continue;
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

/** The programs a run on BMv2 needs. */
export const bmv2Tools = ["p4c-bm2-ss", "simple_switch", "simple_switch_CLI"] as const;

/** Names of those that are not on PATH. */
export function missingBmv2Tools(): string[] {
  return bmv2Tools.filter((name) => findTool(name) === null);
}
