/** Copies of packets that wait, first in first out, and what comes out; both are bounded. */
import type { OutputPacket } from "../api.js";
import { P4Error } from "../errors.js";

export interface Waiting {
  /** Of the packet's bytes and whatever else is kept with them. */
  readonly byteLength: number;
}

/** Bytes that one packet's copies may take together, waiting or sent. */
const MOST_BYTES = 2 ** 28;

export class PacketQueue<T extends Waiting> {
  private waiting: T[] = [];
  private head = 0;
  private bytes = 0;
  private out: OutputPacket[] = [];

  constructor(
    /** Most copies that wait at a time. */
    private readonly limit: number,
  ) {}

  /** Forgets everything; the packets sent from now on are those `sent` returns. */
  begin(): void {
    if (this.waiting.length > 0) this.waiting = [];
    this.head = 0;
    this.bytes = 0;
    this.out = [];
  }

  get empty(): boolean {
    return this.head === this.waiting.length;
  }

  /** @throws P4Error queue-limit */
  push(item: T): void {
    if (this.waiting.length - this.head >= this.limit) {
      throw new P4Error("queue-limit", `more than ${this.limit} copies of one packet wait`);
    }
    this.take(item.byteLength);
    this.waiting.push(item);
  }

  shift(): T | undefined {
    const next = this.waiting[this.head];
    if (!next) return undefined;
    this.head++;
    this.bytes -= next.byteLength;
    // What has left is let go from time to time.
    if (this.head > 1024 && this.head * 2 > this.waiting.length) {
      this.waiting = this.waiting.slice(this.head);
      this.head = 0;
    }
    return next;
  }

  /** @throws P4Error queue-limit */
  send(packet: OutputPacket): void {
    this.take(packet.bytes.length);
    this.out.push(packet);
  }

  get sent(): OutputPacket[] {
    return this.out;
  }

  private take(bytes: number): void {
    this.bytes += bytes;
    if (this.bytes > MOST_BYTES) {
      throw new P4Error("queue-limit", `the copies of one packet take more than ${MOST_BYTES} bytes`);
    }
  }
}
