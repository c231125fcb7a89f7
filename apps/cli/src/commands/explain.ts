import { statSync } from "node:fs";
import { readFileOrFail } from "@matchmul/common";
import type { Command } from "commander";
import { Bundle, layout } from "../bundle.js";
import { act, command } from "../command.js";
import { type FabricDocument, parseFabricPlan } from "../fabric/document.js";
import { fabricInWords, layerTable, paretoTable, pipeTable } from "../fabric/words.js";
import { count, percent, table } from "../format.js";
import { type PlacementDocument, parsePlan } from "../plan-document.js";
import { describe } from "../report/timeline.js";
import { hasStages, resourceUse } from "../resources.js";
import type { Terminal } from "../terminal.js";
import { planInWords } from "../words.js";

/** `matchmul explain`: the plan of a bundle, or of `matchmul plan`, in words and tables. */
export function explain(): Command {
  return command("explain", "tell a plan in words and tables")
    .argument("<plan>", "a bundle, or a plan.json")
    .option("--passes", "list every pass of an inference; of a plan on a network, every pipe")
    .action(act(run));
}

function run(terminal: Terminal, path: string, { passes }: { passes?: boolean }): undefined {
  const inBundle = !isFile(path);
  const file = inBundle ? `${path}/${layout.plan}` : path;
  const text = inBundle
    ? Bundle.open(path).text(layout.plan)
    : new TextDecoder().decode(readFileOrFail(path));
  const onFabric = parseFabricPlan(text, file);
  if (onFabric !== undefined) return explainFabric(terminal, onFabric, passes === true);
  const plan = parsePlan(text, file);
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
    if (inBundle) parts.push(`${path}/${layout.report} shows the placement as a map.`);
    return parts.join("\n\n");
  });
}

const isFile = (path: string) => statSync(path, { throwIfNoEntry: false })?.isFile() === true;

/** A plan on the switches of a network: its layers, the programs of its pipes, and on demand every pipe. */
function explainFabric(terminal: Terminal, plan: FabricDocument, everyPipe: boolean): undefined {
  const words = fabricInWords(plan);
  terminal.result({ ...plan, words }, () => {
    const front = paretoTable(plan);
    const parts = [words.join("\n"), layerTable(plan), ...(front === undefined ? [] : [front])];
    if (everyPipe) parts.push(pipeTable(plan));
    for (const { role, placement } of plan.programs) {
      const title = `Stages of the pipes that ${role === "merge" ? "merge" : "look up"}`;
      parts.push(`${terminal.out.bold(title)}\n${stageTable(placement)}`, resourceTable(placement));
    }
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
