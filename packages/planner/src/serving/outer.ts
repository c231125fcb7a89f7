import { parseIp } from "@matchmul/profiles";
import type { HostAddress } from "./types.js";

/** UDP port of switches and hosts: the EtherType as a number, 34997, which no service has. */
export const SERVE_UDP_PORT = 0x88b5;

const ETHERTYPE = { serve: 0x88b5, ipv4: 0x0800, ipv6: 0x86dd };
const ADDRESSES = 12;
const TYPE = 2;
const UDP = 8;
const PROTOCOL_UDP = 17;
const HOPS = 64;
const IP = { 4: 20, 6: 40 };

const word = (bytes: Uint8Array, at: number): number => (bytes[at] << 8) | bytes[at + 1];

/** Ones' complement sum of words of 16 bits, the last of them filled up with 0. */
function onesSum(...parts: Uint8Array[]): number {
  let sum = 0;
  for (const part of parts)
    for (let at = 0; at < part.length; at += 2) {
      sum += (part[at] << 8) | (part[at + 1] ?? 0);
      sum = (sum & 0xffff) + (sum >>> 16);
    }
  return sum;
}

/**
 * A frame without the outer headers of a host that speaks UDP: what has come bare stays as it is. Checksums and lengths
 * are not looked at; what is behind is padding. Undefined: neither of both.
 */
export function withoutOuter(frame: Uint8Array): Uint8Array | undefined {
  if (frame.length < ADDRESSES + TYPE) return undefined;
  const type = word(frame, ADDRESSES);
  if (type === ETHERTYPE.serve) return frame;
  const ip = ADDRESSES + TYPE;
  let udp: number;
  if (type === ETHERTYPE.ipv4) {
    udp = ip + IP[4];
    // Not a fragment, neither the first nor a later one.
    if (frame[ip] !== 0x45 || frame[ip + 9] !== PROTOCOL_UDP || (word(frame, ip + 6) & 0x3fff) !== 0)
      return undefined;
  } else if (type === ETHERTYPE.ipv6) {
    udp = ip + IP[6];
    if (frame[ip] >> 4 !== 6 || frame[ip + 6] !== PROTOCOL_UDP) return undefined;
  } else return undefined;
  if (frame.length < udp + UDP || word(frame, udp + 2) !== SERVE_UDP_PORT) return undefined;
  const bare = new Uint8Array(frame.length - (udp - ip) - UDP);
  bare.set(frame.subarray(0, ADDRESSES));
  bare.set(frame.subarray(udp + 2, udp + 4), ADDRESSES);
  bare.set(frame.subarray(udp + UDP), ip);
  return bare;
}

interface End {
  mac: string;
  ip: string;
}

/** @param bytes of UDP's payload; those behind are padding */
function withOuter(bare: Uint8Array, from: End, to: End, bytes: number): Uint8Array {
  const [source, destination] = [parseIp(from.ip)!, parseIp(to.ip)!];
  const version = source.length === 4 ? 4 : 6;
  const size = ADDRESSES + TYPE + IP[version] + UDP;
  const frame = new Uint8Array(size + bare.length - ADDRESSES - TYPE);
  const view = new DataView(frame.buffer);
  frame.set(macBytes(to.mac));
  frame.set(macBytes(from.mac), 6);
  const ip = ADDRESSES + TYPE;
  const udp = ip + IP[version];
  const length = UDP + bytes;
  view.setUint16(udp, SERVE_UDP_PORT);
  view.setUint16(udp + 2, SERVE_UDP_PORT);
  view.setUint16(udp + 4, length);
  frame.set(bare.subarray(ip), size);
  if (version === 4) {
    view.setUint16(ADDRESSES, ETHERTYPE.ipv4);
    view.setUint16(ip, 0x4500);
    view.setUint16(ip + 2, IP[4] + length);
    view.setUint16(ip + 6, 0x4000);
    view.setUint16(ip + 8, (HOPS << 8) | PROTOCOL_UDP);
    frame.set(source, ip + 12);
    frame.set(destination, ip + 16);
    view.setUint16(ip + 10, ~onesSum(frame.subarray(ip, udp)));
  } else {
    view.setUint16(ADDRESSES, ETHERTYPE.ipv6);
    view.setUint16(ip, 0x6000);
    view.setUint16(ip + 4, length);
    view.setUint16(ip + 6, (PROTOCOL_UDP << 8) | HOPS);
    frame.set(source, ip + 8);
    frame.set(destination, ip + 24);
    const pseudo = Uint8Array.of(length >> 8, length, 0, PROTOCOL_UDP);
    const sum = ~onesSum(source, destination, pseudo, frame.subarray(udp, udp + length)) & 0xffff;
    // 0 would be none.
    view.setUint16(udp + 6, sum === 0 ? 0xffff : sum);
  }
  return frame;
}

const ends = ({ mac, ip, serverMac, serverIp }: HostAddress): { host: End; server: End } => ({
  host: { mac, ip },
  server: { mac: serverMac, ip: serverIp },
});

/** UDP's payload of an answer: header and 32 logits. */
export const ANSWER_PAYLOAD = 160;

/** An answer as it leaves by the port of a host that speaks UDP. What is behind its logits is padding then. */
export function answerToHost(bare: Uint8Array, address: HostAddress): Uint8Array {
  const { host, server } = ends(address);
  return withOuter(bare, server, host, ANSWER_PAYLOAD);
}

/** A request as such a host's socket sends it. */
export function requestFromHost(bare: Uint8Array, address: HostAddress): Uint8Array {
  const { host, server } = ends(address);
  return withOuter(bare, host, server, bare.length - ADDRESSES - TYPE);
}

/** Six bytes of `02:00:00:00:00:01`. */
export function macBytes(mac: string): Uint8Array {
  return Uint8Array.from(mac.split(":"), (byte) => Number.parseInt(byte, 16));
}
