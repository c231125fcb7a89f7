import type { HardwareProfile } from "@matchmul/profiles";
import type { MicroProgram } from "../microcode/types.js";

/** Bytes of Ethernet and MatchMul header in front of lanes and queue (docs/wire.md). */
export const HEADER_BYTES = 28;
/** Preamble, start delimiter, frame check and inter-frame gap of Ethernet on the recirculation port. */
export const FRAMING_BYTES = 24;

export interface Latency {
  passes: number;
  /** One pass of one packet through the pipe, recirculation included. */
  passNs: number;
  /** One inference on an idle pipe. */
  inferenceNs: number;
  /** Inferences a second that one pipe sustains. */
  inferencesPerSecond: number;
  /** What limits that: the pipe's packet rate, or the bandwidth of recirculation. */
  limitedBy: "packet rate" | "recirculation";
  /** Bytes on the recirculation path for one inference. */
  recirculatedBytes: number;
}

/** Bytes of the packet when each pass is over, framing left out. */
export function packetBytes(program: MicroProgram): number[] {
  let queue = program.input.bytes;
  let parked = 0;
  return program.passes.map(({ parse }) => {
    if (parse.kind === "fresh") queue += program.lanes * 4 - parse.skip;
    if (parse.kind === "park") parked += parse.lanes;
    if (parse.kind === "narrow") {
      queue += (parked + parse.lanes) * (parse.copies ?? 1);
      parked = 0;
    }
    queue -= parse.keys * parse.keyBytes;
    return HEADER_BYTES + parked + program.lanes * 4 + queue;
  });
}

/**
 * The latency model of one packet that carries its activations: passes follow each other, so an inference
 * takes passes * (parser + stages + deparser + traffic manager + recirculation). Throughput is the pipe's
 * pass rate, or its recirculation bandwidth, shared by an inference's passes.
 *
 * @param ingressCycles clock cycles of the placed stages; without stages the profile gives the pass's time.
 */
export function latencyOf(program: MicroProgram, profile: HardwareProfile, ingressCycles: number): Latency {
  const { latencyNs, rates } = profile;
  const stagesNs = rates.clockGhz === undefined ? 0 : ingressCycles / rates.clockGhz;
  const passNs =
    latencyNs.pass ??
    latencyNs.parser + stagesNs + latencyNs.deparser + latencyNs.trafficManager + latencyNs.recirculation;
  const passes = program.passes.length;
  // The last pass leaves by a front port.
  const recirculated = packetBytes(program).slice(0, -1);
  const recirculatedBytes = recirculated.reduce((sum, bytes) => sum + bytes + FRAMING_BYTES, 0);
  const byRate = rates.packetsPerSecond / passes;
  const byBandwidth =
    rates.recirculationGbps > 0
      ? (rates.recirculationGbps * 1e9) / (8 * recirculatedBytes)
      : Number.POSITIVE_INFINITY;
  return {
    passes,
    passNs,
    inferenceNs: passes * passNs,
    inferencesPerSecond: Math.min(byRate, byBandwidth),
    limitedBy: byBandwidth < byRate ? "recirculation" : "packet rate",
    recirculatedBytes,
  };
}
