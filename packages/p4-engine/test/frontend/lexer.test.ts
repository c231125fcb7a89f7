import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { integerLiteral, saturate, wrap } from "../../src/frontend/integers.js";
import { Lexer } from "../../src/frontend/lexer.js";
import { Sources } from "../../src/frontend/sources.js";
import { errorOf } from "./errors.js";

function lex(text: string): string[] {
  const sources = new Sources();
  const lexer = new Lexer(text, sources, sources.add("x", text));
  const out: string[] = [];
  while (lexer.next()) out.push(`${lexer.kind}:${lexer.text}`);
  return out;
}

describe("tokens", () => {
  it("cuts the longest operator", () => {
    expect(lex("a|+|=b&&&c...d..e++<<=>=|-|").filter((t) => !t.startsWith("id"))).toEqual([
      "|+|=:|+|=",
      "&&&:&&&",
      "...:...",
      "..:..",
      "++:++",
      "<<=:<<=",
      ">=:>=",
      "|-|:|-|",
    ]);
  });
  it("marks the first of two closing brackets, which the parser may read as a shift", () => {
    expect(lex("a >> b > c")).toEqual(["id:a", ">:>>", ">:>", "id:b", ">:>", "id:c"]);
  });
  it("separates keywords from names that begin with one", () => {
    expect(lex("bit bits key _ _a")).toEqual(["bit:bit", "id:bits", "key:key", "_:_", "id:_a"]);
  });
  it("skips comments", () => {
    expect(lex("a // x\n/* y\n * z */ b")).toEqual(["id:a", "id:b"]);
  });
  it("reads strings with their escapes", () => {
    expect(lex('"a\\"b\\\\c\\n" ""')).toEqual(['string:a"b\\c\n', "string:"]);
  });
  it("reports what is not closed", () => {
    expect(errorOf('\n  "abc')).toMatchObject({ code: "unterminated-string", line: 2, column: 3 });
    expect(errorOf("a /* b")).toMatchObject({ code: "unterminated-comment", line: 1, column: 3 });
  });
});

describe("integer literals", () => {
  it.each([
    ["0", 0n, null, false],
    ["1_000", 1000n, null, false],
    ["0xFf_0", 0xff0n, null, false],
    ["0b1010", 10n, null, false],
    ["0o17", 15n, null, false],
    ["0d19", 19n, null, false],
    ["8w255", 255n, 8, false],
    ["8w256", 0n, 8, false],
    ["4s7", 7n, 4, true],
    ["4s0b1111", -1n, 4, true],
    ["128w0xffff_ffff_ffff_ffff_ffff_ffff_ffff_ffff", (1n << 128n) - 1n, 128, false],
  ])("%s", (text, value, width, signed) => {
    expect(integerLiteral(text)).toEqual({ value, width, signed });
  });
  it.each(["0x", "8w", "12ab", "0b12", "0o8", "1s1", "0w1", "99999w1", "8q1", "0xg"])(
    "refuses %s",
    (text) => {
      expect(typeof integerLiteral(text)).toBe("string");
      expect(errorOf(`const int x =\n ${text};`)).toMatchObject({ code: "bad-integer", line: 2, column: 2 });
    },
  );
  it("reads back any value it prints", () => {
    fc.assert(
      fc.property(fc.bigInt(0n, (1n << 200n) - 1n), fc.constantFrom(2, 8, 10, 16), (value, base) => {
        const prefix = { 2: "0b", 8: "0o", 10: "", 16: "0x" }[base]!;
        expect(integerLiteral(prefix + value.toString(base))).toMatchObject({ value });
        expect(integerLiteral(`200w${prefix}${value.toString(base)}`)).toMatchObject({ value, width: 200 });
      }),
    );
  });
});

describe("widths", () => {
  it("wrap stays in range and is congruent; saturate is the nearest", () => {
    fc.assert(
      fc.property(
        fc.bigInt(-(1n << 70n), 1n << 70n),
        fc.integer({ min: 1, max: 64 }),
        fc.boolean(),
        (v, w, signed) => {
          const size = 1n << BigInt(w);
          const low = signed ? -size / 2n : 0n;
          const high = low + size - 1n;
          const wrapped = wrap(v, w, signed);
          expect(wrapped >= low && wrapped <= high).toBe(true);
          expect((v - wrapped) % size).toBe(0n);
          const near = saturate(v, w, signed);
          expect(near).toBe(v < low ? low : v > high ? high : v);
        },
      ),
    );
  });
});
