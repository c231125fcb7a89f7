import { LANES, type MicroProgram } from "@matchmul/planner";
import { templateContext } from "./context.js";
import { type BfrtNames, bfrtJson } from "./control-plane/bfrt.js";
import { simpleSwitchCommands } from "./control-plane/simple-switch-cli.js";
import { error } from "./diagnostics.js";
import { allEntries } from "./entries.js";
import { Schedule } from "./schedule.js";
import { targets } from "./targets.js";
import { renderTemplate } from "./template.js";

export interface EmitOptions {
  target: string;
  /** Lines for the comment on top of the P4 text: the plan's numbers. */
  summary?: string[];
  /** Tofino: the pipe's recirculation port. */
  recirculationPort?: number;
}

/** Path within a pipe's folder -> content. */
export type EmittedFiles = Map<string, string>;

/** P4 identifier made of a model's name. */
export function identifier(name: string): string {
  return name.replace(/[^A-Za-z0-9_]/g, "_").replace(/^(?=[0-9])/, "_");
}

function bfrtNames(program: MicroProgram): BfrtNames {
  const pages = Array.from({ length: program.slots }, (_, s) => `page_${s}`);
  const words = Array.from({ length: LANES }, (_, m) => `w${m}`);
  return {
    keys: (table) => {
      if (table === "sequencer") return ["hdr.matchmul.kind", "hdr.matchmul.pc"];
      if (table === "on_verdict") return ["index"];
      if (table.startsWith("quantize_"))
        return ["meta.quantize", `hdr.lanes.l${table.slice("quantize_".length)}`];
      const slot = table.slice("lookup_".length);
      return [`meta.page_${slot}`, `hdr.key[${slot}].value`];
    },
    params: (action) => {
      if (action.startsWith("add_")) return words;
      if (action === "forward") return ["verdict", "port"];
      if (action === "answer") return ["verdict"];
      if (action.startsWith("put_")) return ["value"];
      if (action === "quantize") return ["parse", "pc", "table_number", "pool"];
      if (action === "decide" || action === "drop") return [];
      if (action.startsWith("scale_")) return ["parse", "pc", "pool"];
      return action.endsWith("_wide") ? ["parse", "pc"] : ["parse", "pc", ...pages];
    },
  };
}

/**
 * One pipe's files: `<model>.p4`, `entries.txt` (simple_switch_CLI commands, which the embedded engine reads
 * for every target) and, for Tofino, `bfrt.json`.
 *
 * @throws MatchMulError unknown-target
 */
export function emit(program: MicroProgram, options: EmitOptions): EmittedFiles {
  const target = targets.find((t) => t.name === options.target);
  if (target === undefined)
    throw error(
      "unknown-target",
      options.target,
      targets.map((t) => t.name),
    );
  const schedule = new Schedule(program);
  const context = templateContext(
    schedule,
    `${program.name}: a neural network in match-action tables, for ${target.name}.`,
    options.summary ?? [],
    target.name,
    options.recirculationPort ?? target.recirculationPort ?? 0,
  );
  const files: EmittedFiles = new Map();
  files.set(`${identifier(program.name)}.p4`, renderTemplate(target.template, context));
  files.set("entries.txt", simpleSwitchCommands(allEntries(schedule), target.control));
  if (target.bfrt) files.set("bfrt.json", bfrtJson(allEntries(schedule), target.control, bfrtNames(program)));
  return files;
}
