import { delivered, HEADER_BYTES, packetAfter, type Schedule, type SentPacket } from "@matchmul/emitter";
import { runMicrocode, type VerdictAction } from "@matchmul/planner";
import type { Difference } from "./report.js";

/** What microcode makes of a request: its result, and the packet that must leave each pass. */
export interface ExpectedRun {
  logits: Int32Array;
  class: number;
  action: VerdictAction;
  /** What goes around again after each pass, then what leaves, if anything does. */
  packets: SentPacket[];
}

/** Stands for the recirculation path among ports. */
export const RECIRCULATED = -1;

/** Runs the microcode on a request that came in on `port`. */
export function expectedRun(schedule: Schedule, request: Uint8Array, port: number): ExpectedRun {
  const packets: SentPacket[] = [];
  const { program } = schedule;
  const result = runMicrocode(program, request.subarray(HEADER_BYTES), (pass, state) => {
    packets.push({ port: RECIRCULATED, bytes: packetAfter(schedule, request, port, pass, state) });
  });
  const last = packets.pop()!;
  const sent = delivered(last.bytes, request, port, result.action);
  if (sent !== null) packets.push(sent);
  return { ...result, packets };
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");

/** Says where two packets part, in the terms of the program. */
export function describePacketDifference(
  schedule: Schedule,
  image: number,
  pc: number,
  wanted: SentPacket | undefined,
  sent: SentPacket | undefined,
): Difference {
  const pass = schedule.program.passes[pc];
  const place = pass === undefined ? `after the last pass` : `pass ${pc} (${pass.layer}: ${pass.label})`;
  const shown = (packet: SentPacket | undefined): string =>
    packet === undefined ? "no packet" : `port ${packet.port}: ${hex(packet.bytes.subarray(14))}`;
  if (wanted === undefined || sent === undefined || wanted.port !== sent.port)
    return { image, where: place, expected: shown(wanted), actual: shown(sent) };
  const [expected, actual] = [wanted.bytes, sent.bytes];
  let at = 0;
  while (at < expected.length && expected[at] === actual[at]) at++;
  const lanes = HEADER_BYTES + (schedule.program.passes[pc + 1]?.parse.parked ?? 0);
  const queue = lanes + schedule.program.lanes * 4;
  const lane = (at - lanes) >> 2;
  if (at >= lanes && at < queue && actual.length >= queue) {
    const read = (packet: Uint8Array): string =>
      `${new DataView(packet.buffer, packet.byteOffset).getInt32(lanes + lane * 4)}`;
    return { image, where: `${place}, lane ${lane}`, expected: read(expected), actual: read(actual) };
  }
  const part =
    at < HEADER_BYTES
      ? `header byte ${at}`
      : at < lanes
        ? `parked byte ${at - HEADER_BYTES}`
        : `queue byte ${at - queue}`;
  const rest = (packet: Uint8Array): string => hex(packet.subarray(at, at + 16)) || "end of packet";
  return { image, where: `${place}, ${part}`, expected: rest(expected), actual: rest(actual) };
}
