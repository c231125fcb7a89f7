import { type RequestLayout, ServeKind, serveFields } from "@matchmul/planner";

type Field = (typeof serveFields)[number][0];

const ethernetBytes = 14;
const etherType = 0x88b5;
const version = 2;

/** Where each field of the header is, in bytes from the packet's beginning, and how many it has. */
export const fieldPlaces = (() => {
  const places = {} as Record<Field, { at: number; bytes: number }>;
  let at = ethernetBytes;
  for (const [name, bits] of serveFields) {
    places[name] = { at, bytes: bits / 8 };
    at += bits / 8;
  }
  return places;
})();

/** Ethernet and header. */
export const headerBytes = ethernetBytes + serveFields.reduce((sum, [, bits]) => sum + bits / 8, 0);

export function readField(packet: Uint8Array, field: Field): number {
  const { at, bytes } = fieldPlaces[field];
  let value = 0;
  for (let i = at; i < at + bytes; i++) value = value * 256 + packet[i];
  return value;
}

export function writeField(packet: Uint8Array, field: Field, value: number): void {
  const { at, bytes } = fieldPlaces[field];
  for (let i = 0; i < bytes; i++) packet[at + i] = value >>> (8 * (bytes - 1 - i));
}

/** Is it a whole header of this protocol? */
export function isServePacket(packet: Uint8Array): boolean {
  return (
    packet.length >= headerBytes &&
    ((packet[12] << 8) | packet[13]) === etherType &&
    packet[fieldPlaces.version.at] === version
  );
}

/** The packets of one request, with attempt 0; only `attempt` differs when it is sent again. */
export function requestPackets(
  layout: RequestLayout,
  input: ArrayLike<number>,
  slot: number,
  epoch: number,
): Uint8Array[] {
  return layout.packets.map(({ index, address, pc, parse, bits }) => {
    const packet = new Uint8Array(headerBytes + Math.ceil(bits.length / 8));
    packet[12] = etherType >> 8;
    packet[13] = etherType & 0xff;
    const fields = { version, kind: ServeKind.request, parse, slot, epoch, pc, index, address };
    for (const [field, value] of Object.entries(fields)) writeField(packet, field as Field, value);
    for (let i = 0; i < bits.length; i++) {
      const bit = bits[i] < 0 ? 0 : (input[bits[i] >> 3] >> (bits[i] & 7)) & 1;
      packet[headerBytes + (i >> 3)] |= bit << (7 - (i & 7));
    }
    return packet;
  });
}

/** Logits of an answer. */
export const logitsOfAnswer = 32;

/** Reads the logits of an answer packet into their place. @returns false: it has too few */
export function readLogits(packet: Uint8Array, index: number, logits: Int32Array): boolean {
  const first = index * logitsOfAnswer;
  const count = Math.min(logitsOfAnswer, logits.length - first);
  if (count <= 0 || packet.length < headerBytes + 4 * count) return false;
  const view = new DataView(packet.buffer, packet.byteOffset + headerBytes);
  for (let i = 0; i < count; i++) logits[first + i] = view.getInt32(4 * i);
  return true;
}
