import type { PlanDocument } from "./plan-document.js";
import { planInWords } from "./words.js";

/** README.md of a bundle: what it is, and how to use its files without the `matchmul` command. */
export function bundleReadme(plan: PlanDocument, paths: readonly string[]): string {
  const lines = [
    `# ${plan.model.name} on ${plan.profile.name}`,
    "",
    "Made by `matchmul compile`. `manifest.json` lists every file with its hash; `report.html` shows the plan.",
    "",
    ...planInWords(plan).flatMap((sentence) => [sentence, ""]),
    "## Verify",
    "",
    "    matchmul verify . --inputs IMAGES.npz",
    "",
  ];
  for (const { name } of plan.pipes) {
    const file = (target: string, ending: string) =>
      paths.find((path) => path.startsWith(`pipes/${name}/${target}/`) && path.endsWith(ending));
    const twin = file("v1model", ".p4");
    if (twin !== undefined)
      lines.push(
        `## ${name} on BMv2`,
        "",
        `    p4c-bm2-ss --std p4-16 -o program.json ${twin}`,
        "    simple_switch -i 1@INTERFACE program.json &",
        `    simple_switch_CLI < ${file("v1model", "entries.txt")}`,
        "",
      );
    const tofino = file("tna", ".p4");
    if (tofino !== undefined)
      lines.push(
        `## ${name} on Tofino`,
        "",
        `Compile \`${tofino}\` for the architecture tna; \`${file("tna", "bfrt.json")}\` holds its table entries for the`,
        "switch's bfrt interface, by the tables' full names.",
        "",
      );
  }
  return lines.join("\n");
}
