import type { Command } from "commander";
import { Bundle, layout } from "../bundle.js";
import { act, command } from "../command.js";
import { count, percent, table } from "../format.js";
import { type PlacementDocument, parsePlan } from "../plan-document.js";
import { describe } from "../report/timeline.js";
import { hasStages, resourceUse } from "../resources.js";
import type { Terminal } from "../terminal.js";
import { planInWords } from "../words.js";

/** `matchmul explain`: the plan of a bundle in words and tables. */
export function explain(): Command {
  return command("explain", "tell a bundle's plan in words and tables")
    .argument("<dir>", "a bundle")
    .option("--passes", "list every pass of an inference")
    .action(act(run));
}

function run(terminal: Terminal, directory: string, { passes }: { passes?: boolean }): undefined {
  const bundle = Bundle.open(directory);
  const plan = parsePlan(bundle.text(layout.plan), `${directory}/${layout.plan}`);
  const words = planInWords(plan);
  terminal.result({ ...plan, words }, () => {
    const parts = [words.join("\n")];
    for (const { name, placement } of plan.pipes) {
      parts.push(`${terminal.out.bold(`Stages of ${name}`)}\n${stageTable(placement)}`);
      if (hasStages(placement)) parts.push(`${terminal.out.bold("Resources")}\n${resourceTable(placement)}`);
    }
    if (passes)
      parts.push(
        table(
          ["pass", "layer", "what", "does"],
          plan.program.passes.map((pass) => [pass.pc, pass.layer, pass.label, describe(pass)]),
        ),
      );
    parts.push(`${directory}/${layout.report} shows the placement as a map.`);
    return parts.join("\n\n");
  });
}

/** Each stage with its tables and the resources that fill first. */
export function stageTable({ stages, tables, limits }: PlacementDocument): string {
  const entries = new Map(tables.map((t) => [t.name, t]));
  return table(
    ["stage", "tables", "SRAM", "TCAM", "action bus"],
    stages.map(({ stage, tables: here, used }) => [
      stage,
      here
        .map((name) => {
          const part = entries.get(name)?.parts.find((p) => p.stage === stage);
          return part !== undefined && part.entries > 1 ? `${name} (${count(part.entries)})` : name;
        })
        .join(", "),
      ...(["sram", "tcam", "actionBusBytes"] as const).map((r) => of(used[r], limits[r])),
    ]),
  );
}

/** Sums over the stages, for every resource in use. */
export function resourceTable(placement: PlacementDocument): string {
  return table(
    ["resource", "used", "available", "share", "fullest stage"],
    resourceUse(placement).map(({ name, used, available, fullest }) => [
      name,
      count(used),
      Number.isFinite(available) ? count(available) : "no limit",
      Number.isFinite(available) && available > 0 ? percent(used / available, 1) : "",
      `${fullest.stage}: ${of(fullest.used, fullest.limit)}`,
    ]),
  );
}

function of(used: number, limit: number): string {
  return Number.isFinite(limit) ? `${count(used)}/${count(limit)}` : count(used);
}
