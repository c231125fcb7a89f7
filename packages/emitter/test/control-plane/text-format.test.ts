import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quoted, quotedNumber, quotedPadded } from "../../src/control-plane/text-format.js";

/** The bytes between quotes, by the rules of the text format. */
function bytesOf(text: string): number[] {
  expect(text).toMatch(/^"(?:[^"\\]|\\[0-3][0-7]{2}|\\["\\])*"$/);
  const parts = text.slice(1, -1).match(/\\[0-7]{3}|\\.|./g) ?? [];
  return parts.map((part) =>
    /^\\\d/.test(part) ? Number.parseInt(part.slice(1), 8) : part.charCodeAt(part.length - 1),
  );
}

const number = (bytes: number[]): number => bytes.reduce((sum, byte) => sum * 256 + byte, 0);

describe("quotedNumber", () => {
  it("is the shortest big-endian byte string, and one byte for 0", () => {
    expect(quotedNumber(0)).toBe('"\\000"');
    expect(quotedNumber(0x22)).toBe('"\\""');
    expect(quotedNumber(0x5c41)).toBe('"\\\\A"');
    fc.assert(
      fc.property(
        fc.oneof(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 600 })),
        (n) => {
          const bytes = bytesOf(quotedNumber(n));
          expect(number(bytes)).toBe(n);
          expect(bytes.length === 1 || bytes[0] !== 0).toBe(true);
        },
      ),
    );
  });
});

describe("quotedPadded", () => {
  it("has the bytes of the full width", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 48 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (width, x) => {
          const n = Math.floor(x * 2 ** width);
          const bytes = bytesOf(quotedPadded(n, width));
          expect(bytes.length).toBe(Math.ceil(width / 8));
          expect(number(bytes)).toBe(n);
        },
      ),
    );
  });
});

describe("quoted", () => {
  it("escapes quotes, backslashes and what is not printable", () => {
    expect(quoted('@noWarn("unused")')).toBe('"@noWarn(\\"unused\\")"');
    expect(String.fromCharCode(...bytesOf(quoted('a\\"\n\x7f')))).toBe('a\\"\n\x7f');
  });
});
