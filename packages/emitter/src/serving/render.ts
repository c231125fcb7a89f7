import { Eta } from "eta";
import { p4SourceFolder } from "../template.js";
import type { ServeContext } from "./context.js";

let eta: Eta | null = null;

/** Renders a serving template of p4src, such as `v1model/serve.p4`; what programs share they `include` from there. */
export function renderServing(name: string, context: ServeContext): string {
  eta ??= new Eta({
    views: p4SourceFolder(),
    defaultExtension: ".p4",
    autoEscape: false,
    autoTrim: [false, "nl"],
    rmWhitespace: false,
    cache: true,
  });
  return eta
    .render(`./${name.replace(/\.p4$/, "")}`, context)
    .replace(/[ \t]+$/gm, "")
    .replace(/\n{3,}/g, "\n\n");
}
