import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  BitBuffer,
  CRC,
  type CrcParameters,
  internetChecksum,
  makeCrc,
  Random,
  tofinoHash,
  tofinoPolynomial,
  v1modelHash,
  xorWords,
} from "../../src/externs/index.js";

const check = new TextEncoder().encode("123456789");
const hex = (text: string) => Uint8Array.from(text.match(/../g) ?? [], (b) => Number.parseInt(b, 16));

/** Division bit by bit as in a textbook, the slow definition of a CRC. */
function divide(p: CrcParameters, bytes: Uint8Array): bigint {
  const flip = (v: bigint, n: number) =>
    BigInt(`0b${[...v.toString(2).padStart(n, "0")].reverse().join("")}`);
  const top = 1n << BigInt(p.widthBits - 1);
  const mask = (top << 1n) - 1n;
  let r = p.init;
  for (const byte of bytes) {
    const b = p.reflectIn ? flip(BigInt(byte), 8) : BigInt(byte);
    for (let bit = 7n; bit >= 0n; bit--) {
      const out = ((r & top) !== 0n) !== (((b >> bit) & 1n) === 1n);
      r = (r << 1n) & mask;
      if (out) r ^= p.polynomial;
    }
  }
  return (p.reflectOut ? flip(r, p.widthBits) : r) ^ p.xorOut;
}

describe("CRC", () => {
  it("has the catalogue's check values", () => {
    // Check values of CRC-8/SMBUS, CRC-16/ARC, CRC-32/ISO-HDLC, CRC-64/ECMA-182, CRC-16/IBM-3740.
    expect(makeCrc(CRC.crc8).hash(check, 9)).toBe(0xf4);
    expect(makeCrc(CRC.crc16).hash(check, 9)).toBe(0xbb3d);
    expect(makeCrc(CRC.crc32).hash(check, 9)).toBe(0xcbf43926);
    expect(makeCrc(CRC.crc64).wide(check, 9)).toBe(0x6c40df5f0b497347n);
    expect(makeCrc(CRC.ccitt).hash(check, 9)).toBe(0x29b1);
  });

  it("equals division bit by bit for any parameters", () => {
    const parameters = fc.integer({ min: 8, max: 64 }).chain((widthBits) => {
      const word = fc.bigInt(0n, (1n << BigInt(widthBits)) - 1n);
      return fc.record<CrcParameters>({
        widthBits: fc.constant(widthBits),
        polynomial: word,
        init: word,
        xorOut: word,
        reflectIn: fc.boolean(),
        reflectOut: fc.boolean(),
      });
    });
    fc.assert(
      fc.property(parameters, fc.uint8Array({ maxLength: 12 }), (p, bytes) => {
        expect(makeCrc(p).wide(bytes, bytes.length)).toBe(divide(p, bytes));
      }),
    );
  });
});

describe("sums", () => {
  it("compute the example of RFC 1071", () => {
    const bytes = hex("0001f203f4f5f6f7");
    expect(internetChecksum(bytes, 8)).toBe(~0xddf2 & 0xffff);
  });
  it("compute a known IPv4 header checksum, and 0 over a header that has one", () => {
    const header = hex("450000730000400040110000c0a80001c0a800c7");
    expect(internetChecksum(header, 20)).toBe(0xb861);
    header.set([0xb8, 0x61], 10);
    expect(internetChecksum(header, 20)).toBe(0);
  });
  it("take an odd byte as the upper half of a word", () => {
    expect(internetChecksum(hex("ab"), 1)).toBe(~0xab00 & 0xffff);
    expect(xorWords(hex("112233"), 3, 2)).toBe(0x1122 ^ 0x3300);
    expect(xorWords(hex("8122334455"), 5, 4)).toBe((0x81223344 ^ 0x55000000) >>> 0);
  });
});

describe("BitBuffer", () => {
  it("packs any fields as one long binary number", () => {
    const field = fc
      .integer({ min: 0, max: 100 })
      .chain((width) =>
        fc.record({ width: fc.constant(width), value: fc.bigInt(0n, (1n << BigInt(width)) - 1n) }),
      );
    fc.assert(
      fc.property(fc.array(field, { maxLength: 20 }), (fields) => {
        const buffer = new BitBuffer(1);
        for (const pass of [0, 1]) {
          buffer.reset();
          let text = "";
          for (const { width, value } of fields) {
            if (width <= 32 && pass === 0) buffer.put(Number(value), width);
            else buffer.putBig(value, width);
            if (width > 0) text += value.toString(2).padStart(width, "0");
          }
          const pad = -text.length & 7;
          const bits = () =>
            [...buffer.bytes.subarray(0, buffer.byteLength)]
              .map((b) => b.toString(2).padStart(8, "0"))
              .join("");
          expect(bits()).toBe(text + "0".repeat(pad));
          buffer.alignRight();
          expect(bits()).toBe("0".repeat(pad) + text);
        }
      }),
    );
  });
});

describe("hashes by name", () => {
  const buffer = (text: string) => new BitBuffer().putBytes(hex(text));
  const random = new Random(1);

  it("of v1model", () => {
    const data = new BitBuffer().putBytes(check);
    expect(v1modelHash("crc16", random).hash(data)).toBe(0xbb3d);
    expect(v1modelHash("crc32_custom", random).hash(data)).toBe(0xcbf43926);
    expect(v1modelHash("crc16_custom", random, CRC.ccitt).hash(data)).toBe(0x29b1);
    expect(v1modelHash("identity", random).wide(data)).toBe(0x3132333435363738n);
    expect(v1modelHash("identity", random).wide(buffer("0102"))).toBe(0x0102n);
    expect(v1modelHash("csum16", random).hash(buffer("0001f203f4f5f6f7"))).toBe(0x220d);
    expect(() => v1modelHash("md5", random)).toThrow(/md5/);
  });

  it("of tna", () => {
    const odd = () => new BitBuffer().put(0b1_0110_1001, 9);
    expect(tofinoHash("IDENTITY", 8, random).hash(odd())).toBe(0b0110_1001);
    expect(tofinoHash("IDENTITY", 16, random).hash(odd())).toBe(0b1_0110_1001);
    // Padded in front, the bytes are 01 69; padded behind, b4 80.
    expect(tofinoHash("CRC16", 16, random).hash(odd())).toBe(makeCrc(CRC.crc16).hash(hex("0169"), 2));
    expect(tofinoHash("XOR8", 8, random).hash(odd())).toBe(0xb4 ^ 0x80);
    const data = () => new BitBuffer().putBytes(check);
    expect(tofinoHash("CRC32", 10, random).hash(data())).toBe(0xcbf43926 & 0x3ff);
    expect(tofinoHash("CRC64", 64, random).wide(data())).toBe(0x6c40df5f0b497347n);
    const poly = (msb: boolean, extended: boolean) =>
      tofinoPolynomial(16, 0x1021n, false, msb, extended, 0xffffn, 0n);
    expect(tofinoHash("CUSTOM", 8, random, poly(false, false)).hash(data())).toBe(0xb1);
    expect(tofinoHash("CUSTOM", 8, random, poly(true, false)).hash(data())).toBe(0x29);
    expect(tofinoHash("CUSTOM", 24, random, poly(false, true)).hash(data())).toBe(0xb129b1);
    expect(tofinoHash("CUSTOM", 24, random, poly(false, false)).hash(data())).toBe(0x29b1);
    expect(() => tofinoHash("CUSTOM", 8, random)).toThrow(/CRCPolynomial/);
  });
});
