import { describe, expect, it } from "vitest";
import type { TableDecl } from "../../src/frontend/ast.js";
import { parseProgram } from "../../src/frontend/program.js";
import { expectErrorAt } from "./errors.js";
import { ingressOf, v1model } from "./samples.js";
import { show, showKeyset, showStatement } from "./show.js";

const actions = `
  bit<8> local = 3;
  action none() { }
  action one(bit<8> v) { local = v; }
  action both(inout bit<8> x, in bit<8> y, bit<8> z) { x = y + z; }
`;
function table(text: string, locals = actions, top = ""): TableDecl {
  const tables = ingressOf(parseProgram(v1model({ top, locals: `${locals}\n  table t {${text}}` }))).tables;
  return tables[0]!;
}
const fails = (text: string, code: string) =>
  expectErrorAt(v1model({ locals: `${actions}\n  table t {${text}}`, apply: "" }), code);
const list = "actions = { none; one; both(local, 8w2); NoAction; }";

describe("keys", () => {
  it("keep their expression, match kind and control-plane name", () => {
    const t = table(`key = {
      hdr.eth.dst: exact;
      hdr.eth.dst[15:8]: ternary;
      hdr.stack[2].b: lpm;
      hdr.eth.isValid(): exact;
      meta.a & 0xf: range;
      meta.a + 1: exact @name("sum");
      local: optional;
      std.ingress_port: selector @custom(1);
    } ${list}`);
    expect(t.keys.map((k) => `${show(k.expr)} : ${k.matchKind} : ${k.name}`)).toEqual([
      "hdr.eth.dst : exact : hdr.eth.dst",
      "hdr.eth.dst[15:8] : ternary : hdr.eth.dst[15:8]",
      "hdr.stack[2].b : lpm : hdr.stack[2].b",
      "hdr.eth.isValid() : exact : hdr.eth.$valid$",
      "(meta.a & 15) : range : meta.a & 15",
      "(meta.a + 1) : exact : sum",
      "local : optional : local",
      "std.ingress_port : selector : std.ingress_port",
    ]);
    expect(t.keys[7]!.annotations[0]).toMatchObject({ name: "custom", values: [1n] });
  });
  it.each([
    ["key = { meta.a: «fuzzy; } actions = { none; }", "unknown-match-kind"],
    ["key = { «meta: exact; } actions = { none; }", "bad-key"],
    ["key = { meta.«z: exact; } actions = { none; }", "unknown-member"],
  ])("%s", (text, code) => {
    fails(text, code);
  });
});

describe("actions", () => {
  it("are bound to their directed arguments", () => {
    const t = table("actions = { none; both(local, meta.a); @tableonly one; @defaultonly NoAction; }");
    expect(t.actions.map((a) => `${a.name}(${a.args.map((x) => show(x.value!))})`)).toEqual([
      "none()",
      "both(local,meta.a)",
      "one()",
      "NoAction()",
    ]);
    expect(t.actions.map((a) => [a.tableOnly, a.defaultOnly])).toEqual([
      [false, false],
      [false, false],
      [true, false],
      [false, true],
    ]);
  });
  it("have a default with its data, constant or not", () => {
    expect(table(list).defaultAction).toBeNull();
    const plain = table(`${list} default_action = one(3);`);
    expect([plain.defaultAction!.action.name, plain.defaultActionConst]).toEqual(["one", false]);
    expect(plain.defaultAction!.args.map((a) => show(a.value!))).toEqual(["3"]);
    const repeated = table(`${list} const default_action = both(local, 2, 4);`);
    expect(repeated.defaultActionConst).toBe(true);
    expect(repeated.defaultAction!.args.map((a) => `${a.param.name}=${show(a.value!)}`)).toEqual(["z=4"]);
    expect(table(`${list} default_action = none;`).defaultAction!.action.name).toBe("none");
  });
  it.each([
    ["key = { meta.a: exact; }", "no-actions"],
    ["actions = { none; «none; }", "duplicate-name"],
    ["actions = { «nothing; }", "unknown-name"],
    ["actions = { «local; }", "not-an-action"],
    ["actions = { «both; }", "wrong-arguments"],
    ["actions = { both(«3, 2); }", "not-an-lvalue"],
    ["actions = { none; } default_action = «one(3);", "not-in-table"],
    ["actions = { one; } default_action = «one();", "wrong-arguments"],
    ["actions = { one; } default_action = one(«meta.a);", "not-compile-time"],
    ["actions = { @tableonly none; } default_action = «none;", "bad-default-action"],
    ["actions = { none; } default_action = «3;", "bad-default-action"],
    ["actions = { none; } «actions = { none; }", "duplicate-property"],
    ["actions = { none; } size = 3; «size = 3;", "duplicate-property"],
    ["actions = { none; } size = «meta.a;", "not-compile-time"],
  ])("%s", (text, code) => {
    if (code === "no-actions") {
      expectErrorAt(v1model({ locals: `${actions}\n  table «t { key = { meta.a: exact; } }` }), code);
      return;
    }
    const marked = text.replace("one(«meta.a)", "one(meta.«a)").replace("size = «meta.a", "size = meta.«a");
    fails(marked, code);
  });
});

