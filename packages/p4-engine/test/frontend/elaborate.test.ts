import { describe, expect, it } from "vitest";
import type { Instance, InstanceArg } from "../../src/frontend/ast.js";
import { controlPlaneName, evaluate } from "../../src/frontend/elaborate.js";
import { parseProgram } from "../../src/frontend/program.js";
import { typeName } from "../../src/frontend/types.js";
import { errorOf, expectErrorAt } from "./errors.js";
import { everything, v1model } from "./samples.js";
import { showValue } from "./show.js";

function showArg(a: InstanceArg): string {
  if (a === null) return "-";
  if (Array.isArray(a)) return `[${a.map(showArg).join(", ")}]`;
  return typeof a === "object" && a.kind === "instanceNode" ? `instance ${a.name}` : showValue(a);
}
function tree(i: Instance): string[] {
  const own = `${i.name}: ${typeName(i.type)}(${i.args.map(showArg).join(", ")})`;
  return [own, ...[...i.children.values()].flatMap(tree)];
}

describe("the instance tree", () => {
  it("has a v1model program's parts, named after their types", () => {
    const { main } = parseProgram(v1model());
    expect([main.name, typeName(main.type)]).toEqual(["main", "V1Switch<headers_t, meta_t>"]);
    expect(main.args.map(showArg)).toEqual(
      ["MyParser", "MyVerify", "MyIngress", "MyEgress", "MyCompute", "MyDeparser"].map(
        (n) => `instance ${n}`,
      ),
    );
  });

  it("has nested instances with their constructor arguments, each of its own", () => {
    const { main } = parseProgram(everything);
    expect(tree(main.args[2] as Instance)).toEqual([
      "MyIngress: MyIngress()",
      "MyIngress.up: Sub(4, true)",
      "MyIngress.up.cells: register<bit<8>>(16)",
      "MyIngress.down: Sub(1, false)",
      "MyIngress.down.cells: register<bit<8>>(16)",
      "MyIngress.hits: counter(32, CounterType.packets_and_bytes)",
      "MyIngress.each: direct_counter(CounterType.packets)",
      "MyIngress.Sub: Sub(2, true)",
      "MyIngress.Sub.cells: register<bit<8>>(16)",
    ]);
  });

  it("computes with constructor parameters, and hands instances on", () => {
    const text = `
      extern Cell { Cell(bit<8> x); void touch(); }
      control Inner(inout bit<8> v)(bit<8> n, Cell c) { apply { c.touch(); v = v + n; } }
      control Outer(inout bit<8> v)(bit<8> n, bool b, tuple<bit<8>, bit<8>> t) {
        const bit<8> m = n * 2 + 1;
        Cell(m) cell;
        Inner(b ? m[3:0] ++ 4w0 : t[1], cell) inner;
        apply { inner.apply(v); v = m; }
      }
      control T(inout bit<8> v);
      package P(T a, T b);
      P(Outer(5, true, { 1, 2 }), Outer(6, false, { 3, 4 })) main;`;
    const program = parseProgram(text);
    expect(program.main.args.flatMap((a) => tree(a as Instance))).toEqual([
      "Outer: Outer(5, true, {1, 2})",
      "Outer.cell: Cell(11)",
      "Outer.inner: Inner(176, instance Outer.cell)",
      "Outer: Outer(6, false, {3, 4})",
      "Outer.cell: Cell(13)",
      "Outer.inner: Inner(4, instance Outer.cell)",
    ]);
    const [first] = program.main.args as Instance[];
    const assignment = program.controls.find((c) => c.name === "Outer")!.body.statements[1]!;
    if (assignment.kind !== "assign") throw new Error("not an assignment");
    expect(evaluate(assignment.value, first!, program.instances)).toBe(11n);
    expect(evaluate(assignment.target, first!, program.instances)).toBeUndefined();
  });

  it("obeys @name, also absolute ones", () => {
    const text = v1model({
      top: '@name("global.box") register<bit<8>>(4) shared; control Sub() { @name("deep") counter(4, CounterType.bytes) c; apply { } }',
      locals: `@name("s.t") Sub() sub; @name(".abs") Sub() other;
        @name("x.act") action a() { } @name(".b") action b() { } action c() { }
        table t { actions = { a; b; c; } }`,
      apply: "t.apply(); sub.apply(); other.apply(); shared.write(0, 1);",
    });
    const program = parseProgram(text);
    const ingress = program.main.args[2] as Instance;
    expect(tree(ingress).map((line) => line.split(":")[0])).toEqual([
      "MyIngress",
      "MyIngress.s.t",
      "MyIngress.s.t.deep",
      "abs",
      "abs.deep",
    ]);
    const control = program.controls.find((c) => c.name === "MyIngress")!;
    expect(control.actions.map((a) => controlPlaneName(ingress, a))).toEqual([
      "MyIngress.x.act",
      "b",
      "MyIngress.c",
    ]);
    expect(controlPlaneName(ingress, control.tables[0]!)).toBe("MyIngress.t");
    expect([...program.instances.values()].map((i) => i.name)).toContain("global.box");
  });

  it("has instances given in table properties and to abstract methods", () => {
    const text = `
      match_kind { exact }
      extern Reg<T> { Reg(bit<32> n); }
      extern Act<T, U> { Act(Reg<T> r); U run(in bit<8> i); abstract void apply(inout T v, @optional out U rv); }
      extern Prof { Prof(bit<8> n); }
      control C(inout bit<8> x) {
        Reg<bit<16>>(100) r;
        Act<bit<16>, bit<8>>(r) a = { void apply(inout bit<16> v, out bit<8> rv) { v = v + 1; rv = x; } };
        Act<_, bit<8>>(r) b = { void apply(inout bit<16> v) { v = 0; } };
        action go() { x = a.run(3); }
        table t { key = { x: exact; } actions = { go; } prof = Prof(7); }
        apply { t.apply(); }
      }
      control T(inout bit<8> x); package P(T t); P(C()) main;`;
    const program = parseProgram(text);
    expect(tree(program.main.args[0] as Instance)).toEqual([
      "C: C()",
      "C.r: Reg<bit<16>>(100)",
      "C.a: Act<bit<16>, bit<8>>(instance C.r)",
      "C.b: Act<bit<16>, bit<8>>(instance C.r)",
      "C.Prof: Prof(7)",
    ]);
    const [, a, b] = program.controls[0]!.instances;
    expect([a!.methods[0]!.params.length, b!.methods[0]!.params.length]).toEqual([2, 1]);
  });

  it("reads nested packages and lists of instances", () => {
    const text = `control T(); control C()(bit<8> n) { apply { } } package Q(T a); package P<X>(Q q, list<bit<8>> l, X x);
      Q(C(1)) q; P(q, { 1, 2 }, true) main;`;
    expect(parseProgram(text).main.args.map(showArg)).toEqual(["instance q", "{1, 2}", "true"]);
  });
});

describe("a program that cannot be elaborated", () => {
  it("has no main", () => {
    expect(errorOf("const int x = 1;\n")).toMatchObject({ code: "no-main", line: 2, column: 1 });
    expect(errorOf("extern E { E(); } E() main;").code).toBe("no-main");
  });
  it("gives a constructor a value that is not known", () => {
    const text =
      "extern E { E(bit<8> n); } control C(in bit<8> x) { E(«x) e; apply { } } control T(in bit<8> x); package P(T t); P(C()) main;";
    expectErrorAt(text, "not-compile-time");
  });
});
