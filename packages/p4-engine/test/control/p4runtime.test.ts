import { describe, expect, it } from "vitest";
import { loadEntries, P4RuntimeWriter } from "../../src/control/index.js";
import { eachValue, message, parseTextProto, text } from "../../src/control/p4runtime/textproto.js";
import { P4Error } from "../../src/errors.js";
import { device, outOf, send } from "./program.js";

const preamble = (id: number, name: string) => `preamble { id: ${id} name: "${name}" alias: "x" }`;
const table = (id: number, name: string, fields: number[]) =>
  `tables { ${preamble(id, name)} ${fields.map((f) => `match_fields { id: ${f} name: "f" bitwidth: 8 match_type: EXACT }`).join(" ")} size: 8 }`;

const p4info = `
  pkg_info { arch: "v1model" }
  ${table(1, "I.exact_t", [1])} ${table(2, "I.ternary_t", [1, 2])} ${table(3, "I.range_t", [7, 9])}
  ${table(4, "I.lpm_t", [1])} ${table(5, "I.counted_t", [1])} ${table(6, "I.metered_t", [1])}
  ${table(7, "I.selected_t", [1])}
  actions { ${preamble(100, "I.set")} params { id: 1 name: "v" bitwidth: 8 } }
  actions { ${preamble(101, "I.wide")} params { id: 5 name: "mac" } params { id: 2 name: "ip" } }
  actions { ${preamble(102, "I.count_it")} params { id: 1 name: "port" } }
  actions { ${preamble(103, "I.colour")} }
  action_profiles { ${preamble(200, "I.sel")} table_ids: 7 with_selector: true size: 8 }
  registers { ${preamble(300, "I.r")} } counters { ${preamble(301, "I.c")} } meters { ${preamble(302, "I.me")} }
  direct_counters { ${preamble(303, "I.dc")} } value_sets { ${preamble(304, "P.special")} }
`;

const setup = (request = "") => {
  const d = device();
  const writer = new P4RuntimeWriter(d, p4info);
  writer.write(request);
  return { d, writer };
};

const update = (type: string, entity: string) => `updates { type: ${type} entity { ${entity} } }\n`;
const plain = (v: number) => `action { action_id: 100 params { param_id: 1 value: "\\x${v.toString(16)}" } }`;
const set = (v: number) => `action { ${plain(v)} }`;
const exactK = (k: number) => `match { field_id: 1 exact { value: "\\x${k.toString(16)}" } }`;

const code = (request: string) => {
  try {
    setup(request);
  } catch (e) {
    if (e instanceof P4Error) return e.code;
    throw e;
  }
  return null;
};

