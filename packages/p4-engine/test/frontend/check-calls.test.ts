import { describe, expect, it } from "vitest";
import { parseProgram } from "../../src/frontend/program.js";
import { typeName } from "../../src/frontend/types.js";
import { expectErrorAt } from "./errors.js";
import { checkApply, v1model } from "./samples.js";
import { showStatement } from "./show.js";

const top = `
extern Box<T> {
  Box(T first);
  Box(T first, bit<8> count);
  T get();
  void put(in T x);
  void mix<U>(in T x, in U y, out U z);
  void both(in T x, @optional out bit<8> y);
  void many(in bit<8> a, in bit<8> b);
  void many(in bit<8> c);
}
extern T same<T>(in T x);
extern void over(in bit<8> a);
extern void over(in bit<8> a, in bit<8> b);
extern void pairs<T>(in T a, in T b);
extern void defaults(in bit<8> a, in bit<8> b = 7, in bool c = true);
struct two_t<T> { T a; T b; }
extern void take<T>(in two_t<T> x);
bit<8> plain(in bit<8> x, out bit<8> y) { y = x; return x + 1; }
T first<T, U>(in T x, in U y) { T copy = x; return copy; }
void nothing() { return; }
`;
const locals = "  Box<bit<8>>(3) box; bit<8> x = 0; bit<16> y = 0;";
const shown = (apply: string) => checkApply(apply, { top, locals }).map(showStatement);
const fails = (apply: string, code: string) => expectErrorAt(v1model({ top, locals, apply }), code);

describe("calls", () => {
  it.each([
    ["x = box.get();", "x = box.get();"],
    ["box.put(3);", "box.put(3);"],
    ["box.mix(x, y, y);", "box.mix<bit<16>>(x, y, y);"],
    ["box.mix<bit<16>>(1, 2, _);", "box.mix<bit<16>>(1, 2, _);"],
    ["box.both(1);", "box.both(1, -);"],
    ["box.both(y = x, x = 1);", "box.both(1, x);"],
    ["box.many(1, 2);", "box.many(1, 2);"],
    ["box.many(c = 1);", "box.many(1);"],
    ["x = same(x);", "x = same<bit<8>>(x);"],
    ["x = same<bit<8>>(300);", "x = same<bit<8>>(44);"],
    ["over(1); ", "over(1);"],
    ["over(b = 1, a = 2);", "over(2, 1);"],
    ["pairs(1, x);", "pairs<bit<8>>(1, x);"],
    ["pairs(hdr.eth, { 1, 2, 3 });", "pairs<eth_t>(hdr.eth, {1, 2, 3});"],
    ["pairs({ 1, 2, 3 }, hdr.eth);", "pairs<eth_t>({1, 2, 3}, hdr.eth);"],
    [
      "pairs({ x, y }, { x, y });",
      "pairs<tuple<bit<8>, bit<16>>>(tuple<bit<8>, bit<16>>{x, y}, tuple<bit<8>, bit<16>>{x, y});",
    ],
    ["defaults(x);", "defaults(x, 7, true);"],
    ["defaults(c = false, a = 1);", "defaults(1, 7, false);"],
    ["take({ x, 3 });", "take<bit<8>>(two_t<bit<8>>{x, 3});"],
    ["take<bit<16>>({ b = 3, a = 4 });", "take<bit<16>>({4, 3});"],
    ["x = plain(3, x);", "x = plain(3, x);"],
    ["x = plain(3, _);", "x = plain(3, _);"],
    [
      "x = first(x, y) + first<bit<8>, bool>(1, true);",
      "x = (first<bit<8>, bit<16>>(x, y) + first<bit<8>, bool>(1, true));",
    ],
    ["nothing();", "nothing();"],
    ["MyVerify.apply(hdr, meta);", "MyVerify.apply(hdr, meta);"],
    ["clone(CloneType.I2E, 5);", "clone(CloneType.I2E, 5);"],
    ["digest<two_t<bit<8>>>(1, { x, x });", "digest<two_t<bit<8>>>(1, two_t<bit<8>>{x, x});"],
  ])("%s", (apply, expected) => {
    expect(shown(apply)).toEqual([expected]);
  });
  it("specialise generic functions once for each list of types", () => {
    const apply = "x = first(x, y); x = first(x, y); y = first(y, x);";
    const program = parseProgram(v1model({ top, locals, apply }));
    const made = program.functions.filter((f) => f.name === "first");
    expect(made.map((f) => f.typeArgs.map(typeName).join())).toEqual(["bit<8>,bit<16>", "bit<16>,bit<8>"]);
    expect(made.map((f) => showStatement(f.body))).toEqual([
      "{ bit<8> copy = x; return copy; }",
      "{ bit<16> copy = x; return copy; }",
    ]);
  });
});

describe("calls that do not fit are refused where they stand", () => {
  it.each([
    ["box.put(«true);", "type-mismatch"],
    ["box.«put();", "wrong-arguments"],
    ["box.«put(1, 2);", "wrong-arguments"],
    ["box.«many(1, 2, 3);", "wrong-arguments"],
    ["box.«many(d = 1);", "wrong-arguments"],
    ["box.«take(1);", "unknown-member"],
    ["x = «same();", "wrong-arguments"],
    ["x = «same(y);", "type-mismatch"],
    ["x = «first<bit<8>>(1, 2);", "type-arguments"],
    ["«over();", "wrong-arguments"],
    ["pairs(x, «y);", "type-mismatch"],
    ["«defaults(a = 1, a = 2);", "wrong-arguments"],
    ["«defaults(b = 1);", "wrong-arguments"],
    ["x = plain(«_, x);", "bad-argument"],
    ["x = plain(1, «3);", "not-an-lvalue"],
    ["x = plain(1, «y);", "type-mismatch"],
    ["x = plain(1, std.«ingress_port);", "type-mismatch"],
    ["x = «nothing();", "type-mismatch"],
    ["x = «plain;", "not-a-value"],
    ["«x();", "not-callable"],
    ["«box();", "not-callable"],
    ["«MyVerify.apply(hdr);", "wrong-arguments"],
    ["«MyParser.apply(hdr);", "bad-call"],
  ])("%s", (apply, code) => {
    const marked = apply
      .replace("«MyVerify.apply", "MyVerify.«apply")
      .replace("«MyParser.apply", "MyParser.«apply");
    fails(marked, code);
  });
  it("a function that does not always return", () => {
    const text = (body: string) => v1model({ top: `bit<8> «f(in bool b) { ${body} }` });
    expectErrorAt(text("if (b) { return 1; }"), "missing-return");
    parseProgram(text("if (b) { return 1; } else { return 2; }").replace("«", ""));
    parseProgram(text("switch (b) { true: { return 1; } default: { return 2; } }").replace("«", ""));
  });
});
