import { describe, expect, it } from "vitest";
import { typeName } from "../../src/frontend/types.js";
import { expectErrorAt } from "./errors.js";
import { checkApply, everything, v1model } from "./samples.js";
import { show, showStatement } from "./show.js";

/** The checked right side of `TYPE x = TEXT;` in the ingress. */
function init(type: string, text: string, pieces: Parameters<typeof v1model>[0] = {}): string {
  const statements = checkApply(`    ${type} probe_ = ${text};`, pieces);
  const last = statements[statements.length - 1]!;
  if (last.kind !== "variable") throw new Error("not a declaration");
  expect(typeName(last.decl.init!.type)).toBe(typeName(last.decl.type));
  return show(last.decl.init!);
}

const fails = (type: string, text: string, code: string, pieces: Parameters<typeof v1model>[0] = {}) =>
  expectErrorAt(v1model({ ...pieces, apply: `    ${type} probe_ = ${text};` }), code);

describe("constants are folded", () => {
  it.each([
    ["bit<8>", "1 + 2 * 3 - (4 << 1)", "255"],
    ["bit<8>", "8w250 + 10", "4"],
    ["bit<8>", "8w250 |+| 10", "255"],
    ["bit<8>", "3 |-| 8w10", "0"],
    ["int<8>", "8s100 |+| 100", "127"],
    ["int<8>", "-8s128", "-128"],
    ["bit<8>", "~8w0x0f", "240"],
    ["bit<8>", "-8w1", "255"],
    ["int<8>", "8s127 + 1", "-128"],
    ["bit<12>", "4w0xa ++ 8w0x5c", "2652"],
    ["int<8>", "4s0xf ++ 4w1", "-15"],
    ["bit<4>", "8w0xa5[7:4]", "10"],
    ["bit<4>", "0xa5[3:0]", "5"],
    ["bit<4>", "8w0xa5[4+:4]", "10"],
    ["int<8>", "8s0x80 >> 3", "-16"],
    ["bit<8>", "8w0x80 >> 3", "16"],
    ["bit<8>", "8w1 << 9", "0"],
    ["bit<8>", "7 / 2 + 7 % 4", "6"],
    ["bool", "3 < 4 && !(8w255 > 8s0xf[3:0] ++ 4w0) || 2 == 2", "true"],
    ["bit<8>", "true ? 1 : 2", "1"],
    ["bit<8>", "(bit<8>) 16w0x1234", "52"],
    ["int<8>", "(int<8>) 8w255", "-1"],
    ["bit<1>", "(bit<1>) true", "1"],
    ["bool", "(bool) 1w1", "true"],
    ["bit<16>", "(bit<16>) Ether.ARP", "2054"],
    ["bool", "Color.RED == Color.GREEN", "false"],
    ["bit<8>", "T4.y", "2"],
    ["bit<8>", "T4.pair[1]", "9"],
    ["bit<32>", "(bit<32>) hdr.eth.minSizeInBits()", "112"],
    ["bit<32>", "(bit<32>) (hdr.opt.maxSizeInBytes() + eth_t.minSizeInBytes())", "55"],
    ["bit<32>", "(bit<32>) hdr.stack.size", "4"],
    ["error", "error.NoMatch", "error.NoMatch"],
  ])("%s x = %s", (type, text, value) => {
    const top = `enum bit<16> Ether { ARP = 0x806 } enum Color { RED, GREEN }
      struct pt { bit<8> x; bit<8> y; tuple<bit<8>, bit<8>> pair; } const pt T4 = { x = 1, pair = { 8, 9 }, y = 2 };`;
    expect(init(type, text, { top })).toBe(value);
  });
});

describe("conversions are explicit", () => {
  it.each([
    ["bit<8>", "meta.a + 300", "(meta.a + 44)"],
    ["bit<8>", "1 + meta.a", "(1 + meta.a)"],
    ["bool", "meta.a == 3", "(meta.a == 3)"],
    ["bit<24>", "meta.a ++ meta.b", "(meta.a ++ meta.b)"],
    ["bit<16>", "meta.b << meta.a", "(meta.b << meta.a)"],
    ["bit<16>", "meta.b << 3", "(meta.b << 3)"],
    ["int<8>", "(int<8>) meta.a >> 1", "((int<8>) meta.a >> 1)"],
    ["bit<16>", "(bit<16>) (meta.a + 1)", "(bit<16>) (meta.a + 1)"],
    ["bool", "meta.flag && hdr.eth.isValid()", "(meta.flag && hdr.eth.isValid())"],
    ["bool", "true && meta.flag", "meta.flag"],
    ["bit<8>", "meta.flag ? meta.a : 5", "(meta.flag ? meta.a : 5)"],
    ["bit<16>", "e", "<bit<16>> e"],
    ["bool", "e == Ether.ARP", "(e == 2054)"],
    ["bit<16>", "e + 1", "(<bit<16>> e + 1)"],
    ["vlan_t", "(vlan_t) meta.b", "(vlan_t) meta.b"],
    ["bool", "v == 5", "(v == 5)"],
    ["bool", "{ 1, 2, meta.b } == hdr.eth", "(eth_t{1, 2, meta.b} == hdr.eth)"],
    ["tuple<bit<8>, bool>", "{ meta.a, true }", "tuple<bit<8>, bool>{meta.a, true}"],
    ["eth_t", "{ type = meta.b, dst = 1, src = 2 }", "eth_t{1, 2, meta.b}"],
    ["eth_t", "{ dst = 1, ... }", "{1, 0, 0}"],
    ["eth_t", "{#}", "{#}"],
    ["deep_t", "{ { 1, ... }, meta.a, ... }", "deep_t{{1, 0, 0}, meta.a, false}"],
    ["eth_t", "(eth_t) { 1, 2, 3 }", "{1, 2, 3}"],
    ["eth_t", "meta.flag ? (eth_t) { 1, 2, 3 } : hdr.eth", "(meta.flag ? {1, 2, 3} : hdr.eth)"],
    ["byte_t[2]", "{ { 1 }, { meta.a } }", "byte_t[2]{{1}, byte_t{meta.a}}"],
    ["bit<8>", "hdr.stack[meta.a].b", "hdr.stack[meta.a].b"],
    ["bit<8>", "hdr.stack[1].b[6:3] ++ 4w0", "(hdr.stack[1].b[6:3] ++ 0)"],
    ["bit<8>", "-(~meta.a)", "-~meta.a"],
    ["bool", "meta.a < 4 == (meta.b > 7)", "((meta.a < 4) == (meta.b > 7))"],
    ["bit<8>", "meta.a & 3 | 4 ^ meta.a", "((meta.a & 3) | (4 ^ meta.a))"],
  ])("%s x = %s", (type, text, shown) => {
    const top =
      "enum bit<16> Ether { ARP = 0x806 } type bit<16> vlan_t; struct deep_t { eth_t e; bit<8> a; bool f; }";
    const locals = "  Ether e = Ether.ARP; vlan_t v = (vlan_t) 16w1;";
    expect(init(type, text, { top, locals })).toBe(shown);
  });
});

