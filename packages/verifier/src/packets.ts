import { HEADER_BYTES, KIND_ANSWER, KIND_PASS, type Schedule } from "@matchmul/emitter";
import { type PacketState, type Pass, runMicrocode, type VerdictAction } from "@matchmul/planner";
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

/** A packet, and the port it leaves by. */
export interface SentPacket {
  port: number;
  bytes: Uint8Array;
}

/** The packet after `pass`, as header, parked bytes, lanes and queue stand in it (docs/wire.md). */
function packetAfter(
  schedule: Schedule,
  request: Uint8Array,
  port: number,
  pass: Pass,
  state: PacketState,
): Uint8Array {
  const count = schedule.program.lanes;
  const lanes = HEADER_BYTES + state.parked.length;
  const packet = new Uint8Array(lanes + count * 4 + state.queue.length);
  packet.set(request.subarray(0, HEADER_BYTES));
  const view = new DataView(packet.buffer);
  const next = schedule.program.passes[pass.pc + 1];
  packet[15] = next === undefined ? KIND_ANSWER : KIND_PASS;
  packet[16] = next === undefined ? 0 : schedule.modeOf(next);
  view.setUint16(18, next?.pc ?? 0);
  view.setUint16(20, port);
  if (next === undefined) view.setUint16(26, state.verdict);
  packet.set(state.parked, HEADER_BYTES);
  for (let m = 0; m < count; m++) view.setInt32(lanes + m * 4, state.lanes[m]);
  packet.set(state.queue, lanes + count * 4);
  return packet;
}

/** Runs the microcode on a request that came in on `port`. */
export function expectedRun(schedule: Schedule, request: Uint8Array, port: number): ExpectedRun {
  const packets: SentPacket[] = [];
  const { program } = schedule;
  const result = runMicrocode(program, request.subarray(HEADER_BYTES), (pass, state) => {
    packets.push({ port: RECIRCULATED, bytes: packetAfter(schedule, request, port, pass, state) });
  });
  const last = packets.pop()!;
  const { action } = result;
  if (action.kind === "forward") packets.push({ port: action.port, bytes: last.bytes });
  if (action.kind === "answer") {
    // Back where the request came from: the addresses change places.
    last.bytes.set(request.subarray(6, 12), 0);
    last.bytes.set(request.subarray(0, 6), 6);
    packets.push({ port, bytes: last.bytes });
  }
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
