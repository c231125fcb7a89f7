/**
 * Capture files in the classic pcap format (draft-ietf-opsawg-pcap): a 24-byte header, then 16 bytes and the
 * packet's bytes a record. Either byte order and both time resolutions are read.
 */
import { P4Error } from "../errors.js";

export interface CapturedPacket {
  bytes: Uint8Array;
  /** Nanoseconds since 1970. */
  timeNs: bigint;
  /** Length on the wire, more than `bytes` where the capture was cut. */
  originalLength: number;
}

export const LINKTYPE_ETHERNET = 1;
const MAGIC_MICRO = 0xa1b2c3d4;
const MAGIC_NANO = 0xa1b23c4d;
const FILE_HEADER = 24;
const RECORD_HEADER = 16;
/** Longer records are taken as damage. */
const MAX_RECORD = 1 << 18;

/** Reads a whole file. @throws P4Error bad-pcap */
export function readPcap(
  file: Uint8Array,
  name = "capture",
): { linkType: number; packets: CapturedPacket[] } {
  const bad = (message: string) => new P4Error("bad-pcap", `'${name}' ${message}`);
  if (file.length < FILE_HEADER) throw bad("is no pcap file: it has no whole header");
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const magics = [MAGIC_MICRO, MAGIC_NANO];
  const littleEndian = magics.includes(view.getUint32(0, true));
  const magic = view.getUint32(0, littleEndian);
  if (magic === 0x0a0d0d0a) throw bad("is a pcapng file; convert it to pcap, as with 'editcap -F pcap'");
  if (!magics.includes(magic)) throw bad("is no pcap file: its first bytes are not a pcap magic number");
  const fractionNs = magic === MAGIC_NANO ? 1n : 1000n;
  const packets: CapturedPacket[] = [];
  for (let at = FILE_HEADER; at < file.length; ) {
    if (at + RECORD_HEADER > file.length) throw bad(`ends inside a record header at byte ${at}`);
    const word = (i: number) => view.getUint32(at + 4 * i, littleEndian);
    const length = word(2);
    if (length > MAX_RECORD) throw bad(`has a record of ${length} bytes at byte ${at}`);
    const start = at + RECORD_HEADER;
    if (start + length > file.length) throw bad(`ends inside a packet at byte ${at}`);
    packets.push({
      bytes: file.subarray(start, start + length),
      timeNs: BigInt(word(0)) * 1_000_000_000n + BigInt(word(1)) * fractionNs,
      originalLength: word(3),
    });
    at = start + length;
  }
  return { linkType: view.getUint32(20, littleEndian) & 0x0fffffff, packets };
}

/** The bytes of a pcap file, little endian with microseconds. */
export function writePcap(
  packets: readonly Pick<CapturedPacket, "bytes" | "timeNs">[],
  linkType = LINKTYPE_ETHERNET,
): Uint8Array {
  const size = packets.reduce((sum, p) => sum + RECORD_HEADER + p.bytes.length, FILE_HEADER);
  const file = new Uint8Array(size);
  const view = new DataView(file.buffer);
  view.setUint32(0, MAGIC_MICRO, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, MAX_RECORD, true);
  view.setUint32(20, linkType, true);
  let at = FILE_HEADER;
  for (const { bytes, timeNs } of packets) {
    const micros = timeNs / 1000n;
    view.setUint32(at, Number(micros / 1_000_000n), true);
    view.setUint32(at + 4, Number(micros % 1_000_000n), true);
    view.setUint32(at + 8, bytes.length, true);
    view.setUint32(at + 12, bytes.length, true);
    file.set(bytes, at + RECORD_HEADER);
    at += RECORD_HEADER + bytes.length;
  }
  return file;
}
