import type { PlacementDocument, StageResource } from "./plan-document.js";

/** Stage resources as people call them, in the order they ask about them. */
export const resourceNames: readonly [StageResource, name: string, unit: string][] = [
  ["sram", "SRAM", "blocks"],
  ["tcam", "TCAM", "blocks"],
  ["mapRam", "map RAM", "blocks"],
  ["logicalTables", "logical tables", "tables"],
  ["ternaryTables", "ternary tables", "tables"],
  ["actionTables", "action tables", "tables"],
  ["indirectionTables", "indirection tables", "tables"],
  ["actionDataBusses", "action data busses", "busses"],
  ["actionBusBytes", "action data bus", "bytes"],
  ["actionBusOperands32", "32-bit operands", "operands"],
  ["actionBusOperands16", "16-bit operands", "operands"],
  ["actionBusOperands8", "8-bit operands", "operands"],
  ["exactCrossbarBytes", "exact crossbar", "bytes"],
  ["ternaryCrossbarBytes", "ternary crossbar", "bytes"],
  ["hashGroups", "hash groups", "groups"],
  ["hashBits", "hash bits", "bits"],
  ["hashDistributionSlices", "hash distribution", "slices"],
  ["gateways", "gateways", "gateways"],
  ["instructionWordsIngress", "instructions, ingress", "words"],
  ["instructionWordsEgress", "instructions, egress", "words"],
  ["vliw32", "32-bit ALUs", "ALUs"],
  ["vliw16", "16-bit ALUs", "ALUs"],
  ["vliw8", "8-bit ALUs", "ALUs"],
  ["statefulAlus", "stateful ALUs", "ALUs"],
  ["statisticsAlus", "statistics ALUs", "ALUs"],
];

/** What a placement uses of one resource over all stages. */
export interface ResourceUse {
  resource: StageResource;
  name: string;
  unit: string;
  used: number;
  /** Infinity where the profile sets no limit. */
  available: number;
  fullest: { stage: number; used: number; limit: number };
}

/** Sums over the stages, for every resource that some table uses. */
export function resourceUse({ stages, limits, stagesAvailable }: PlacementDocument): ResourceUse[] {
  return resourceNames.flatMap(([resource, name, unit]) => {
    const used = stages.reduce((sum, stage) => sum + stage.used[resource], 0);
    if (used === 0) return [];
    const top = stages.reduce((a, b) => (b.used[resource] > a.used[resource] ? b : a));
    const limit = limits[resource];
    const fullest = { stage: top.stage, used: top.used[resource], limit };
    return [{ resource, name, unit, used, available: limit * stagesAvailable, fullest }];
  });
}

/** True for a target that has no stages to fill: BMv2. */
export function hasStages({ limits }: PlacementDocument): boolean {
  return Object.values(limits).some((limit) => Number.isFinite(limit));
}
