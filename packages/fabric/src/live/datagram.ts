import { withoutOuter } from "@matchmul/planner";

/** Bytes of Ethernet, which is not on the way between hosts and the edge: UDP takes its place. */
const ethernetBytes = 14;

/** What a host sends, as a frame of the fabric. */
export function fromDatagram(datagram: Uint8Array): Uint8Array {
  const frame = new Uint8Array(ethernetBytes + datagram.length);
  frame[12] = 0x88;
  frame[13] = 0xb5;
  frame.set(datagram, ethernetBytes);
  return frame;
}

/** What a host gets of a frame: UDP is the socket's own. */
export function toDatagram(frame: Uint8Array): Uint8Array {
  return (withoutOuter(frame) ?? frame).subarray(ethernetBytes);
}
