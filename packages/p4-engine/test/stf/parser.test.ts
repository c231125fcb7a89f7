import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { P4Error } from "../../src/errors.js";
import { parseStf } from "../../src/stf/index.js";

const only = (text: string) => {
  const { statements } = parseStf(text);
  expect(statements.length).toBe(1);
  return statements[0];
};

describe("STF statements", () => {
  it("packets and what is expected", () => {
    expect(only("packet 3 00 01fF # in")).toEqual({
      kind: "packet",
      line: 1,
      port: 3,
      bytes: Uint8Array.of(0, 1, 255),
    });
    expect(only("expect 12 0* ab**$")).toMatchObject({ port: 12, pattern: "0*AB**", exactLength: true });
    expect(only("EXPECT 1 00")).toMatchObject({ pattern: "00", exactLength: false });
    expect(only("expect 1")).toMatchObject({ pattern: null });
    expect(only("expect 1 $")).toMatchObject({ pattern: "", exactLength: true });
  });
  it("entries with quoted names, priorities, stacks, escapes and names of their own", () => {
    expect(
      only('add "a.t" 10 "hdr.h[1].f":0x**01 extra$0.h:0b1* x:10/8 y:1..5 act(v:1, "w":0x2) = $A'),
    ).toEqual({
      kind: "add",
      line: 1,
      table: "a.t",
      priority: 10,
      keys: [
        { name: "hdr.h[1].f", value: "0x**01" },
        { name: "extra$0.h", value: "0b1*" },
        { name: "x", value: "10/8" },
        { name: "y", value: "1..5" },
      ],
      action: "act",
      args: [
        { name: "v", value: "1" },
        { name: "w", value: "0x2" },
      ],
      id: "$A",
    });
    expect(only("add c.t k:1\n  c.a()")).toMatchObject({
      table: "c.t",
      priority: null,
      action: "c.a",
      args: [],
    });
    expect(only("setdefault t a.b(x:3)")).toMatchObject({ table: "t", action: "a.b" });
  });
  it("counters and commands", () => {
    expect(only("check_counter c(10) bytes >= 2")).toMatchObject({
      name: "c",
      index: "10",
      unit: "bytes",
      value: 2,
    });
    expect(only("check_counter c($A)")).toMatchObject({ index: "A", comparison: "==", value: 0 });
    expect(only("mc_node_create 400 6 7")).toMatchObject({ words: ["mc_node_create", "400", "6", "7"] });
    expect(only("meter_set_rates a.m 2 0.5:10 1:20")).toMatchObject({
      words: ["meter_set_rates", "a.m", "2", "0.5:10", "1:20"],
    });
    expect(only("table_indirect_add t 1 => 0")).toMatchObject({
      words: ["table_indirect_add", "t", "1", "=>", "0"],
    });
    expect(only("remove all").kind).toBe("removeAll");
    expect(only("wait").kind).toBe("wait");
  });
  it("mistakes, with their place", () => {
    const place = (text: string) => {
      try {
        parseStf(text, "x.stf");
      } catch (e) {
        if (e instanceof P4Error) return [e.code, e.line];
        throw e;
      }
      return null;
    };
    for (const text of [
      "\npacket 1 0",
      "\npacket 1 0* ",
      "\nexpect 1 0x00",
      "\nadd t k:1",
      "\nadd t k:1 a(",
      "\nnonsense 1",
      "\npacket",
      "\n7",
      "\nremove some",
      "\nadd t k:1 a() b",
    ])
      expect(place(text)).toEqual(["stf-syntax", 2]);
  });
  it("any text is parsed or refused with a place", () => {
    const piece = fc.constantFrom(
      "add",
      "packet",
      "expect",
      " ",
      "\n",
      "1",
      "0x1*",
      ":",
      "(",
      ")",
      '"',
      ".",
      "a",
      "$",
      "[",
      "=",
      "wait",
      "#",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(piece).map((p) => p.join("")),
          fc.string(),
        ),
        (text) => {
          try {
            parseStf(text);
          } catch (e) {
            expect(e).toBeInstanceOf(P4Error);
            expect((e as P4Error).line).toBeGreaterThan(0);
          }
        },
      ),
    );
  });
});
