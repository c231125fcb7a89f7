import { withoutOuter } from "./outer.js";
import { serveFields } from "./types.js";

export type ServeField = (typeof serveFields)[number][0];
/** The header's fields, all as unsigned numbers. */
export type ServeHeader = Record<ServeField, number>;

/** A packet between passes. */
export interface ServePacket {
  /** Addresses and EtherType. */
  ethernet: Uint8Array;
  header: ServeHeader;
  /** What follows the header. */
  payload: Uint8Array;
}

export const SERVE_ETHERTYPE = 0x88b5;
export const SERVE_VERSION = 2;
const ETHERNET_BYTES = 14;
/** Ethernet and header: where the payload begins. */
export const SERVE_HEADER_BYTES = ETHERNET_BYTES + serveFields.reduce((sum, [, bits]) => sum + bits / 8, 0);

/** All fields 0 but the version. */
export function emptyHeader(): ServeHeader {
  const header = Object.fromEntries(serveFields.map(([name]) => [name, 0])) as ServeHeader;
  header.version = SERVE_VERSION;
  return header;
}

/** Ethernet without addresses: links and loopbacks look at none. */
export function emptyEthernet(): Uint8Array {
  const ethernet = new Uint8Array(ETHERNET_BYTES);
  ethernet[12] = SERVE_ETHERTYPE >> 8;
  ethernet[13] = SERVE_ETHERTYPE & 0xff;
  return ethernet;
}

export function encodeServePacket({ ethernet, header, payload }: ServePacket): Uint8Array {
  const bytes = new Uint8Array(SERVE_HEADER_BYTES + payload.length);
  bytes.set(ethernet);
  let at = ETHERNET_BYTES;
  for (const [name, bits] of serveFields) {
    const value = header[name];
    for (let shift = bits - 8; shift >= 0; shift -= 8) bytes[at++] = value >>> shift;
  }
  bytes.set(payload, at);
  return bytes;
}

/** A packet, bare or over UDP. Undefined: not one of this protocol and version. */
export function decodeServePacket(frame: Uint8Array): ServePacket | undefined {
  const bytes = withoutOuter(frame);
  if (bytes === undefined || bytes.length < SERVE_HEADER_BYTES || bytes[14] !== SERVE_VERSION)
    return undefined;
  const header = {} as ServeHeader;
  let at = ETHERNET_BYTES;
  for (const [name, bits] of serveFields) {
    let value = 0;
    for (let left = bits; left > 0; left -= 8) value = value * 256 + bytes[at++];
    header[name] = value;
  }
  return { ethernet: bytes.slice(0, ETHERNET_BYTES), header, payload: bytes.slice(at) };
}

/** 32-bit words in network byte order from the front of some bytes. */
export function readLanes(bytes: Uint8Array, lanes: Int32Array): void {
  for (let m = 0, at = 0; m < lanes.length; m++, at += 4)
    lanes[m] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
}

/** Lanes, then what stays behind them. */
export function withLanes(lanes: Int32Array, ...behind: Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(4 * lanes.length + behind.reduce((sum, b) => sum + b.length, 0));
  let at = 0;
  for (const word of lanes) {
    bytes[at++] = word >>> 24;
    bytes[at++] = word >>> 16;
    bytes[at++] = word >>> 8;
    bytes[at++] = word;
  }
  for (const part of behind) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
