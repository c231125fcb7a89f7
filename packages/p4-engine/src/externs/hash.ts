/** Hash functions by the names the architectures give them. */
import { P4Error } from "../errors.js";
import type { BitBuffer } from "./bit-buffer.js";
import { internetChecksum, xorWords } from "./checksum.js";
import { CRC, type Crc, type CrcParameters, makeCrc } from "./crc.js";
import type { Random } from "./random.js";

export interface HashFunction {
  /** Bits of the result. Up to 32 use `hash`; `wide` always works. */
  readonly widthBits: number;
  hash(data: BitBuffer): number;
  wide(data: BitBuffer): bigint;
}

const of = (widthBits: number, hash: (data: BitBuffer) => number): HashFunction => ({
  widthBits,
  hash,
  wide: (data) => BigInt(hash(data)),
});

const ofCrc = (crc: Crc): HashFunction => ({
  widthBits: crc.widthBits,
  hash: (data) => crc.hash(data.bytes, data.byteLength),
  wide: (data) => crc.wide(data.bytes, data.byteLength),
});

/** The first eight bytes as a number, as BMv2's identity. */
const leadingBytes: HashFunction = {
  widthBits: 64,
  hash: (data) => Number(BigInt.asUintN(32, leadingBytes.wide(data))),
  wide: (data) => bigOf(data.bytes, Math.min(8, data.byteLength)),
};

/**
 * v1model's HashAlgorithm, as BMv2 computes them; data is padded behind to whole bytes.
 * @param custom parameters of the `_custom` CRCs, where the control plane has set them
 */
export function v1modelHash(algorithm: string, random: Random, custom?: CrcParameters): HashFunction {
  switch (algorithm) {
    case "crc16":
      return ofCrc(makeCrc(CRC.crc16));
    case "crc32":
      return ofCrc(makeCrc(CRC.crc32));
    case "crc16_custom":
      return ofCrc(makeCrc(custom ?? CRC.crc16));
    case "crc32_custom":
      return ofCrc(makeCrc(custom ?? CRC.crc32));
    case "csum16":
      return of(16, (d) => internetChecksum(d.bytes, d.byteLength));
    case "xor16":
      return of(16, (d) => xorWords(d.bytes, d.byteLength, 2));
    case "identity":
      return leadingBytes;
    case "random":
      return of(32, () => random.next());
    default:
      throw unsupported(algorithm);
  }
}

/**
 * tna's HashAlgorithm_t. A CRC sees data padded in front, XOR data padded behind; `get` returns the low bits,
 * or, of a CUSTOM polynomial with `msb`, the high ones, and with `extended` the result repeated upwards.
 * @param outputBits W of Hash<W>
 */
export function tofinoHash(
  algorithm: string,
  outputBits: number,
  random: Random,
  custom?: TofinoPolynomial,
): HashFunction {
  const crc = (parameters: CrcParameters, options?: TofinoPolynomial): HashFunction => {
    const f = ofCrc(makeCrc(parameters));
    return resized(
      parameters.widthBits,
      outputBits,
      options,
      (d) => f.hash(d.alignRight()),
      (d) => f.wide(d.alignRight()),
    );
  };
  const xor = (bytes: 1 | 2 | 4): HashFunction => {
    const f = (d: BitBuffer) => xorWords(d.bytes, d.byteLength, bytes);
    return resized(8 * bytes, outputBits, undefined, f, (d) => BigInt(f(d)));
  };
  switch (algorithm) {
    case "IDENTITY": {
      const wide = (d: BitBuffer) =>
        BigInt.asUintN(outputBits, bigOf(d.bytes, d.byteLength) >> BigInt(-d.bitLength & 7));
      return { widthBits: outputBits, wide, hash: (d) => Number(BigInt.asUintN(32, wide(d))) };
    }
    case "RANDOM":
      return {
        widthBits: outputBits,
        hash: () => random.bits(outputBits),
        wide: () => random.wide(outputBits),
      };
    case "XOR8":
      return xor(1);
    case "XOR16":
      return xor(2);
    case "XOR32":
      return xor(4);
    case "CRC8":
      return crc(CRC.crc8);
    case "CRC16":
      return crc(CRC.crc16);
    case "CRC32":
      return crc(CRC.crc32);
    case "CRC64":
      return crc(CRC.crc64);
    case "CUSTOM":
      if (custom) return crc(custom.crc, custom);
      throw new P4Error("missing-polynomial", "a Hash with HashAlgorithm_t.CUSTOM needs a CRCPolynomial");
    default:
      throw unsupported(algorithm);
  }
}

/** A CRCPolynomial of tna. */
export interface TofinoPolynomial {
  crc: CrcParameters;
  msb: boolean;
  extended: boolean;
}

/** Parameters from CRCPolynomial<T>(coeff, reversed, msb, extended, init, xor), T being bit<widthBits>. */
export function tofinoPolynomial(
  widthBits: number,
  coeff: bigint,
  reversed: boolean,
  msb: boolean,
  extended: boolean,
  init: bigint,
  xorOut: bigint,
): TofinoPolynomial {
  const crc = { widthBits, polynomial: coeff, init, xorOut, reflectIn: reversed, reflectOut: reversed };
  return { crc, msb, extended };
}

function resized(
  from: number,
  to: number,
  options: TofinoPolynomial | undefined,
  hash: (d: BitBuffer) => number,
  wide: (d: BitBuffer) => bigint,
): HashFunction {
  const shift = options?.msb && from > to ? from - to : 0;
  if (from <= 32 && to <= 32 && !(options?.extended && to > from)) {
    const mask = to >= 32 ? -1 : 2 ** to - 1;
    const narrow = (d: BitBuffer) => ((hash(d) >>> shift) & mask) >>> 0;
    return { widthBits: to, hash: narrow, wide: (d) => BigInt(narrow(d)) };
  }
  const full = (d: BitBuffer): bigint => {
    const once = wide(d);
    let value = once;
    if (options?.extended) for (let at = from; at < to; at += from) value |= once << BigInt(at);
    return BigInt.asUintN(to, value >> BigInt(shift));
  };
  return { widthBits: to, wide: full, hash: (d) => Number(BigInt.asUintN(32, full(d))) };
}

function bigOf(bytes: Uint8Array, length: number): bigint {
  let value = 0n;
  for (let i = 0; i < length; i++) value = (value << 8n) | BigInt(bytes[i]);
  return value;
}

const unsupported = (algorithm: string) =>
  new P4Error("unsupported-hash", `hash algorithm '${algorithm}' is not supported`, undefined, true);
