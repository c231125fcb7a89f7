import type { MicroProgram } from "@matchmul/planner";
import { pipeReadme } from "./bundle-readme.js";
import { templateContext } from "./context.js";
import { readControlPlane } from "./control-plane/declarations.js";
import { formats } from "./control-plane/formats.js";
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
  /** Of the entries' formats only entries.txt, which the embedded engine reads: much less to write. */
  entriesOnly?: boolean;
}

/** Path within a pipe's folder -> content. */
export type EmittedFiles = Map<string, string | Uint8Array>;

/** P4 identifier made of a model's name. */
export function identifier(name: string): string {
  return name.replace(/[^A-Za-z0-9_]/g, "_").replace(/^(?=[0-9])/, "_");
}

/**
 * One pipe's files: `<model>.p4`, its entries in each format of control-plane/formats.ts that is for the target (of
 * them `entries.txt` always, which the embedded engine reads), and `README.md`, which says how to use them.
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
  const name = identifier(program.name);
  const text = renderTemplate(target.template, context);
  const pipe = {
    name,
    target,
    schedule,
    plane: readControlPlane(text, target.control),
    entries: () => allEntries(schedule),
  };
  const files: EmittedFiles = new Map([[`${name}.p4`, text]]);
  const chosen = formats.filter(
    (format) => format.isFor(target) && (!options.entriesOnly || format.file(name) === "entries.txt"),
  );
  for (const format of chosen) files.set(format.file(name), format.content(pipe));
  files.set("README.md", pipeReadme(pipe, chosen));
  return files;
}
