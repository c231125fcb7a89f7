import { describe, expect, it } from "vitest";
import type { FunctionDecl } from "../../src/frontend/ast.js";
import { parseProgram } from "../../src/frontend/program.js";
import { type RecordType, representation, type Type, typeName, widthBits } from "../../src/frontend/types.js";
import { errorOf, expectErrorAt } from "./errors.js";
import { v1model } from "./samples.js";

const end = "package none(); none() main;";
/** The type of the parameter of `void f(in TYPE x)` after the declarations. */
function typeOf(type: string, top = ""): Type {
  const program = parseProgram(`${top} void f(in ${type} x) { } ${end}`);
  return (program.functions.find((f) => f.name === "f") as FunctionDecl).params[0]!.type;
}

describe("types", () => {
  it.each([
    ["bit", "bit<1>"],
    ["bit<8>", "bit<8>"],
    ["bit<(4 * 2)>", "bit<8>"],
    ["bit<N + 1>", "bit<10>"],
    ["int<N>", "int<9>"],
    ["varbit<320>", "varbit<320>"],
    ["tuple<bit<8>, tuple<bool>>", "tuple<bit<8>, tuple<bool>>"],
    ["h_t[4]", "h_t[4]"],
    ["bit<8>[2][3]", "bit<8>[2][3]"],
    ["alias_t", "bit<16>"],
    ["new_t", "new_t"],
    ["g_t<bit<8>>", "g_t<bit<8>>"],
    ["g_t<g_t<bool>>", "g_t<g_t<bool>>"],
    [".h_t", "h_t"],
    ["error", "error"],
  ])("%s is %s", (text, name) => {
    const top = `const int N = 9; typedef bit<16> alias_t; type alias_t new_t; header h_t { bit<8> a; }
      struct g_t<T> { T x; h_t y; }`;
    expect(typeName(typeOf(text, top))).toBe(name);
  });

  it("are the same object when they are equal", () => {
    const text = `struct g_t<T> { T x; } header h_t { bit<8> a; } typedef g_t<bit<8>> same_t;
      void f(in g_t<bit<8>> a, in same_t b, in h_t[2] c, in h_t[2] d, in tuple<bit<8>> e, in tuple<bit<8>> g, in bit<8> i) { } ${end}`;
    const [a, b, c, d, e, g, i] = parseProgram(text).functions[0]!.params.map((p) => p.type);
    expect([a === b, c === d, e === g, (a as RecordType).fields[0]!.type === i]).toEqual([
      true,
      true,
      true,
      true,
    ]);
  });

  it("have widths and representations", () => {
    const top = `header h_t { bit<8> a; varbit<64> b; bool c; } header i_t { bit<100> x; }
      type bit<7> new_t; enum bit<3> e_t { A = 1 } header_union u_t { h_t h; i_t i; }`;
    expect([widthBits(typeOf("h_t", top)), widthBits(typeOf("h_t", top), false)]).toEqual([73, 9]);
    expect([widthBits(typeOf("u_t", top)), widthBits(typeOf("h_t[3]", top))]).toEqual([100, 219]);
    expect([representation(typeOf("new_t", top)), representation(typeOf("e_t", top))].map(typeName)).toEqual([
      "bit<7>",
      "bit<3>",
    ]);
  });

  it("keep fields, members and annotations", () => {
    const record = typeOf(
      "s_t",
      'const int K = 5; struct s_t { @field_list(1, K) @name("b.c") bit<8> a; @x[k=3, s="t"] bool b; }',
    );
    expect((record as RecordType).fields.map((f) => [f.name, f.index, typeName(f.type)])).toEqual([
      ["a", 0, "bit<8>"],
      ["b", 1, "bool"],
    ]);
    const [first, second] = (record as RecordType).fields;
    expect(first!.annotations.map((a) => [a.name, a.values])).toEqual([
      ["field_list", [1n, 5n]],
      ["name", ["b.c"]],
    ]);
    expect([...second!.annotations[0]!.pairs]).toEqual([
      ["k", 3n],
      ["s", "t"],
    ]);
    const enums = parseProgram(`enum E { A, B } enum int<8> F { C = -1, D = C + 3 } ${end}`).enums;
    expect(enums.map((e) => e.members)).toEqual([
      ["A", "B"],
      [
        { name: "C", value: -1n },
        { name: "D", value: 2n },
      ],
    ]);
  });

  it("collect errors and match kinds over all declarations", () => {
    const program = parseProgram(`error { A, B } match_kind { exact } error { C } match_kind { lpm } ${end}`);
    expect([program.errors, program.matchKinds]).toEqual([
      ["A", "B", "C"],
      ["exact", "lpm"],
    ]);
  });
});

