import type { PipelineProfile } from "@matchmul/profiles";
import type { Dependency, Gress, LogicalTable, PlacedTable, StageWait } from "./types.js";

const gresses: readonly Gress[] = ["ingress", "egress"];

/**
 * What each stage waits for. A dependency between two stages needs one wait of its kind (or a longer one) somewhere
 * between them; each is put as late as possible, at the stage of the table that depends.
 */
export function stageWaits(
  placed: readonly PlacedTable[],
  dependencies: readonly Dependency[],
  stages: number,
): Record<Gress, StageWait>[] {
  const waits = Array.from(
    { length: stages },
    (): Record<Gress, StageWait> => ({ ingress: "concurrent", egress: "concurrent" }),
  );
  const byName = new Map(placed.map((t) => [t.name, t]));
  for (const kind of ["match", "action"] as const)
    for (const gress of gresses) {
      // Last stage that already waits so long, walking the dependencies by the stage they end in.
      const ends = dependencies
        .filter((d) => d.kind === kind && byName.get(d.from)!.gress === gress)
        .map((d) => ({ from: byName.get(d.from)!.parts.at(-1)!.stage, to: byName.get(d.to)!.parts[0].stage }))
        .sort((a, b) => a.to - b.to);
      for (const { from, to } of ends) {
        let waited = false;
        for (let s = from + 1; s <= to; s++)
          waited ||= waits[s][gress] === "match" || waits[s][gress] === kind;
        if (!waited) waits[to][gress] = kind;
      }
    }
  return waits;
}

/**
 * Clock cycles of the stages up to the last one in the profile: each stage adds what it waits for; the last work of a
 * run of stages is a whole match. TCAMs and registers make their stage longer.
 */
export function latencyCycles(
  waits: readonly Record<Gress, StageWait>[],
  tables: readonly { stage: number; table: LogicalTable }[],
  profile: PipelineProfile,
): Record<Gress, number> {
  const { cycles, stages } = profile;
  const total = { ingress: 0, egress: 0 };
  for (const gress of gresses) {
    for (let stage = 0; stage < stages; stage++) {
      const here = tables.filter((t) => t.stage === stage && t.table.gress === gress);
      const wait = stage === 0 ? "match" : (waits[stage]?.[gress] ?? "concurrent");
      total[gress] += cycles[wait];
      if (here.some(({ table }) => table.match === "ternary" || table.match === "range"))
        total[gress] += cycles.tcam;
      if (here.some(({ table }) => (table.stateful ?? []).length > 0)) total[gress] += cycles.stateful;
    }
  }
  total.egress = Math.max(total.egress, cycles.minimumEgress);
  return total;
}
