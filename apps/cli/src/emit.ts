import { emit, targets as emitterTargets } from "@matchmul/emitter";
import type { MicroProgram } from "@matchmul/planner";
import type { HardwareProfile } from "@matchmul/profiles";
import { layout } from "./bundle.js";
import { error } from "./diagnostics.js";
import type { PlanDocument } from "./plan-document.js";
import { planInWords } from "./words.js";

/** Every switch program has a twin for this target, which BMv2 runs. */
const softwareTarget = "v1model";

/** Names of the targets that can be emitted. */
export const targetNames: readonly string[] = emitterTargets.map((target) => target.name);

/**
 * What to emit for a profile: the target asked for, or else the profile's own where there is an emitter for it, and
 * its twin in software.
 * @throws MatchMulError profile-target
 */
export function chooseTargets(profile: HardwareProfile, asked?: string): string[] {
  const known = [...new Set([...profile.targets.filter((t) => targetNames.includes(t)), softwareTarget])];
  if (asked === undefined) return known;
  if (!known.includes(asked)) throw error("profile-target", profile.name, asked, known);
  return [asked];
}

/** The files of every pipe and target, by their path in a bundle. */
export function emitTargets(
  program: MicroProgram,
  plan: PlanDocument,
  targets: readonly string[],
  entriesOnly = false,
): Map<string, string | Uint8Array> {
  const files = new Map<string, string | Uint8Array>();
  const summary = planInWords(plan);
  for (const { name } of plan.pipes)
    for (const target of targets)
      for (const [path, content] of emit(program, { target, summary, entriesOnly }))
        files.set(`${layout.pipe(name, target)}/${path}`, content);
  return files;
}
