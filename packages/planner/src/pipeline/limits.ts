import type { HardwareProfile, PipelineProfile } from "@matchmul/profiles";
import { type ContainerBits, type StageResource, type StageVector, stageResources } from "./types.js";

/** Resources by number, for arrays. */
export const resourceIndex = Object.fromEntries(stageResources.map((r, i) => [r, i])) as Readonly<
  Record<StageResource, number>
>;

/** How much of each resource a stage has; Infinity where the profile has no stages. */
export function stageLimits(profile: HardwareProfile): StageVector {
  if (profile.pipeline === undefined)
    return Object.fromEntries(stageResources.map((r) => [r, Number.POSITIVE_INFINITY])) as StageVector;
  return limitsOf(profile.pipeline, profile);
}

function limitsOf({ perStage }: PipelineProfile, profile: HardwareProfile): StageVector {
  const { hash, actionBus, instructionMemory } = perStage;
  const containers = (bits: ContainerBits) =>
    profile.phv?.find((g) => g.containerBits === bits)?.total ?? Number.POSITIVE_INFINITY;
  const operands = (bits: ContainerBits) => {
    const region = actionBus.regions.find((r) => r.aluBits === bits);
    if (region === undefined) return 0;
    return Math.min(region.operands, Math.floor((region.lastByte - region.firstByte + 1) / (bits / 8)));
  };
  const instructions = instructionMemory.words - instructionMemory.reserved;
  return {
    sram: perStage.sram.blocks,
    mapRam: perStage.mapRam.blocks,
    tcam: perStage.tcam.blocks,
    logicalTables: perStage.logicalTables,
    ternaryTables: perStage.ternaryTables,
    actionTables: perStage.actionTables,
    indirectionTables: perStage.indirectionTables,
    actionDataBusses: perStage.actionData.busses,
    gateways: perStage.gateways.count,
    exactCrossbarBytes: perStage.exactCrossbarBytes,
    ternaryCrossbarBytes: perStage.ternaryCrossbarBytes,
    hashGroups: hash.groups,
    hashBits: hash.groups * hash.bitsPerGroup,
    hashDistributionSlices: hash.distributionSlices,
    actionBusBytes: actionBus.bytes,
    actionBusOperands8: operands(8),
    actionBusOperands16: operands(16),
    actionBusOperands32: operands(32),
    instructionWordsIngress: instructions,
    instructionWordsEgress: instructions,
    vliw8: containers(8),
    vliw16: containers(16),
    vliw32: containers(32),
    statefulAlus: perStage.statefulAlus,
    statisticsAlus: perStage.statisticsAlus,
  };
}
