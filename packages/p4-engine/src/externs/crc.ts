/**
 * Cyclic redundancy checks of any width from 8 to 64, in the parameters of the usual catalogues (Williams'
 * model): polynomial without its leading term, register preset, reflection of input and output, final XOR.
 */
export interface CrcParameters {
  widthBits: number;
  polynomial: bigint;
  init: bigint;
  xorOut: bigint;
  reflectIn: boolean;
  reflectOut: boolean;
}

const crcOf = (
  widthBits: number,
  polynomial: bigint,
  reflected = false,
  init = 0n,
  xorOut = 0n,
): CrcParameters => ({ widthBits, polynomial, init, xorOut, reflectIn: reflected, reflectOut: reflected });

const ONES_32 = 0xffffffffn;

/** CRCs of the architectures. BMv2's `*_custom` start as these and are set from the control plane. */
export const CRC = {
  crc8: crcOf(8, 0x07n),
  crc16: crcOf(16, 0x8005n, true),
  crc32: crcOf(32, 0x04c11db7n, true, ONES_32, ONES_32),
  /** BMv2's initial crc64_custom. */
  crc64Iso: crcOf(64, 0x1bn, true),
  /** tna's HashAlgorithm_t.CRC64. */
  crc64: crcOf(64, 0x42f0e1eba9ea3693n),
  ccitt: crcOf(16, 0x1021n, false, 0xffffn),
} as const satisfies Record<string, CrcParameters>;

export function reflectBits(value: bigint, widthBits: number): bigint {
  let result = 0n;
  for (let i = 0; i < widthBits; i++) {
    result = (result << 1n) | (value & 1n);
    value >>= 1n;
  }
  return result;
}

export interface Crc {
  readonly widthBits: number;
  /** For widths up to 32. */
  hash(bytes: Uint8Array, length: number): number;
  wide(bytes: Uint8Array, length: number): bigint;
}

/** Computes bytewise with a table, in numbers up to 32 bits and in bigints above. */
export function makeCrc(parameters: CrcParameters): Crc {
  return parameters.widthBits <= 32 ? new NarrowCrc(parameters) : new WideCrc(parameters);
}

/** The register is reflected throughout, so it shifts right whatever the width. */
class NarrowCrc implements Crc {
  readonly widthBits: number;
  private readonly table = new Uint32Array(256);
  private readonly init: number;
  private readonly flipIn: boolean;

  constructor(private readonly p: CrcParameters) {
    this.widthBits = p.widthBits;
    const poly = Number(reflectBits(p.polynomial, p.widthBits));
    this.init = Number(reflectBits(p.init, p.widthBits));
    this.flipIn = !p.reflectIn;
    for (let byte = 0; byte < 256; byte++) {
      let r = byte;
      for (let bit = 0; bit < 8; bit++) r = r & 1 ? (r >>> 1) ^ poly : r >>> 1;
      this.table[byte] = r;
    }
  }

  hash(bytes: Uint8Array, length: number): number {
    const { table, p } = this;
    let r = this.init;
    if (this.flipIn) for (let i = 0; i < length; i++) r = (r >>> 8) ^ table[(r ^ FLIPPED[bytes[i]]) & 255];
    else for (let i = 0; i < length; i++) r = (r >>> 8) ^ table[(r ^ bytes[i]) & 255];
    const out = p.reflectOut ? r >>> 0 : flip32(r) >>> (32 - this.widthBits);
    return (out ^ Number(p.xorOut)) >>> 0;
  }

  wide(bytes: Uint8Array, length: number): bigint {
    return BigInt(this.hash(bytes, length));
  }
}

class WideCrc implements Crc {
  readonly widthBits: number;
  private readonly table: bigint[] = [];
  private readonly init: bigint;

  constructor(private readonly p: CrcParameters) {
    this.widthBits = p.widthBits;
    const poly = reflectBits(p.polynomial, p.widthBits);
    this.init = reflectBits(p.init, p.widthBits);
    for (let byte = 0n; byte < 256n; byte++) {
      let r = byte;
      for (let bit = 0; bit < 8; bit++) r = r & 1n ? (r >> 1n) ^ poly : r >> 1n;
      this.table.push(r);
    }
  }

  hash(bytes: Uint8Array, length: number): number {
    return Number(BigInt.asUintN(32, this.wide(bytes, length)));
  }

  wide(bytes: Uint8Array, length: number): bigint {
    const { table, p } = this;
    let r = this.init;
    for (let i = 0; i < length; i++) {
      const byte = p.reflectIn ? bytes[i] : FLIPPED[bytes[i]];
      r = (r >> 8n) ^ table[Number((r ^ BigInt(byte)) & 255n)];
    }
    return (p.reflectOut ? r : reflectBits(r, p.widthBits)) ^ p.xorOut;
  }
}

const flip32 = (v: number): number => {
  v = ((v >>> 1) & 0x55555555) | ((v & 0x55555555) << 1);
  v = ((v >>> 2) & 0x33333333) | ((v & 0x33333333) << 2);
  v = ((v >>> 4) & 0x0f0f0f0f) | ((v & 0x0f0f0f0f) << 4);
  v = ((v >>> 8) & 0x00ff00ff) | ((v & 0x00ff00ff) << 8);
  return (v >>> 16) | (v << 16);
};

const FLIPPED = Uint8Array.from({ length: 256 }, (_, byte) => flip32(byte) >>> 24);
