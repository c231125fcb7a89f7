import { pipeModel, type ServePipe } from "@matchmul/planner";
import type { HardwareProfile } from "@matchmul/profiles";

/** What a pass takes, in ns, by the parameters of the profile. */
export interface PipeTiming {
  /** From the first byte at the parser until the packet is in its output port's queue. */
  throughNs: number;
  /** From a loopback port back to the parser. */
  recirculationNs: number;
  /** The pipe takes a packet every so often. */
  intervalNs: number;
}

/** @param ingressCycles clock cycles of the placed stages */
export function pipeTiming({ latencyNs, rates }: HardwareProfile, ingressCycles: number): PipeTiming {
  const intervalNs = 1e9 / rates.packetsPerSecond;
  // A pass measured as a whole is not taken apart.
  if (latencyNs.pass !== undefined) return { throughNs: latencyNs.pass, recirculationNs: 0, intervalNs };
  const stagesNs = rates.clockGhz === undefined ? 0 : ingressCycles / rates.clockGhz;
  return {
    throughNs: latencyNs.parser + stagesNs + latencyNs.deparser + latencyNs.trafficManager,
    recirculationNs: latencyNs.recirculation,
    intervalNs,
  };
}

/** Timings of the pipes of one profile, by their program: what the planner's placement of it takes. */
export async function modelledTimings(
  profile: HardwareProfile,
): Promise<(program: ServePipe["program"]) => PipeTiming> {
  const { placement } = await pipeModel(profile, 0, profile.pipes);
  const tile = pipeTiming(profile, placement?.latencyCycles.ingress ?? 0);
  // A program that only forwards has no dependencies between its tables: as networkOf of the planner has it.
  const { pipeline } = profile;
  const transit = pipeTiming(profile, pipeline === undefined ? 0 : pipeline.stages * pipeline.cycles.action);
  return (program) => (program === "transit" ? transit : tile);
}
