import { type ByteSamples, readByteArchive } from "./samples.js";

/** Bytes of a packet that NetNN reads: shorter ones are padded with zeros, longer ones cut off. */
export const PACKET_BYTES = 810;

/** What a packet's label means. */
export const packetClasses: readonly string[] = ["benign", "attack"];

/**
 * Reads packets for intrusion detection: a .npz with `packets`, uint8 (N, 810), and where known `labels` (N), 1 for an
 * attack.
 * @returns samples of shape 1 x 810
 * @throws MatchMulError what readByteArchive throws
 */
export function readPackets(path: string): ByteSamples {
  const samples = readByteArchive(path, ["packets"], [PACKET_BYTES], packetClasses.length);
  return { ...samples, shape: [1, PACKET_BYTES] };
}
