import { join, relative } from "node:path";
import type { Bundle } from "./bundle.js";
import { bytes, count, duration, rate, ratio } from "./format.js";
import type { PlacementDocument, StageResource } from "./plan-document.js";
import type { Terminal } from "./terminal.js";
import type { Verification } from "./verify.js";

interface Place {
  bundle: Bundle;
  /** Path of the report page. */
  page: string;
  seconds: number;
}

/** What the demo prints last: accuracy, exactness, resources, speed, and where the files are. */
export function demoSummary(
  terminal: Terminal,
  found: Verification,
  { bundle, page, seconds }: Place,
): string {
  const { plan, targets, accuracy, mutation } = found;
  const { bold, green, red, dim } = terminal.out;
  const { placement } = plan.pipes[0];
  const { stagesUsed, stagesAvailable, bound, optimal, baseline } = placement;
  const row = (label: string, text: string) => `  ${dim(label.padEnd(19))}${text}`;
  const here = (path: string) => relative(process.cwd(), path);
  // Targets are listed with the profile's own first.
  const folder = `/${targets[0].target}/`;
  const file = (ending: string) =>
    bundle.list().find(({ path }) => path.includes(folder) && path.endsWith(ending));
  const program = file(".p4");
  const entries = file("entries.txt");
  const modelled = dim("(modelled)");
  return [
    "",
    bold(`${plan.model.name} in the match-action tables of ${plan.profile.name}`),
    "",
    ...accuracy.map(({ level, executedBy, right, images }) =>
      row(level.replace("P4,", "in switch,"), `${ratio(right, images)} right ${dim(`(${executedBy})`)}`),
    ),
    ...targets.map(({ target, report: r }) =>
      row(
        "",
        `${(r.exact ? green : red)(bold(`bit-exact ${r.exactImages}/${r.images} images, ${r.exactLogits}/${r.logits} logits`))} ${dim(`(P4 text and entries for ${target})`)}`,
      ),
    ),
    ...(mutation
      ? [row("", `${mutation.reported}/${mutation.flips} table bits flipped on purpose were noticed`)]
      : []),
    "",
    row(
      "stages",
      `${stagesUsed} of ${stagesAvailable}, ${optimal ? "proved fewest" : `at least ${bound}`}; greedy first fit ${baseline.stagesUsed}`,
    ),
    row("SRAM", `${used(placement, "sram")} blocks`),
    row("TCAM", `${used(placement, "tcam")} blocks`),
    row(
      "ALUs",
      `${used(placement, "vliw32")} 32-bit, ${used(placement, "vliw16")} 16-bit, ${used(placement, "vliw8")} 8-bit, ` +
        `${used(placement, "statefulAlus")} stateful`,
    ),
    row("passes", `${plan.latency.passes} per inference`),
    row("latency", `${duration(plan.latency.inferenceNs)} an inference ${modelled}`),
    row(
      "throughput",
      `${rate(plan.latency.inferencesPerSecond)} inferences a second and pipe, limited by the ${plan.latency.limitedBy} ${modelled}`,
    ),
    "",
    row("report", here(page)),
    row("bundle", here(bundle.directory)),
    row(
      "P4",
      `${here(join(bundle.directory, program?.path ?? ""))} ${dim(`(${bytes(program?.bytes ?? 0)}; entries ${bytes(entries?.bytes ?? 0)})`)}`,
    ),
    row("took", `${seconds.toFixed(1)} s`),
  ].join("\n");
}

/** "656 of 960", over all stages. */
function used({ stages, limits, stagesAvailable }: PlacementDocument, resource: StageResource): string {
  const sum = stages.reduce((total, stage) => total + stage.used[resource], 0);
  return `${count(sum)} of ${count(limits[resource] * stagesAvailable)}`;
}
