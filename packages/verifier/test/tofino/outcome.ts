import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { emit } from "@matchmul/emitter";
import {
  type Audit,
  type AuditedResource,
  audit,
  auditedResources,
  compileForTofino,
  readTofinoLogs,
} from "../../src/index.js";
import type { Case } from "./cases.js";

/** What compiler and assembler make of a case. */
export interface Outcome {
  /** Whether the planner's verdict on fit and the tools' are the same. */
  agrees: boolean;
  planned: boolean;
  accepted: boolean;
  audit?: Audit;
  /** Of the parser, by a fault of the compiler's. */
  lostTransitions: number;
  text: string;
}

/** Emits a case's program into a folder, compiles and assembles it, and audits it if both accept. */
export async function compileCase(each: Case, folder: string): Promise<Outcome> {
  mkdirSync(folder, { recursive: true });
  const files = emit(each.program, { target: each.target });
  const [name, text] = [...files].find(([file]) => file.endsWith(".p4"))!;
  const source = join(folder, name);
  writeFileSync(source, text);
  writeFileSync(join(folder, "pipeline.json"), JSON.stringify(each.pipeline));
  const { errors, logs, lostTransitions } = await compileForTofino(source, each.target, join(folder, "out"));
  const accepted = errors.length === 0;
  const planned = each.placement !== null;
  if (!accepted || each.placement === null) {
    const said = planned ? `planned ${each.placement?.stagesUsed}` : `refused (${each.refusal})`;
    const did = accepted ? "compiled" : `not compiled: ${errors[0].slice(0, 140)}`;
    const agrees = planned === accepted;
    return {
      agrees,
      planned,
      accepted,
      lostTransitions,
      text: `${agrees ? "ok" : "DIFFERS"} ${said}, ${did}`,
    };
  }
  const found = audit(each.pipeline, each.placement, each.profile, readTofinoLogs(logs));
  const { stages, fits, equalTables, comparedTables, tables } = found;
  const differing = tables.filter((t) => t.differs.length > 0).map(describeDifference);
  return {
    agrees: fits,
    planned,
    accepted,
    audit: found,
    lostTransitions,
    text: `${fits ? "ok" : "DIFFERS"} planned ${stages.predicted}, compiled ${stages.actual}; ${equalTables}/${comparedTables} tables equal ${differing.join("; ")}`,
  };
}

function describeDifference({ name, differs, predicted, actual }: Audit["tables"][number]): string {
  return `${name}: ${differs.map((r) => `${r} ${predicted[r]} is ${actual[r]}`).join(", ")}`;
}

/** The kernels and sizes of a case in a few words. */
export function describeCase({ model, choice, program, target }: Case): string {
  const steps = program.passes.map(({ step, parse }) => [
    step.kind,
    ...("pool" in step && step.pool !== null ? ["max-pool"] : []),
    ...(parse.kind === "park" ? ["tiles"] : []),
  ]);
  const kinds = [...new Set(steps.flat())].filter((k) => !["accumulate", "multiply", "verdict"].includes(k));
  const kernel = choice.kernel ?? `g ${choice.layers.map((l) => l.g).join("/")} of ${choice.slots} lookups`;
  return `${target} ${model.name}, ${kernel}, ${program.classes} classes, ${kinds.join(" ")}`;
}

/** The counts over all outcomes. */
export function summarize(outcomes: readonly Outcome[]): string {
  const count = (test: (o: Outcome) => boolean): number => outcomes.filter(test).length;
  const audits = outcomes.flatMap((o) => (o.audit ? [o.audit] : []));
  const tables = audits.flatMap((a) => a.tables);
  const share = (equal: number): string => `${equal} of ${tables.length}`;
  const resource = (r: AuditedResource): string =>
    `  ${r}: equal in ${share(tables.filter((t) => t.predicted[r] === t.actual[r]).length)} tables`;
  return [
    `${outcomes.length} models; the planner places ${count((o) => o.planned)}, the tools accept ${count((o) => o.accepted)}, verdicts agree on ${count((o) => o.agrees)}`,
    `stages: as planned ${audits.filter((a) => a.stages.actual === a.stages.predicted).length}, fewer ${audits.filter((a) => a.stages.actual < a.stages.predicted).length}, more ${audits.filter((a) => a.stages.actual > a.stages.predicted).length}`,
    `tables with all resources equal: ${share(tables.filter((t) => t.differs.length === 0).length)}`,
    ...auditedResources.map(resource),
    `programs whose parser the compiler got wrong: ${count((o) => o.lostTransitions > 0)} (docs/hardware-fidelity.md)`,
  ].join("\n");
}
