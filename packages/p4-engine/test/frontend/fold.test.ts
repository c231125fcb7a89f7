import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BinaryOp } from "../../src/frontend/ast.js";
import { FoldError, foldBinary, foldCast, foldUnary } from "../../src/frontend/fold.js";
import { BOOL, bitType, INTEGER, intType } from "../../src/frontend/types.js";

/** A width, a signedness and two values of that type. */
const operands = fc
  .record({ width: fc.integer({ min: 1, max: 128 }), signed: fc.boolean(), x: fc.bigInt(), y: fc.bigInt() })
  .map(({ width, signed, x, y }) => {
    const size = 1n << BigInt(width);
    const into = (v: bigint) => {
      const low = ((v % size) + size) % size;
      return signed && low >= size / 2n ? low - size : low;
    };
    return {
      width,
      signed,
      into,
      size,
      x: into(x),
      y: into(y),
      type: signed ? intType(width) : bitType(width),
    };
  });

describe("folding agrees with arithmetic modulo the width", () => {
  it("for every binary operator", () => {
    fc.assert(
      fc.property(operands, ({ x, y, type, into, signed, size }) => {
        const fold = (op: BinaryOp) => foldBinary(op, x, y, type, type);
        const low = signed ? -size / 2n : 0n;
        const high = low + size - 1n;
        const clamp = (v: bigint) => (v < low ? low : v > high ? high : v);
        expect(fold("+")).toBe(into(x + y));
        expect(fold("-")).toBe(into(x - y));
        expect(fold("*")).toBe(into(x * y));
        expect(fold("|+|")).toBe(clamp(x + y));
        expect(fold("|-|")).toBe(clamp(x - y));
        expect(fold("&")).toBe(into(x & y));
        expect(fold("|")).toBe(into(x | y));
        expect(fold("^")).toBe(into(x ^ y));
        expect([fold("<"), fold("<="), fold(">"), fold(">=")]).toEqual([x < y, x <= y, x > y, x >= y]);
        expect([fold("=="), fold("!=")]).toEqual([x === y, x !== y]);
        if (y !== 0n) {
          expect(fold("/")).toBe(into(x / y));
          expect(fold("%")).toBe(into(x % y));
        }
        expect(foldUnary("-", x, type)).toBe(into(-x));
        expect(foldUnary("~", x, type)).toBe(into(-x - 1n));
      }),
    );
  });
  it("for shifts, however far", () => {
    fc.assert(
      fc.property(operands, fc.bigInt(0n, 1n << 40n), ({ x, type, into, width }, far) => {
        const near = far % BigInt(width + 3);
        expect(foldBinary("<<", x, near, type, bitType(8))).toBe(into(x * 2n ** near));
        expect(foldBinary(">>", x, near, type, bitType(8))).toBe(x >> near);
        const distant = far + BigInt(width);
        expect(foldBinary("<<", x, distant, type, bitType(64))).toBe(0n);
        expect(foldBinary(">>", x, distant, type, bitType(64))).toBe(x < 0n ? -1n : 0n);
      }),
    );
  });
  it("for concatenation and casts", () => {
    fc.assert(
      fc.property(operands, operands, (a, b) => {
        const joined = foldBinary("++", a.x, b.x, a.type, b.type) as bigint;
        expect(BigInt.asUintN(b.width, joined)).toBe(BigInt.asUintN(b.width, b.x));
        expect(joined >> BigInt(b.width)).toBe(a.x);
        expect(foldCast(a.x, b.type)).toBe(b.into(a.x));
        expect(foldCast(a.x, INTEGER)).toBe(a.x);
      }),
    );
    expect([foldCast(true, bitType(1)), foldCast(0n, BOOL)]).toEqual([1n, false]);
  });
});

describe("what has no value", () => {
  it.each<[BinaryOp, bigint, bigint]>([
    ["/", 1n, 0n],
    ["%", 1n, 0n],
    ["/", -1n, 2n],
    ["<<", 1n, -1n],
    ["<<", 1n, 1n << 40n],
  ])("%s of %s and %s", (op, x, y) => {
    expect(() => foldBinary(op, x, y, INTEGER, INTEGER)).toThrow(FoldError);
  });
});
