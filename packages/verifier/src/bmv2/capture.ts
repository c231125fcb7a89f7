import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { readPcap, writePcap } from "@matchmul/p4-engine";

const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;

/** Reads a pcap file while another program writes it: each call gives the packets that are new and whole. */
export class GrowingCapture {
  #read = 0;
  #rest = Buffer.alloc(0);

  constructor(readonly path: string) {}

  packets(): Uint8Array[] {
    this.#readOn();
    if (this.#rest.length < FILE_HEADER_BYTES) return [];
    let end = FILE_HEADER_BYTES;
    while (end + RECORD_HEADER_BYTES <= this.#rest.length) {
      const next = end + RECORD_HEADER_BYTES + this.#rest.readUInt32LE(end + 8);
      if (next > this.#rest.length) break;
      end = next;
    }
    const { packets } = readPcap(this.#rest.subarray(0, end));
    // The file's header stays in front of what comes next.
    this.#rest = Buffer.concat([this.#rest.subarray(0, FILE_HEADER_BYTES), this.#rest.subarray(end)]);
    return packets.map(({ bytes }) => bytes);
  }

  #readOn(): void {
    if (!existsSync(this.path)) return;
    const file = openSync(this.path, "r");
    try {
      const chunk = Buffer.alloc(2 ** 20);
      for (;;) {
        const count = readSync(file, chunk, 0, chunk.length, this.#read);
        if (count === 0) return;
        this.#read += count;
        this.#rest = Buffer.concat([this.#rest, chunk.subarray(0, count)]);
      }
    } finally {
      closeSync(file);
    }
  }
}

/** A capture with these packets. */
export function captureOf(packets: readonly Uint8Array[]): Uint8Array {
  return writePcap(packets.map((bytes) => ({ bytes, timeNs: 0n })));
}
