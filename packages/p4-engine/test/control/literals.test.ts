import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseInteger, parseValue } from "../../src/control/literals.js";

describe("literals", () => {
  it("of every base and length", () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 1n << 130n), (n) => {
        for (const [prefix, base] of [
          ["0x", 16],
          ["0X", 16],
          ["", 10],
          ["0b", 2],
          ["0o", 8],
        ] as const)
          expect(BigInt(parseInteger(prefix + n.toString(base))!)).toBe(n);
      }),
    );
    expect(parseInteger("-5")).toBe(-5);
    expect(parseInteger("007")).toBe(7);
    for (const text of ["", "-", "0x", "0xg", "0b2", "1.5", "a", "0o8", "1 "])
      expect(parseInteger(text)).toBe(null);
  });
  it("of addresses, by the field's width", () => {
    expect(parseValue("192.168.0.1", 32)).toBe(0xc0a80001);
    expect(parseValue("ff:0:1:02:03:04", 48)).toBe(0xff0001020304);
    expect(parseValue("2001:db8::1", 128)).toBe(0x20010db8000000000000000000000001n);
    expect(parseValue("::", 128)).toBe(0n);
    expect(parseValue("::ffff:10.0.0.1", 128)).toBe(0xffff0a000001n);
    expect(parseValue("1:2:3:4:5:6:7:8", 128)).toBe(0x00010002000300040005000600070008n);
    for (const [text, width] of [
      ["1.2.3", 32],
      ["1.2.3.256", 32],
      ["1.2.3.4", 16],
      ["1:2:3:4:5", 48],
      ["1:2:3:4:5:6:7", 128],
      ["1::2::3", 128],
      ["1:2:3:4:5:6:7:8::", 128],
      ["::12345", 128],
    ] as const)
      expect(() => parseValue(text, width)).toThrow(/no value/);
  });
});
