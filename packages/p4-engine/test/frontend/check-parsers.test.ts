import { describe, expect, it } from "vitest";
import type { ParserDecl, StateDecl, Transition } from "../../src/frontend/ast.js";
import { parseProgram } from "../../src/frontend/program.js";
import { typeName } from "../../src/frontend/types.js";
import { expectErrorAt } from "./errors.js";
import { v1model } from "./samples.js";
import { show, showKeyset, showStatement } from "./show.js";

function parser(states: string, parserLocals = "", top = ""): ParserDecl {
  return parseProgram(v1model({ states, parserLocals, top })).parsers.find((p) => p.name === "MyParser")!;
}
const nameOf = (next: StateDecl | "accept" | "reject") => (typeof next === "string" ? next : next.name);
function showTransition(t: Transition): string {
  if (t.kind === "direct") return nameOf(t.next);
  const cases = t.cases.map((c) => `${c.keysets.map(showKeyset).join(", ")}: ${nameOf(c.next)}`);
  return `(${t.keys.map(show).join(", ")}) ${cases.join(" | ")}`;
}
const fails = (states: string, code: string, parserLocals = "", top = "") =>
  expectErrorAt(v1model({ states, parserLocals, top }), code);

describe("states", () => {
  it("may be used before they are declared; start comes first", () => {
    const p = parser("state later { transition accept; } state start { transition later; } state end { }");
    expect(p.states.map((s) => s.name)).toEqual(["start", "later", "end"]);
    expect(p.states[0]!.transition).toEqual({ kind: "direct", next: p.states[1] });
    expect(showTransition(p.states[2]!.transition)).toBe("reject");
  });
  it("hold statements", () => {
    const p = parser(
      `state start {
        bit<8> x = pkt.lookahead<bit<8>>();
        pkt.extract(hdr.stack.next);
        pkt.extract(hdr.opt, 32w8 * (bit<32>) x);
        pkt.advance((bit<32>) hdr.stack.last.b);
        verify(hdr.stack.lastIndex < 3, error.StackOutOfBounds);
        if (x == 1) { count = count + 1; }
        transition accept;
      }`,
      "bit<8> count = 0;",
    );
    expect(p.variables.map((v) => v.name)).toEqual(["count"]);
    expect(p.states[0]!.statements.map(showStatement)).toEqual([
      "bit<8> x = pkt.lookahead<bit<8>>();",
      "pkt.extract<byte_t>(hdr.stack.next);",
      "pkt.extract<opt_t>(hdr.opt, (8 * (bit<32>) x));",
      "pkt.advance((bit<32>) hdr.stack.last.b);",
      "verify((hdr.stack.lastIndex < 3), error.StackOutOfBounds);",
      "if (x == 1) { count = (count + 1); }",
    ]);
  });
});

describe("select", () => {
  it("converts keysets to the keys' types", () => {
    const p = parser(
      `state start { transition select(hdr.eth.type, meta.a[3:0], meta.flag) {
        (0x800, 1, true): accept;
        (Ether.ARP, 4w1 .. 9, _): a;
        (0x8100 &&& 0xff00, _, false): a;
        ({ 1, 2, true }): a;
        _: reject;
      } }
      state a { transition accept; }`,
      "",
      "enum bit<16> Ether { ARP = 0x806 }",
    );
    expect(showTransition(p.states[0]!.transition)).toBe(
      "(hdr.eth.type, meta.a[3:0], meta.flag) 2048, 1, true: accept | 2054, 1 .. 9, _: a | " +
        "33024 &&& 65280, _, false: a | 1, 2, true: a | _, _, _: reject",
    );
  });
  it("takes one key without parentheses", () => {
    const p = parser(
      "state start { transition select(meta.a) { 1: accept; 2 &&& 3: accept; 4 .. 5: accept; (6): accept; default: reject; } }",
    );
    expect(showTransition(p.states[0]!.transition)).toBe(
      "(meta.a) 1: accept | 2 &&& 3: accept | 4 .. 5: accept | 6: accept | _: reject",
    );
  });
  it("knows value sets, of one key or of all", () => {
    const top = "struct both_t { @match(ternary) bit<16> x; bit<8> y; }";
    const p = parser(
      `state start { transition select(hdr.eth.type, meta.a) { both: accept; (one, 3): accept; } }`,
      "value_set<bit<16>>(4) one; value_set<both_t>(8) both;",
      top,
    );
    expect(p.valueSets.map((v) => `${v.name} ${typeName(v.type)} ${v.size}`)).toEqual([
      "one bit<16> 4",
      "both both_t 8",
    ]);
    expect(showTransition(p.states[0]!.transition)).toBe(
      "(hdr.eth.type, meta.a) both (all keys): accept | one, 3: accept",
    );
  });
});

describe("sub-parsers", () => {
  const top =
    "parser Sub(packet_in p, out byte_t h)(bit<8> n) { state start { p.extract(h); transition accept; } }";
  it("are instances with constructor arguments, or applied directly", () => {
    const p = parser(
      "state start { byte_t h; sub.apply(pkt, h); Sub(2).apply(pkt, hdr.pick.byte); transition accept; }",
      "Sub(1) sub;",
      top,
    );
    expect(p.instances.map((i) => `${i.name} ${i.args.map((a) => show(a.value!))}`)).toEqual([
      "sub 1",
      "Sub 2",
    ]);
    expect(p.states[0]!.statements.map(showStatement).slice(1)).toEqual([
      "sub.apply(pkt, h);",
      "Sub.apply(pkt, hdr.pick.byte);",
    ]);
  });
});

describe("what cannot be there is refused where it stands", () => {
  it.each([
    ["state start { transition «nowhere; }", "unknown-state"],
    ["state start { transition accept; } state «start { }", "duplicate-name"],
    ["state «accept { } state start { }", "duplicate-name"],
    ["state start { transition select(meta.a) { 1: «nowhere; } }", "unknown-state"],
    ["state start { transition select(meta.a) { «(1, 2): accept; } }", "wrong-key-count"],
    ["state start { transition select(meta.a) { «true: accept; } }", "type-mismatch"],
    ["state start { transition select(meta.flag) { «true &&& true: accept; } }", "type-mismatch"],
    ["state start { transition select(meta.a, meta.«z) { _: accept; } }", "unknown-member"],
    ["state start { pkt.extract(«meta); }", "type-mismatch"],
    ["state start { pkt.extract(hdr.«eth, 32w8); }", "type-mismatch"],
    ["state start { pkt.«extracts(hdr.eth); }", "unknown-member"],
    ["state start { pkt.«lookahead(); }", "cannot-infer"],
    ["state start { «exit; }", "bad-statement"],
    ["state start { «return; }", "bad-statement"],
    ["state start { «NoAction(); }", "bad-call"],
    ["state start { «MyVerify.apply(hdr, meta); }", "unknown-name"],
    ["state start { verify(true, «3); }", "type-mismatch"],
    ["state start { transition accept; «meta.a = 1; }", "syntax-error"],
    ["state start { transition accept «}", "syntax-error"],
  ])("%s", (states, code) => {
    fails(states, code);
  });
  it("a parser without start", () => {
    const text = v1model({ states: "state begin { }" }).replace("parser MyParser", "parser «MyParser");
    expectErrorAt(text, "no-start-state");
  });
  it("a generic parser, by name", () => {
    const error = expectErrorAt("parser P<«T>(in T x) { state start { } }", "unsupported");
    expect([error.unsupported, error.message]).toEqual([
      true,
      "parser 'P' with type parameters is not supported",
    ]);
  });
});
