import { join } from "node:path";
import { loadProfile } from "@matchmul/profiles";
import {
  type Audit,
  type Audited,
  type AuditedResource,
  audit,
  auditedResources,
  readTofinoLogs,
} from "@matchmul/verifier";
import type { Command } from "commander";
import { Bundle, layout } from "../bundle.js";
import { act, command } from "../command.js";
import { error } from "../diagnostics.js";
import { exitCode } from "../exit.js";
import { count, ratio, table } from "../format.js";
import { parsePlan } from "../plan-document.js";
import { hasStages, resourceNames } from "../resources.js";
import type { Terminal } from "../terminal.js";

/** `matchmul audit`: a bundle's plan beside what the Tofino compiler made of its program. */
export function auditCommand(): Command {
  return command("audit", "compare a bundle's plan with the logs of the Tofino compiler")
    .argument("<dir>", "a bundle of `matchmul compile`")
    .requiredOption(
      "--tofino-logs <path>",
      "the compiler's output folder, with resources.json, metrics.json and table_summary.log in pipe/logs",
    )
    .action(act(run));
}

function run(terminal: Terminal, directory: string, { tofinoLogs }: { tofinoLogs: string }): number {
  const bundle = Bundle.open(directory);
  const plan = parsePlan(bundle.text(layout.plan), `${directory}/${layout.plan}`);
  const profile = loadProfile(join(directory, layout.profile));
  const [pipe] = plan.pipes;
  if (pipe === undefined || !hasStages(pipe.placement))
    throw error("audit-without-stages", directory, profile.name);
  const logs = readTofinoLogs(tofinoLogs);
  const placement = { ...pipe.placement, statistics: { ...pipe.placement.statistics, timeMs: 0 } };
  const found = audit(pipe.pipeline, placement, profile, logs);
  terminal.result({ bundle: directory, model: plan.model.name, ...found }, () =>
    describeAudit(terminal, found),
  );
  return found.fits && found.equalTables === found.comparedTables ? exitCode.ok : exitCode.negative;
}

/** The audit for people: a cell is `8` where both say so, else `8, is 4`: predicted first. */
function describeAudit(terminal: Terminal, found: Audit): string {
  const { green, red, bold } = terminal.out;
  const { compiler, stages, tables, perStage, total, fits, equalTables, comparedTables } = found;
  const names = new Map<string, string>(resourceNames.map(([resource, name]) => [resource, name]));
  const all = [found.total, ...tables];
  const used = auditedResources.filter((r) => all.some((x) => x.predicted[r] > 0 || x.actual[r] > 0));
  const head = used.map((r) => names.get(r) ?? r);
  const unused = auditedResources.filter((r) => !used.includes(r)).map((r) => names.get(r) ?? r);
  const cells = (x: { predicted: Audited; actual: Audited }) =>
    used.map((r: AuditedResource) => {
      const [planned, actual] = [count(x.predicted[r]), count(x.actual[r])];
      return planned === actual ? planned : red(`${planned}, is ${actual}`);
    });
  const where = (numbers: number[]) => (numbers.length === 0 ? "none" : numbers.join(", "));
  const verdict = `${stages.predicted} stages planned, ${stages.actual} compiled, ${stages.available} there`;
  return [
    `${found.profile}, compiled by p4c-barefoot ${compiler.version}`,
    "Where two numbers stand, the plan's is the first.",
    "",
    bold("Tables"),
    table(
      ["table", "stage", "compiled", ...head],
      tables.map((t) => [t.name, where(t.predictedStages), where(t.actualStages), ...cells(t)]),
    ),
    "",
    bold("Stages"),
    table(["stage", ...head], [...perStage.map((s) => [s.stage, ...cells(s)]), ["in all", ...cells(total)]]),
    ...(unused.length > 0 ? ["", `Neither uses ${unused.join(" or ")}.`] : []),
    "",
    fits ? green(verdict) : red(verdict),
    `equal in every resource: ${ratio(equalTables, comparedTables)} of the tables`,
  ].join("\n");
}
