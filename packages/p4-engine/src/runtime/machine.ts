/** The memory that generated code works on: one packet's state and its bytes. */

/** Room before a packet for the headers it gains, and after it for reads of a whole word at its end. */
export const HEADROOM = 16 * 1024;
const TAILROOM = 64;
/** Longest packet taken in. */
export const MAX_PACKET = 64 * 1024;

/** Indices into `R`, the registers that generated code, externs and drivers share. */
export const Reg = {
  /** First byte of the packet not yet parsed, and first byte after it; both in `U8`. */
  pos: 0,
  end: 1,
  /** 0, or 1 + the error that extract, verify and so on have found. */
  error: 2,
  /** End of what the deparser has written into the emit area. */
  emitted: 3,
  /** First byte of the packet as it came to the parser. */
  start: 4,
  /** Registers from here on belong to the architecture. */
  arch: 8,
} as const;

/** Bytes that a deparser may emit in one go. */
export const EMIT_AREA = 16 * 1024;

export class Machine {
  /** Headers, metadata and locals: see compile/layout.ts. */
  readonly S: Uint32Array;
  /** The same words in pairs. */
  readonly Q: BigUint64Array;
  readonly QI: BigInt64Array;
  /** The packet area, then the emit area, which begins at `E`. */
  readonly U8: Uint8Array;
  readonly D: DataView;
  readonly E: number;
  readonly R = new Int32Array(32);

  constructor(slots: number) {
    const words = new ArrayBuffer(((slots + 1) & ~1) * 4);
    this.S = new Uint32Array(words);
    this.Q = new BigUint64Array(words);
    this.QI = new BigInt64Array(words);
    this.E = HEADROOM + MAX_PACKET + TAILROOM;
    const bytes = new ArrayBuffer(this.E + EMIT_AREA + TAILROOM);
    this.U8 = new Uint8Array(bytes);
    this.D = new DataView(bytes);
  }

  /** Makes `packet` the packet to parse. */
  load(packet: Uint8Array): void {
    this.U8.set(packet, HEADROOM);
    this.R[Reg.start] = HEADROOM;
    this.R[Reg.pos] = HEADROOM;
    this.R[Reg.end] = HEADROOM + packet.length;
  }

  /** A copy of the packet from `pos` to the end. */
  take(): Uint8Array {
    return this.U8.slice(this.R[Reg.pos], this.R[Reg.end]);
  }
}