describe("what does not fit is refused where it stands", () => {
  it.each([
    ["bit<8>", "meta.a + «nothing", "unknown-name"],
    ["bit<8>", "meta.«nothing", "unknown-member"],
    ["bit<8>", "meta.«b", "type-mismatch"],
    ["bit<8>", "meta.a «+ meta.b", "type-mismatch"],
    ["bit<8>", "meta.a «+ meta.s", "type-mismatch"],
    ["bool", "meta.flag «+ meta.flag", "type-mismatch"],
    ["bool", "meta.a «== meta.b", "type-mismatch"],
    ["bool", "«!meta.a", "type-mismatch"],
    ["bool", "«1 && true", "type-mismatch"],
    ["bit<8>", "meta.a «<< meta.s", "type-mismatch"],
    ["bit<8>", "meta.a << «-1", "bad-constant"],
    ["bit<8>", "meta.a «/ 0", "bad-constant"],
    ["bit<8>", "5 «% 0", "bad-constant"],
    ["bit<8>", "meta.a«[8:1]", "bad-slice"],
    ["bit<8>", "meta.a«[1:2]", "bad-slice"],
    ["bit<8>", "meta.a[meta.«a:0]", "not-compile-time"],
    ["bit<8>", "hdr.stack[«4].b", "index-out-of-bounds"],
    ["bit<8>", "meta.a«[0]", "not-indexable"],
    ["bit<8>", "hdr.stack[«true].b", "type-mismatch"],
    ["bit<8>", "hdr.stack.«last.b", "not-in-parser"],
    ["int<8>", "«(int<8>) meta.b", "bad-cast"],
    ["bool", "«(bool) meta.a", "bad-cast"],
    ["eth_t", "«{ 1, 2 }", "wrong-field-count"],
    ["eth_t", "«{ dst = 1, src = 2, kind = 3 }", "unknown-field"],
    ["eth_t", "{ dst = 1, src = 2, «dst = 3 }", "duplicate-name"],
    ["eth_t", "{ 1, 2, «true }", "type-mismatch"],
    ["bit<8>", "«{#}", "type-mismatch"],
    ["bit<8>", "«MyVerify", "not-a-value"],
    ["bit<8>", "«this", "bad-this"],
    ["error", "«error.Nothing", "unknown-name"],
    ["bit<8>", "meta.flag ? meta.a : meta.«b", "type-mismatch"],
    ["bit<8>", "meta.«a(3)", "unknown-member"],
    ["bit<«0w3>", "1", "bad-integer"],
    ["bit<«100000>", "1", "bad-width"],
    ["bit<«true>", "1", "type-mismatch"],
    ["«nothing_t", "1", "unknown-type"],
  ])("%s x = %s", (type, text, code) => {
    fails(type, text, code);
  });
});

describe("parsing", () => {
  it("reads the whole language", () => {
    expect(checkApply("").length).toBe(0);
    expect(everything).toContain("V1Switch");
  });
  it("tells a cast, a call with type arguments and a comparison apart", () => {
    const locals = "  bit<8> x = 1; bit<8> y = 2;";
    const text = "bool p = x < y; bool q = (x < y) == (y > x); bit<16> z = (bit<8>) -x ++ 8w0;";
    const shown = checkApply(text, { locals });
    expect(shown.map(showStatement)).toEqual([
      "bool p = (x < y);",
      "bool q = ((x < y) == (y > x));",
      "bit<16> z = (-x ++ 0);",
    ]);
  });
  it("lets a variable hide a type", () => {
    const top = "typedef bit<8> thing;";
    const shown = checkApply("bit<8> thing = 3; bit<8> y = (thing) - 1;", { top });
    expect(showStatement(shown[1]!)).toBe("bit<8> y = (thing - 1);");
    expect(showStatement(checkApply("thing y = (thing) - 1;", { top })[0]!)).toBe("bit<8> y = 255;");
  });
});
