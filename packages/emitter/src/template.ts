import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Eta } from "eta";
import { error } from "./diagnostics.js";

/** The folder of hand-written P4: `p4src` in the checkout or package above this file. */
export function p4SourceFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "p4src"))) {
    const above = dirname(folder);
    if (above === folder) throw error("p4src-missing");
    folder = above;
  }
  return join(folder, "p4src");
}

// P4 is not HTML, and a line that is only a tag leaves no empty line behind.
const eta = new Eta({ autoEscape: false, autoTrim: [false, "nl"], rmWhitespace: false });

/** Renders a template of p4src, such as `v1model/tile.p4`, with `it` as its data. */
export function renderTemplate(name: string, it: object): string {
  const text = readFileSync(join(p4SourceFolder(), name), "utf8");
  return eta
    .renderString(text, it)
    .replace(/[ \t]+$/gm, "")
    .replace(/\n{3,}/g, "\n\n");
}