describe("P4Runtime WriteRequests", () => {
  it("insert, modify and delete entries and set defaults", () => {
    const { d, writer } = setup(
      `device_id: 1 election_id { low: 1 }
       ${update("INSERT", `table_entry { table_id: 1 ${exactK(1)} ${set(0x11)} }`)}
       ${update("INSERT", `table_entry { table_id: 1 ${exactK(2)} action { action { action_id: 101 params { param_id: 2 value: "\\x0a" } params { param_id: 5 value: "\\000\\253" } } } }`)}`,
    );
    expect(outOf(d, 1, 0, 1)).toBe(0x11);
    expect(send(d, 2, 0, 1)).toEqual([[1, 0, 0xab]]);
    expect(writer.write(update("MODIFY", `table_entry { table_id: 1 ${exactK(1)} ${set(0x12)} }`))).toBe(1);
    expect(outOf(d, 1, 0, 1)).toBe(0x12);
    writer.write(update("DELETE", `table_entry { table_id: 1 ${exactK(1)} }`));
    writer.write(update("MODIFY", `table_entry { table_id: 1 is_default_action: true ${set(0x13)} }`));
    expect(outOf(d, 1, 0, 1)).toBe(0x13);
  });

  it("match every kind, what is left out being anything", () => {
    const { d } = setup(
      update(
        "INSERT",
        `table_entry { table_id: 2 match { field_id: 1 ternary { value: "\\x10" mask: "\\xf0" } } priority: 5 ${set(0x21)} }`,
      ) +
        update(
          "INSERT",
          `table_entry { table_id: 2 match { field_id: 2 lpm { value: "\\x0a\\0\\0\\0" prefix_len: 8 } } priority: 9 ${set(0x22)} }`,
        ) +
        update(
          "INSERT",
          `table_entry { table_id: 3 match { field_id: 7 range { low: "\\x05" high: "\\x09" } } priority: 1 ${set(0x23)} }`,
        ) +
        update(
          "INSERT",
          `table_entry { table_id: 3 match { field_id: 9 optional { value: "\\x07" } } priority: 2 ${set(0x24)} }`,
        ) +
        update(
          "INSERT",
          `table_entry { table_id: 4 match { field_id: 1 lpm { value: "\\x0a\\0\\0\\0" prefix_len: 8 } } ${set(0x25)} }`,
        ),
    );
    expect([outOf(d, 0x10, 0x0a000000, 2), outOf(d, 0x10, 1, 2), outOf(d, 1, 1, 2)]).toEqual([0x22, 0x21, 1]);
    expect([outOf(d, 5, 7, 3), outOf(d, 5, 8, 3), outOf(d, 4, 8, 3)]).toEqual([0x24, 0x23, 2]);
    expect([outOf(d, 0, 0x0a000001, 4), outOf(d, 0, 0x0b000001, 4)]).toEqual([0x25, 3]);
  });

  it("fill action profiles by the client's ids", () => {
    const member = (id: number, v: number) =>
      `action_profile_member { action_profile_id: 200 member_id: ${id} ${plain(v)} }`;
    const group = (...members: number[]) =>
      `action_profile_group { action_profile_id: 200 group_id: 70 ${members.map((m) => `members { member_id: ${m} weight: 1 }`).join(" ")} }`;
    const { d, writer } = setup(
      update("INSERT", member(50, 0x31)) +
        update("INSERT", member(40, 0x32)) +
        update("INSERT", group(50, 40)) +
        update("INSERT", `table_entry { table_id: 7 ${exactK(1)} action { action_profile_group_id: 70 } }`) +
        update("INSERT", `table_entry { table_id: 7 ${exactK(2)} action { action_profile_member_id: 40 } }`) +
        update(
          "INSERT",
          `table_entry { table_id: 7 ${exactK(3)} action { action_profile_action_set { action_profile_actions { ${plain(0x35)} weight: 1 } } } }`,
        ),
    );
    expect([0, 1].map((ip) => outOf(d, 1, ip, 7))).toEqual([0x31, 0x32]);
    expect([outOf(d, 2, 0, 7), outOf(d, 3, 0, 7)]).toEqual([0x32, 0x35]);
    writer.write(update("MODIFY", member(40, 0x33)) + update("MODIFY", group(40)));
    expect([0, 1].map((ip) => outOf(d, 1, ip, 7))).toEqual([0x33, 0x33]);
    writer.write(update("DELETE", group()) + update("DELETE", member(50, 0)));
    expect(outOf(d, 1, 0, 7)).toBe(0);
  });

  it("replicate packets", () => {
    const { d } = setup(
      update(
        "INSERT",
        `packet_replication_engine_entry { multicast_group_entry { multicast_group_id: 5 replicas { egress_port: 2 instance: 1 } replicas { port: "\\x03" instance: 4 } } }`,
      ) +
        update(
          "INSERT",
          `packet_replication_engine_entry { clone_session_entry { session_id: 8 replicas { egress_port: 6 } } }`,
        ) +
        update(
          "INSERT",
          `packet_replication_engine_entry { clone_session_entry { session_id: 9 replicas { egress_port: 6 instance: 1 } replicas { egress_port: 7 instance: 2 } } }`,
        ),
    );
    expect(send(d, 5, 0, 9).map(([port, rid]) => [port, rid])).toEqual([
      [2, 1],
      [3, 4],
    ]);
    expect(
      send(d, 8, 0, 10)
        .map(([port]) => port)
        .sort(),
    ).toEqual([1, 6]);
    expect(
      send(d, 9, 0, 10)
        .map(([port, rid]) => [port, rid])
        .sort(),
    ).toEqual([
      [1, 0],
      [6, 1],
      [7, 2],
    ]);
  });

  it("write registers, counters, meters and value sets", () => {
    const { d } = setup(
      update("INSERT", `table_entry { table_id: 6 ${exactK(3)} action { action { action_id: 103 } } }`) +
        update(
          "MODIFY",
          `register_entry { register_id: 300 index { index: 1 } data { bitstring: "\\x01\\x02" } }`,
        ) +
        update(
          "MODIFY",
          `counter_entry { counter_id: 301 index { index: 2 } data { packet_count: 7 byte_count: 700 } }`,
        ) +
        update(
          "MODIFY",
          `direct_meter_entry { table_entry { table_id: 6 ${exactK(3)} } config { cir: 1 cburst: 1 pir: 2 pburst: 2 } }`,
        ) +
        update(
          "MODIFY",
          `value_set_entry { value_set_id: 304 members { match { field_id: 1 exact { value: "\\x05" } } match { field_id: 2 ternary { value: "\\x07" mask: "\\x07" } } } }`,
        ),
    );
    expect(d.engine.readRegister("I.r", 1)).toBe(0x102);
    expect(d.objects.counters.get("I.c")?.bytes[2]).toBe(700);
    expect([0, 1, 2].map(() => outOf(d, 3, 0, 6))).toEqual([0, 1, 2]);
    expect([outOf(d, 5, 0xff, 0), outOf(d, 5, 0xfe, 0)]).toEqual([0xaa, 0]);
  });

  it("say what is wrong", () => {
    expect(code(update("INSERT", "table_entry { table_id: 99 }"))).toBe("unknown-table");
    expect(code(update("INSERT", `table_entry { table_id: 1 ${exactK(1)} }`))).toBe("missing-field");
    expect(code(update("INSERT", `table_entry { table_id: 1 ${set(1)} }`))).toBe("missing-field");
    expect(code(update("INSERT", `table_entry { table_id: 4 ${exactK(1)} ${set(1)} }`))).toBe("key-kind");
    expect(
      code(
        update("INSERT", `table_entry { table_id: 1 match { field_id: 4 exact { value: "1" } } ${set(1)} }`),
      ),
    ).toBe("unknown-key");
    expect(code(update("DELETE", `table_entry { table_id: 1 ${exactK(1)} }`))).toBe("unknown-entry");
    expect(code(update("UPSERT", `table_entry { table_id: 1 }`))).toBe("bad-field");
    expect(code(update("INSERT", "extern_entry { extern_id: 3 }"))).toBe("unsupported-entity");
    expect(
      code(update("INSERT", `table_entry { table_id: 1 ${exactK(1)} action { action { action_id: 100 } } }`)),
    ).toBe("argument-count");
    expect(
      code(
        update("INSERT", `table_entry { table_id: 1 ${exactK(1)} action { action_profile_member_id: 1 } }`),
      ),
    ).toBe("no-profile");
    expect(code("updates { type: INSERT entity { table_entry { table_id: }")).toBe("textproto-syntax");
  });

  it("take no effect where the text is broken further on; else those before the first wrong one do", () => {
    const d = device();
    const entry = (k: number) =>
      `type: INSERT entity { table_entry { table_id: 1 ${exactK(k)} ${set(k + 1)} } }`;
    const load = (request: string) => loadEntries(d, request, { p4info, file: "request" });
    const entries = () => d.engine.entries("I.exact_t").length;
    const thrown = (request: string): unknown => {
      try {
        load(request);
      } catch (e) {
        return e;
      }
      return undefined;
    };
    const broken = `updates { ${entry(1)} }\nupdates { ${entry(2)} }\n  updates ! { }`;
    expect(thrown(broken)).toMatchObject({
      code: "textproto-syntax",
      location: { file: "request", line: 3, column: 11 },
    });
    expect(thrown(`updates { ${entry(1)} } updates: 3`)).toMatchObject({ code: "bad-field" });
    expect(entries()).toBe(0);
    expect(thrown(`updates { ${entry(1)} } updates { type: INSERT } updates { ${entry(2)} }`)).toMatchObject({
      code: "bad-field",
      message: expect.stringContaining("update 2 of 'request'"),
    });
    expect(entries()).toBe(1);
    // As a list, with other fields about.
    expect(load(`updates: [{ ${entry(3)} }, < ${entry(4)} >]; device_id: 1 election_id { low: 1 }`)).toBe(2);
    expect(entries()).toBe(3);
  });

  it("are told from commands by their text", () => {
    const d = device();
    expect(loadEntries(d, "# comment\n\n table_add exact_t set 1 => 2\n")).toBe(1);
    const request = `# text proto\n${update("INSERT", `table_entry { table_id: 1 ${exactK(2)} ${set(3)} }`)}`;
    expect(loadEntries(d, request, { p4info })).toBe(1);
    expect([outOf(d, 1, 0, 1), outOf(d, 2, 0, 1)]).toEqual([2, 3]);
    expect(() => loadEntries(d, request)).toThrow(/P4Info/);
    expect(loadEntries(d, "# nothing\n")).toBe(0);
  });
});

