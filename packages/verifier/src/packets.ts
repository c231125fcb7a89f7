import { HEADER_BYTES, KIND_ANSWER, KIND_PASS, type Schedule } from "@matchmul/emitter";
import { LANES, type PacketState, type Pass, runMicrocode } from "@matchmul/planner";
import type { Difference } from "./report.js";

/** What microcode makes of a request: its result, and the packet that must leave each pass. */
export interface ExpectedRun {
  logits: Int32Array;
  class: number;
  packets: Uint8Array[];
}

/** The packet after `pass`, as the MatchMul header, the lanes and the queue stand in it (docs/wire.md). */
function packetAfter(
  schedule: Schedule,
  request: Uint8Array,
  port: number,
  pass: Pass,
  state: PacketState,
): Uint8Array {
  const packet = new Uint8Array(HEADER_BYTES + LANES * 4 + state.queue.length);
  packet.set(request.subarray(0, HEADER_BYTES));
  const view = new DataView(packet.buffer);
  const next = schedule.program.passes[pass.pc + 1];
  packet[15] = next === undefined ? KIND_ANSWER : KIND_PASS;
  packet[16] = next === undefined ? 0 : schedule.modeOf(next);
  view.setUint16(18, next?.pc ?? 0);
  view.setUint16(20, port);
  if (next === undefined) {
    view.setUint16(26, state.verdict);
    // The answer goes back where the request came from.
    packet.set(request.subarray(6, 12), 0);
    packet.set(request.subarray(0, 6), 6);
  }
  for (let m = 0; m < LANES; m++) view.setInt32(HEADER_BYTES + m * 4, state.lanes[m]);
  packet.set(state.queue, HEADER_BYTES + LANES * 4);
  return packet;
}

/** Runs the microcode on a request that came in on `port`. */
export function expectedRun(schedule: Schedule, request: Uint8Array, port: number): ExpectedRun {
  const packets: Uint8Array[] = [];
  const result = runMicrocode(schedule.program, request.subarray(HEADER_BYTES), (pass, state) => {
    packets.push(packetAfter(schedule, request, port, pass, state));
  });
  return { ...result, packets };
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");

/** Says where two packets part, in the terms of the program. */
export function describePacketDifference(
  schedule: Schedule,
  image: number,
  pc: number,
  expected: Uint8Array | undefined,
  actual: Uint8Array | undefined,
): Difference {
  const pass = schedule.program.passes[pc];
  const place = pass === undefined ? `after the last pass` : `pass ${pc} (${pass.layer}: ${pass.label})`;
  if (expected === undefined)
    return { image, where: place, expected: "no packet", actual: hex(actual!.subarray(14)) };
  if (actual === undefined)
    return { image, where: place, expected: hex(expected.subarray(14)), actual: "no packet" };
  let at = 0;
  while (at < expected.length && expected[at] === actual[at]) at++;
  const lane = (at - HEADER_BYTES) >> 2;
  if (at >= HEADER_BYTES && lane < LANES && actual.length >= HEADER_BYTES + LANES * 4) {
    const read = (packet: Uint8Array): string =>
      `${new DataView(packet.buffer, packet.byteOffset).getInt32(HEADER_BYTES + lane * 4)}`;
    return { image, where: `${place}, lane ${lane}`, expected: read(expected), actual: read(actual) };
  }
  const part = at < HEADER_BYTES ? `header byte ${at}` : `queue byte ${at - HEADER_BYTES - LANES * 4}`;
  const rest = (packet: Uint8Array): string => hex(packet.subarray(at, at + 16)) || "end of packet";
  return { image, where: `${place}, ${part}`, expected: rest(expected), actual: rest(actual) };
}
