import { encodeInput, HEADER_BYTES, LANES, type MicroProgram } from "@matchmul/planner";

export { HEADER_BYTES };

import { KIND_ANSWER, KIND_REQUEST } from "./entries.js";

const ETHERTYPE = 0x88b5;
const VERSION = 1;

/** Addresses a request carries; an answer has them swapped. Locally administered. */
const CLIENT = [0x02, 0, 0, 0, 0, 1];
const SWITCH = [0x02, 0, 0, 0, 0, 2];

/** The packet that asks for one inference. `request` is any 32-bit number; the answer repeats it. */
export function requestPacket(
  program: Pick<MicroProgram, "input">,
  values: ArrayLike<number>,
  request: number,
): Uint8Array {
  const payload = encodeInput(program, values);
  const packet = new Uint8Array(HEADER_BYTES + payload.length);
  packet.set(SWITCH, 0);
  packet.set(CLIENT, 6);
  const view = new DataView(packet.buffer);
  view.setUint16(12, ETHERTYPE);
  packet[14] = VERSION;
  packet[15] = KIND_REQUEST;
  view.setUint32(22, request);
  packet.set(payload, HEADER_BYTES);
  return packet;
}

export interface Answer {
  request: number;
  class: number;
  logits: Int32Array;
}

/** Reads an answer; null for a packet that is none. `lanes`: how many the program's packets carry. */
export function readAnswer(packet: Uint8Array, classes: number, lanes = LANES): Answer | null {
  if (packet.length < HEADER_BYTES + lanes * 4) return null;
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  if (view.getUint16(12) !== ETHERTYPE || packet[14] !== VERSION || packet[15] !== KIND_ANSWER) return null;
  return {
    request: view.getUint32(22),
    class: view.getUint16(26),
    logits: Int32Array.from({ length: classes }, (_, m) => view.getInt32(HEADER_BYTES + m * 4)),
  };
}