describe("declarations that are wrong are refused where they stand", () => {
  it.each([
    ["struct s_t { bit<8> a; bit<8> «a; }", "duplicate-name"],
    ["struct s_t { «none_t a; }", "unknown-type"],
    ["struct s_t { } struct «s_t { }", "duplicate-name"],
    ["header h_t { bit<8> a; } header g_t { h_t «b; }", "bad-field"],
    ["header h_t { error «e; }", "bad-field"],
    ["header_union u_t { bit<8> «a; }", "bad-field"],
    ["struct g_t<T> { T a; } struct s_t { «g_t a; }", "type-arguments"],
    ["struct g_t<T> { T a; } struct s_t { «g_t<bit<8>, bit<8>> a; }", "type-arguments"],
    ["struct g_t<T> { «g_t<T> a; }", "unknown-type"],
    ["typedef bit<0 «- 1> t;", "bad-width"],
    ["typedef int<«0> t;", "bad-width"],
    ["header h_t { } typedef h_t[0 «- 1] t;", "bad-stack-size"],
    ["enum E { A, «A }", "duplicate-name"],
    ["enum bit<8> E { «A }", "missing-value"],
    ["enum «bool E { A = true }", "bad-type"],
    ["error { A } error { «A }", "duplicate-name"],
    ["match_kind { exact } match_kind { «exact }", "duplicate-name"],
    ["const bit<8> a = «true;", "type-mismatch"],
    ["const bit<8> a = «b;", "unknown-name"],
    ["const bit<8> a = 1; const bit<8> «a = 2;", "duplicate-name"],
    ["bit<8> «a = 2;", "syntax-error"],
    ["type «error t;", "bad-type"],
    ["extern E { E(); void f(); } E «e;", "syntax-error"],
    ["extern E { void f(); } E() «e;", "not-instantiable"],
    ["extern E { E(bit<8> x); } E(«true) e;", "type-mismatch"],
    ["extern E { E(); abstract void f(); } E() «e;", "missing-method"],
    ["extern E { E(); } E() e = { void «g() { } };", "unknown-member"],
    [
      "extern E { E(); abstract void f(in bit<8> x); } E() e = { void «f(in bit<9> x) { } };",
      "type-mismatch",
    ],
    ["control C(in bit<8> x)(in bit<8> «y) { apply { } }", "bad-direction"],
    ["control C() { apply { } «apply { } }", "syntax-error"],
    ["control «C() { }", "syntax-error"],
    ["package P(bit<8> x); P(«true) p;", "type-mismatch"],
    ["«state s { }", "syntax-error"],
    ["«table t { }", "syntax-error"],
    ["struct s_t «bit<8> a; }", "syntax-error"],
    ["struct s_t «{ bit<8> a;", "syntax-error"],
    ["«+", "syntax-error"],
    ["const bit<8> «é = 1;", "syntax-error"],
  ])("%s", (text, code) => {
    expectErrorAt(`${text} ${text.endsWith("a;") && text.includes("«{") ? "" : end}`, code);
  });

  it("a control that does not fit its type says how", () => {
    const text = (params: string) =>
      `control T(inout bit<8> a, in bool b); control C(${params}) { apply { } } package P(T t); P(«C()) main;`;
    expect(expectErrorAt(text("inout bit<8> x"), "type-mismatch").message).toContain(
      "1 parameters instead of 2",
    );
    expect(expectErrorAt(text("in bit<8> x, in bool y"), "type-mismatch").message).toContain(
      "is 'in' instead of 'inout'",
    );
    expect(expectErrorAt(text("inout bit<9> x, in bool y"), "type-mismatch").message).toContain(
      "parameter 'x' is bit<9> instead of bit<8>",
    );
  });

  it("an architecture that is not there, by name", () => {
    const error = expectErrorAt("\n«#include <psa.p4>\n", "unsupported");
    expect([error.unsupported, error.message]).toEqual([true, "the architecture PSA is not supported"]);
    expect(errorOf("#include <bmv2/psa.p4>").unsupported).toBe(true);
  });

  it("a v1model program with a part of the wrong type", () => {
    const text = v1model().replace(
      "V1Switch(MyParser(), MyVerify(), MyIngress()",
      "V1Switch(MyParser(), MyVerify(), «MyVerify()",
    );
    expectErrorAt(text, "type-mismatch");
  });
});
