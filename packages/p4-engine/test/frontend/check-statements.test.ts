import { describe, expect, it } from "vitest";
import { expectErrorAt } from "./errors.js";
import { checkApply, v1model } from "./samples.js";
import { showStatement } from "./show.js";

const locals = `
  bit<8> x = 1;
  bit<8> y;
  action one() { x = 1; }
  action two(bit<8> v) { x = v; }
  action three(inout bit<8> v, in bit<8> w) { v = w; }
  table t { key = { meta.a: exact; } actions = { one; two; NoAction; } }
`;
const top = "bit<8> next(inout bit<8> v) { v = v + 1; return v; } enum Color { RED, GREEN, BLUE }";
const shown = (apply: string) => checkApply(apply, { locals, top }).map(showStatement);
const fails = (apply: string, code: string) => expectErrorAt(v1model({ locals, top, apply }), code);

describe("statements", () => {
  it.each<[string, string[]]>([
    ["x = 3;", ["x = 3;"]],
    ["x[3:0] = 1;", ["x[3:0] = 1;"]],
    ["meta.b[7:0] = x;", ["meta.b[7:0] = x;"]],
    ["x += 3;", ["x = (x + 3);"]],
    [
      "x <<= 1; x >>= 2; x |+|= 3; x &= y;",
      ["x = (x << 1);", "x = (x >> 2);", "x = (x |+| 3);", "x = (x & y);"],
    ],
    ["hdr.stack[x].b |= 1;", ["hdr.stack[x].b = (hdr.stack[x].b | 1);"]],
    [
      "hdr.stack[next(x)].b |= 1;",
      ["{ bit<8> index = next(x); hdr.stack[index].b = (hdr.stack[index].b | 1); }"],
    ],
    [";;{}", ["{  }"]],
    ["const bit<8> c = 7; x = c;", ["x = 7;"]],
    [
      "if (x == 1) x = 2; else if (x == 2) { x = 3; } else ;",
      ["if (x == 1) x = 2; else if (x == 2) { x = 3; } else {  }"],
    ],
    ["exit; return;", ["exit;", "return;"]],
    ["one(); three(x, 3); two(4);", ["one();", "three(x, 3);", "two(4);"]],
    ["next(x);", ["next(x);"]],
    ["t.apply();", ["t.apply();"]],
    ["if (t.apply().hit) { } if (!t.apply().miss) { }", ["if t.apply().hit {  }", "if !t.apply().miss {  }"]],
    [
      "switch (t.apply().action_run) { one: two: { x = 1; } default: { x = 2; } }",
      ["switch t [one,two] { x = 1; } [default] { x = 2; }"],
    ],
    [
      "switch (x) { 1: 2: { y = 1; } 8w7: { y = 2; } default: { } }",
      ["switch x [1,2] { y = 1; } [7] { y = 2; } [default] {  }"],
    ],
    [
      "Color c = Color.RED; switch (c) { Color.RED: { x = 1; } Color.BLUE: { x = 2; } }",
      ["Color c = Color.RED;", "switch c [Color.RED] { x = 1; } [Color.BLUE] { x = 2; }"],
    ],
    ["for (bit<8> i in 8w1 .. 3) { y = y + i; }", ["for (i in 1 .. 3) { y = (y + i); }"]],
    ["for (bit<8> i in { 5, x }) { y = i; }", ["for (i in [5, x]) { y = i; }"]],
    [
      "for (byte_t h in hdr.stack) { y = h.b; }",
      ["for (h in [hdr.stack[0], hdr.stack[1], hdr.stack[2], hdr.stack[3]]) { y = h.b; }"],
    ],
    [
      "for (bit<8> i = 0, bit<8> j = 9; i < j; i += 1, j = j - 1) { if (i == 3) break; else continue; }",
      [
        "for (bit<8> i = 0; bit<8> j = 9; (i < j); i = (i + 1); j = (j - 1);) { if (i == 3) break; else continue; }",
      ],
    ],
    ["hdr.eth.setValid(); hdr.eth.setInvalid();", ["hdr.eth.setValid();", "hdr.eth.setInvalid();"]],
    [
      "hdr.stack.push_front(2); hdr.stack.pop_front(1);",
      ["hdr.stack.push_front(2);", "hdr.stack.pop_front(1);"],
    ],
    ["static_assert(3 > 2);", []],
    ["mark_to_drop(std);", ["mark_to_drop(std);"]],
    ["random<bit<8>>(x, 0, 255);", ["random<bit<8>>(x, 0, 255);"]],
    ["random(x, 0, 255);", ["random<bit<8>>(x, 0, 255);"]],
    ["@atomic { x = 1; }", ["{ x = 1; }"]],
  ])("%s", (apply, expected) => {
    expect(shown(apply)).toEqual(expected);
  });
});

describe("what cannot be there is refused where it stands", () => {
  it.each([
    ["«3 = x;", "not-an-lvalue"],
    ["std.ingress_port.«x = x;", "unknown-member"],
    ["x «+ 1;", "syntax-error"],
    ["x«;", "syntax-error"],
    ["«one = 3;", "not-a-value"],
    ["x = «true;", "type-mismatch"],
    ["if («x) { }", "type-mismatch"],
    ["«break;", "bad-statement"],
    ["«return 3;", "type-mismatch"],
    ["t.«apply(3);", "wrong-arguments"],
    ["t.«run();", "unknown-member"],
    ["bool b = t.apply().«action_run;", "bad-action-run"],
    ["bit<8> a; bit<8> «a;", "duplicate-name"],
    ["switch (t.apply().action_run) { «three: { } }", "bad-switch"],
    ["switch (t.apply().action_run) { one: { } «one: { } }", "bad-switch"],
    ["switch (x) { 1: { } 2: { } «1: { } }", "bad-switch"],
    ["switch (x) { «default: { } 1: { } }", "bad-switch"],
    ["switch (x) { «y: { } }", "not-compile-time"],
    ["switch (x) { «true: { } }", "type-mismatch"],
    ["switch (hdr.«eth) { }", "bad-switch"],
    ["«two();", "wrong-arguments"],
    ["three(«3, 4);", "not-an-lvalue"],
    ["three(meta.«b, 4);", "type-mismatch"],
    ["«three(v = x, 4);", "wrong-arguments"],
    ["«three(v = x, z = 4);", "wrong-arguments"],
    ["hdr.eth.«setvalid();", "unknown-member"],
    ["hdr.pick.«setValid();", "unknown-member"],
    ["hdr.stack.push_front(«x);", "not-compile-time"],
    ['«static_assert(3 < 2, "no");', "static-assert"],
    ["«random(x, 0);", "wrong-arguments"],
    ["«random<bit<8>, bit<8>>(x, 0, 1);", "type-arguments"],
    ["for (bit<8> i in «x) { }", "type-mismatch"],
    ["«nothing(3);", "unknown-name"],
  ])("%s", (apply, code) => {
    fails(apply, code);
  });
  it("names the assertion that failed", () => {
    expect(fails('«static_assert(false, "too wide");', "static-assert").message).toContain("too wide");
  });
  it("draws a caret under the place", () => {
    const error = fails("\tx = meta.«none;", "unknown-member");
    expect(error.render()).toBe(
      `test.p4:${error.line}:11: error: meta_t has no member 'none' [unknown-member]\n\tx = meta.none;\n\t         ^`,
    );
  });
});