describe("text format", () => {
  it("reads strings, lists, nesting and separators", () => {
    const m = parseTextProto(
      `a: "x\\ty" 'z\\'' ; b { c: [1, -2, inf], d < e: true > } # end\n [x.y/z.t] { f: 0x1F }`,
    );
    expect(text(m, "a")).toBe("x\tyz'");
    const b = message(m, "b")!;
    expect(b.get("c")).toEqual(["1", "-2", "inf"]);
    expect(message(b, "d")?.get("e")).toEqual(["true"]);
    expect(message(m, "[x.y/z.t]")?.get("f")).toEqual(["0x1F"]);
  });
  it("hands a field's values over as they come, before it has seen what follows", () => {
    const seen: unknown[] = [];
    const read = () => eachValue('a: 1 b { a: 2 } a: [3, "x"] a { b: 4 } c: }', "a", (v) => seen.push(v));
    expect(read).toThrow(expect.objectContaining({ code: "textproto-syntax" }));
    expect(seen).toEqual(["1", "3", Uint8Array.of(120), new Map([["b", ["4"]]])]);
  });
  it("says where it is broken", () => {
    const where = (source: string): unknown => {
      try {
        parseTextProto(source);
      } catch (e) {
        return (e as P4Error).location;
      }
      return undefined;
    };
    expect(where("!")).toMatchObject({ line: 1, column: 1, text: "!" });
    expect(where("\n\na: 1\n  b: }\nc: 1\n")).toMatchObject({ line: 4, column: 6, text: "  b: }" });
    expect(where("a {\n")).toMatchObject({ line: 2, column: 1, text: "" });
  });
  it("refuses what is broken, however deep", () => {
    for (const bad of [
      "a {",
      "a: }",
      "a b",
      ": 1",
      'a: "x',
      "}",
      "a: [1",
      `${"a {".repeat(10000)}`,
      "\u0000",
    ])
      expect(() => parseTextProto(bad)).toThrow(P4Error);
  });
});
