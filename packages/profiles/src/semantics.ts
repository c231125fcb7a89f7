import type { YamlIssue, YamlSource } from "./positions.js";
import type { HardwareProfile } from "./schema.js";

/** What a schema cannot say: relations between numbers of a profile. */
export function semanticIssues(source: YamlSource, profile: HardwareProfile): YamlIssue[] {
  const issues: YamlIssue[] = [];
  profile.phv?.forEach((group, i) => {
    if (group.perGress > group.total)
      issues.push(
        source.issue(
          ["phv", i, "perGress"],
          `expected at most \`total\`, ${group.total}, found ${group.perGress}`,
        ),
      );
  });
  if (profile.pipeline === undefined) return issues;
  const { actionBus, actionData, instructionMemory } = profile.pipeline.perStage;
  const at = (path: (string | number)[], message: string) =>
    issues.push(source.issue(["pipeline", "perStage", ...path], message));
  actionBus.regions.forEach((region, i) => {
    const path = ["actionBus", "regions", i];
    if (region.lastByte >= actionBus.bytes)
      at(
        [...path, "lastByte"],
        `expected less than the ${actionBus.bytes} bytes of the bus, found ${region.lastByte}`,
      );
    if (region.lastByte < region.firstByte)
      at(
        [...path, "lastByte"],
        `expected at least \`firstByte\`, ${region.firstByte}, found ${region.lastByte}`,
      );
  });
  for (const key of ["minimumBits", "maximumBits"] as const) {
    const bits = actionData[key];
    if (bits !== 2 ** Math.round(Math.log2(bits)))
      at(["actionData", key], `expected a power of two, found ${bits}`);
  }
  if (instructionMemory.reserved >= instructionMemory.words)
    at(
      ["instructionMemory", "reserved"],
      `expected less than the ${instructionMemory.words} words, found ${instructionMemory.reserved}`,
    );
  if (profile.rates.clockGhz === undefined)
    issues.push(
      source.issue(["rates"], "the key `clockGhz` is missing: a profile with stages counts cycles", true),
    );
  return issues;
}
