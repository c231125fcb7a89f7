import { layout } from "./bundle.js";
import type { PlanDocument } from "./plan-document.js";
import { planInWords } from "./words.js";

/** README.md of a bundle: what it is, and where to read on. */
export function bundleReadme(plan: PlanDocument, targets: readonly string[]): string {
  const folders = plan.pipes.flatMap(({ name }) => targets.map((target) => layout.pipe(name, target)));
  return [
    `# ${plan.model.name} on ${plan.profile.name}`,
    "",
    "Made by `matchmul compile`. `manifest.json` lists every file with its hash; `report.html` shows the plan.",
    "",
    ...planInWords(plan).flatMap((sentence) => [sentence, ""]),
    "    matchmul verify . --inputs IMAGES.npz",
    "",
    "executes every level and compares it with the one above. How to run the programs elsewhere is said in",
    `${folders.map((folder) => `[${folder}](${folder}/README.md)`).join(" and ")}.`,
    "",
  ].join("\n");
}
