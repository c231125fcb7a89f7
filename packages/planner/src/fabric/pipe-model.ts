import type { HardwareProfile } from "@matchmul/profiles";
import { FRAMING_BYTES } from "../cost/latency.js";
import { DoesNotFit } from "../pipeline/explain.js";
import { type PlaceOptions, placePipeline } from "../pipeline/place.js";
import type { PipelinePlacement } from "../pipeline/types.js";
import { fewestRecirculationPorts } from "../serving/cabling.js";
import { banksPaired, servingLookups } from "../serving/programs.js";
import { SERVE_HEADER_BYTES } from "../serving/wire.js";
import { fabricTile, lanes, storeCells } from "./tile-program.js";
import type { PipeModel } from "./types.js";

/** Address bits of a lookup, at most and at least: 8192 rows fill 64 SRAM blocks. */
const mostAddressBits = 13;
const leastAddressBits = 9;
/** Lookups are a power of two, which the bytes of tiles fill evenly. */
const slotCounts = [16, 8, 4, 2, 1];
/** On a target without stages: rows for any layer. */
const softwareRows = 1 << 16;

/**
 * What a pipe can do, found by placing the tile program: as many lookups as the stages hold, with as many rows as the
 * memory has. The same numbers that the pipeline level proves, so the two levels cannot disagree.
 *
 * All pipes are taken for as fast as the slowest: pipe 0 of a Tofino, which has a loopback less.
 *
 * @param loopbackPorts front ports of the pipe that add to its recirculation bandwidth
 */
export async function pipeModel(
  profile: HardwareProfile,
  loopbackPorts: number,
  pipes: number,
  options: PlaceOptions = {},
): Promise<PipeModel> {
  const { rates, latencyNs } = profile;
  const bytes = SERVE_HEADER_BYTES + 4 * lanes + FRAMING_BYTES;
  const ports = fewestRecirculationPorts(profile) + loopbackPorts;
  const gbps =
    rates.recirculationGbps === 0
      ? 0
      : Math.min(ports * rates.portGbps, rates.recirculationGbps + loopbackPorts * rates.portGbps);
  const byBandwidth = gbps > 0 ? (gbps * 1e9) / (8 * bytes) : Number.POSITIVE_INFINITY;
  const model = {
    profile: profile.name,
    pipes,
    lanes,
    bankedSlots: servingLookups(profile).banked,
    loopbacks: gbps > 0 ? ports : 1,
    passesPerSecond: Math.min(rates.packetsPerSecond, byBandwidth),
    limitedBy: byBandwidth < rates.packetsPerSecond ? ("recirculation" as const) : ("packet rate" as const),
  };
  const path = latencyNs.parser + latencyNs.deparser + latencyNs.trafficManager + latencyNs.recirculation;
  if (profile.pipeline === undefined)
    return {
      ...model,
      slots: servingLookups(profile).lookups,
      rows: softwareRows,
      storeBits: Number.POSITIVE_INFINITY,
      passNs: latencyNs.pass ?? path,
    };
  const { slots, addressBits, placement } = await largestTile(profile, options);
  return {
    ...model,
    slots,
    rows: 2 ** addressBits,
    storeBits: slots * storeCells * 8,
    passNs: latencyNs.pass ?? path + placement.latencyCycles.ingress / rates.clockGhz!,
    placement,
  };
}

/** The most lookups, and with them the most rows, that a placement has room for. */
async function largestTile(
  profile: HardwareProfile,
  options: PlaceOptions,
): Promise<{ slots: number; addressBits: number; placement: PipelinePlacement }> {
  let refusal: unknown;
  for (let addressBits = mostAddressBits; addressBits >= leastAddressBits; addressBits--)
    for (const slots of slotCounts.filter((n) => n < profile.pipeline!.stages))
      try {
        return {
          slots,
          addressBits,
          placement: await placePipeline(
            fabricTile(slots, addressBits, { paired: banksPaired(profile) }),
            profile,
            options,
          ),
        };
      } catch (cause) {
        if (!(cause instanceof DoesNotFit)) throw cause;
        refusal = cause;
        // Too many rows for any stage: fewer lookups do not help.
        if (cause.explanation.resource === "sram" && cause.explanation.layer === "lookups") break;
      }
  throw refusal;
}