describe("entries", () => {
  const key =
    "key = { meta.a: exact; meta.b: ternary; meta.c: lpm; hdr.eth.type: range; meta.flag: optional; }";
  it("have one keyset per key", () => {
    const t = table(`${key} ${list} const entries = {
      (1, 2 &&& 0xff, 0x0a000000 &&& 0xff000000, 5 .. 9, true): one(7);
      (8w2, _, default, 3, _): both(4);
      _: none;
    }`);
    expect(t.entriesConst).toBe(true);
    expect(t.entries.map((e) => e.keysets.map(showKeyset).join("; "))).toEqual([
      "1; 2 &&& 255; 167772160 &&& 4278190080; 5 .. 9; true",
      "2; _; _; 3; _",
      "_; _; _; _; _",
    ]);
    expect(
      t.entries.map((e) => `${e.choice.action.name}(${e.choice.args.map((a) => show(a.value!))})`),
    ).toEqual(["one(7)", "both(4)", "none()"]);
    expect(t.entries.map((e) => e.priority)).toEqual([null, null, null]);
  });
  it("take a single key without parentheses, or in braces", () => {
    const t = table(
      `key = { meta.a: ternary; } ${list} const entries = { 1: none; 2 &&& 3: none; {4}: none; (5): none; }`,
    );
    expect(t.entries.map((e) => e.keysets.map(showKeyset).join())).toEqual(["1", "2 &&& 3", "4", "5"]);
  });
  it("have priorities that follow from the ones before", () => {
    const entries =
      "entries = { const priority = 10: 1: none; 2: none; priority = (2 + 3): 3: none; 4: none; }";
    const t = table(`key = { meta.a: ternary; } ${list} ${entries}`);
    expect(t.entries.map((e) => e.priority)).toEqual([10n, 9n, 5n, 4n]);
    expect(t.entries.map((e) => e.isConst)).toEqual([true, false, false, false]);
    const other = table(
      `key = { meta.a: ternary; } ${list} largest_priority_wins = false; priority_delta = 10; entries = { 1: none; 2: none; }`,
    );
    expect([other.largestPriorityWins, ...other.entries.map((e) => e.priority)]).toEqual([false, 1n, 11n]);
  });
  it.each([
    ["key = { meta.a: exact; } ENTRIES { «(1, 2): none; }", "wrong-key-count"],
    ["key = { meta.a: exact; } ENTRIES { «1 &&& 3: none; }", "bad-entry"],
    ["key = { meta.a: exact; } ENTRIES { «1 .. 3: none; }", "bad-entry"],
    ["key = { meta.a: lpm; } ENTRIES { «1 &&& 5: none; }", "bad-entry"],
    ["key = { meta.a: exact; } ENTRIES { «true: none; }", "type-mismatch"],
    ["key = { meta.a: exact; } ENTRIES { «local: none; }", "not-compile-time"],
    ["key = { meta.a: exact; } ENTRIES { 1: «one(); }", "wrong-arguments"],
    ["key = { meta.a: exact; } ENTRIES { 1: one(«local); }", "not-compile-time"],
    ["ENTRIES_AT { 1: none; }", "bad-entry"],
  ])("%s", (text, code) => {
    fails(
      `${text.replace("ENTRIES_AT", `${list} const «entries =`).replace("ENTRIES", `${list} const entries =`)}`,
      code,
    );
  });
});

describe("properties", () => {
  it("are kept by name, with instances", () => {
    const t = table(
      `key = { meta.a: exact; } ${list} size = 2 * 512; counters = c; implementation = action_profile(32); support_timeout = true;`,
      `${actions} direct_counter(CounterType.bytes) c;`,
    );
    expect(t.size).toBe(1024);
    expect([...t.properties].map(([name, e]) => `${name} = ${show(e)}`)).toEqual([
      "counters = c",
      "implementation = action_profile(32)",
      "support_timeout = true",
    ]);
  });
});

describe("controls", () => {
  it("keep declarations in order and see what is declared before", () => {
    const program = parseProgram(
      v1model({ locals: "  bit<8> p = 1;\n  bit<8> q = p + 1;", apply: "    q = q + p;" }),
    );
    const control = ingressOf(program);
    expect(control.variables.map((v) => `${v.name} = ${show(v.init!)}`)).toEqual(["p = 1", "q = (p + 1)"]);
    expect(control.body.statements.map(showStatement)).toEqual(["q = (q + p);"]);
  });
  it.each([
    ["  bit<8> q = «p; bit<8> p = 1;", "unknown-name"],
    ["  action a() { } action «a() { }", "duplicate-name"],
    ["  action a(bit<8> x, in bit<8> «y) { }", "bad-direction"],
    ["  action a(bit<8> x, bit<8> «x) { }", "duplicate-name"],
    ["  action a(in bit<8> x) { «x = 1; }", "not-an-lvalue"],
    ["  action a() { «x = 1; }", "unknown-name"],
    ["  «packet_in p;", "bad-type"],
    ["  «int x = 3;", "bad-type"],
    ["  «MyIngress() again;", "unknown-type"],
    ["  MyVerify(3) «v;", "wrong-arguments"],
    ["  state x «{ }", "syntax-error"],
    ["  register<bit<8>>(«true) r;", "type-mismatch"],
    ["  «register<bit<8>, bit<8>>(3) r;", "type-arguments"],
  ])("%s", (locals, code) => {
    expectErrorAt(v1model({ locals }), code);
  });
});
