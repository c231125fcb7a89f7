import { HEADER_BYTES, type PacketState, type Pass, type VerdictAction } from "@matchmul/planner";
import { KIND_ANSWER, KIND_PASS } from "./entries.js";
import type { Schedule } from "./schedule.js";

/** A packet, and the port it leaves by. */
export interface SentPacket {
  port: number;
  bytes: Uint8Array;
}

/** The packet after `pass`, as header, parked bytes, lanes and queue stand in it (docs/wire.md). */
export function packetAfter(
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

/** What leaves the switch of the packet after the last pass; null where its class is dropped. */
export function delivered(
  packet: Uint8Array,
  request: Uint8Array,
  port: number,
  action: VerdictAction,
): SentPacket | null {
  if (action.kind === "drop") return null;
  if (action.kind === "forward") return { port: action.port, bytes: packet };
  // Back where the request came from: the addresses change places.
  const bytes = packet.slice();
  bytes.set(request.subarray(6, 12), 0);
  bytes.set(request.subarray(0, 6), 6);
  return { port, bytes };
}
