import { describe, expect, test } from "vitest";
import { bytes, engineOf, send } from "../compile/programs.js";

const top = `
header h_t { bit<8> op; bit<8> a; bit<32> v; }
struct headers_t { h_t h; }`;
const states = "state start { pkt.extract(hdr.h); transition accept; }";

describe("registers", () => {
  const engine = engineOf({
    top,
    states,
    locals: `
      register<bit<32>, bit<8>>(4) narrow;
      register<bit<72>, bit<8>>(4) wide;
      register<int<16>, bit<8>>(4) negative;
    `,
    ingress: `
      bit<72> w; int<16> n;
      if (hdr.h.op == 0) { narrow.write(hdr.h.a, hdr.h.v); wide.write(hdr.h.a, 8w0xab ++ hdr.h.v ++ hdr.h.v); negative.write(hdr.h.a, -(int<16>)hdr.h.v[15:0]); }
      if (hdr.h.op == 1) { hdr.h.v = 7; narrow.read(hdr.h.v, hdr.h.a); }
      if (hdr.h.op == 2) { w = 5; wide.read(w, hdr.h.a); hdr.h.v = w[71:40]; }
      if (hdr.h.op == 3) { n = 9; negative.read(n, hdr.h.a); hdr.h.v = (bit<32>)(int<32>)n; }`,
  });

  test("hold what is written, signed and wide", () => {
    send(engine, 0, "0002 00000102");
    expect(send(engine, 0, "0102 00000000")).toEqual(["0:010200000102"]);
    expect(send(engine, 0, "0202 00000000")).toEqual(["0:0202ab000001"]);
    expect(send(engine, 0, "0302 00000000")).toEqual(["0:0302fffffefe"]);
    expect(engine.readRegister("narrow", 2)).toBe(0x102);
    expect(engine.readRegister("I.wide", 2)).toBe(0xab0000010200000102n);
    expect(engine.readRegister("negative", 2)).toBe(0xfefe);
  });

  test("an index outside changes nothing and reads nothing", () => {
    send(engine, 0, "0009 00000102");
    expect(send(engine, 0, "0109 00000000")).toEqual(["0:010900000007"]);
    expect(send(engine, 0, "0309 00000000")).toEqual(["0:030900000009"]);
  });

  test("the control plane writes them", () => {
    engine.writeRegister("narrow", 0, 0xdeadbeef);
    expect(send(engine, 0, "0100 00000000")).toEqual(["0:0100deadbeef"]);
    expect(() => engine.readRegister("narrow", 4)).toThrow(
      expect.objectContaining({ code: "unknown-index" }),
    );
    expect(() => engine.readRegister("nothing", 0)).toThrow(
      expect.objectContaining({ code: "unknown-register" }),
    );
  });
});

test("registers of structs", () => {
  const engine = engineOf({
    top: `${top} struct pair_t { bit<8> a; bit<48> b; }`,
    states,
    locals: "register<pair_t, bit<8>>(2) pairs;",
    ingress: `
      pair_t p;
      if (hdr.h.op == 0) { pairs.write(hdr.h.a, { hdr.h.a, 16w0x1234 ++ hdr.h.v }); }
      else { pairs.read(p, hdr.h.a); hdr.h.op = p.a; hdr.h.v = p.b[47:16]; }`,
  });
  send(engine, 0, "0001 aabbccdd");
  expect(send(engine, 0, "0501 00000000")).toEqual(["0:01011234aabb"]);
  const pairs = engine.objects.records.get("I.pairs");
  // a, a slot of padding, and b in two, the lower first.
  pairs?.fill([7, 0, 0x55660000, 0x1122]);
  expect(send(engine, 0, "0500 00000000")).toEqual(["0:070011225566"]);
  pairs?.clear();
  expect(send(engine, 0, "0501 00000000")).toEqual(["0:000100000000"]);
});

test("counters count packets and bytes, by index and by entry", () => {
  const engine = engineOf({
    top,
    states,
    locals: `
      counter<bit<8>>(3, CounterType.packets_and_bytes) c;
      direct_counter(CounterType.packets_and_bytes) d;
      table t { key = { hdr.h.a: exact; } actions = { NoAction; } counters = d; }`,
    ingress: "c.count(hdr.h.op); t.apply();",
  });
  const handle = engine.insert("t", { key: [{ kind: "exact", value: 5 }], action: "NoAction", args: [] });
  for (const packet of ["0105 00000000", "0105 00000000 ff", "0900 00000000"]) send(engine, 0, packet);
  const c = engine.objects.counters.get("I.c");
  expect([...(c?.packets ?? [])]).toEqual([0, 2, 0]);
  expect([...(c?.bytes ?? [])]).toEqual([0, 13, 0]);
  const d = engine.objects.directCounters.get("I.d");
  expect([d?.packets[handle + 1], d?.bytes[handle + 1]]).toEqual([2, 13]);
});

test("meters colour packets by their rate", () => {
  let now = 0;
  const engine = engineOf(
    {
      top,
      states,
      locals: `
        meter<bit<8>>(2, MeterType.packets) m;
        direct_meter<bit<8>>(MeterType.packets) d;
        action go() { d.read(hdr.h.op); }
        table t { key = { hdr.h.a: exact; } actions = { go; NoAction; } meters = d; default_action = NoAction(); }`,
      ingress: "bit<8> colour = 9; m.execute_meter(hdr.h.a, colour); hdr.h.v = 24w0 ++ colour; t.apply();",
    },
    { clock: () => now },
  );
  const rate = (perMicrosecond: number, burst: number) => ({ perMicrosecond, burst });
  engine.objects.meters.get("I.m")?.setRates(1, rate(0.001, 1), rate(0.001, 2));
  const handle = engine.insert("t", { key: [{ kind: "exact", value: 1 }], action: "go", args: [] });
  engine.objects.directMeters.get("I.d")?.meters.setRates(handle + 1, rate(0, 0), rate(0, 1));
  const colours = () => send(engine, 0, "ff01 00000000").map((out) => [out.slice(2, 4), out.slice(-2)]);
  expect([colours(), colours(), colours()]).toEqual([[["01", "00"]], [["02", "01"]], [["02", "02"]]]);
  now = 1000;
  expect(colours()).toEqual([["02", "00"]]);
  expect(send(engine, 0, "ff00 00000000")).toEqual(["0:ff0000000000"]);
  expect(send(engine, 0, "ff07 00000000")).toEqual(["0:ff0700000009"]);
});

describe("hash", () => {
  const engineFor = (algorithm: string, base: string, max: string) =>
    engineOf({
      top: "header h_t { bit<72> data; bit<32> v; } struct headers_t { h_t h; }",
      states: "state start { pkt.extract(hdr.h); transition accept; }",
      ingress: `hash(hdr.h.v, HashAlgorithm.${algorithm}, ${base}, { hdr.h.data }, ${max});`,
    });
  // The check values of the catalogue of CRCs: of the text "123456789".
  test.each([
    ["crc32", 0xcbf43926],
    ["crc16", 0xbb3d],
    // 0x3132 + 0x3334 + 0x3536 + 0x3738 + 0x3900, complemented.
    ["csum16", ~(0x109d4 - 0xffff) & 0xffff],
  ])("%s", (algorithm, check) => {
    const out = send(engineFor(algorithm, "32w0", "33w0x100000000"), 0, "313233343536373839 00000000");
    const value = Number.parseInt(out[0].slice(-8), 16);
    expect(value).toBe(check);
  });
  test("base + hash mod max; a max of 0 is 1", () => {
    const expected = (0xcbf43926 % 1000) + 5;
    const value = (out: string[]) => Number.parseInt(out[0].slice(-8), 16);
    expect(value(send(engineFor("crc32", "32w5", "32w1000"), 0, "31323334353637383900000000"))).toBe(
      expected,
    );
    expect(value(send(engineFor("crc32", "32w5", "32w0"), 0, "31323334353637383900000000"))).toBe(5);
  });
});

describe("checksums", () => {
  const checksums = {
    top: `
      header h_t { bit<8> op; bit<4> x; bit<4> y; bit<16> sum; }
      struct headers_t { h_t h; }`,
    states,
    ingress: "hdr.h.op[7:7] = sm.checksum_error;",
  };
  const sum = (...words: number[]) => {
    const s = words.reduce((a, b) => a + b, 0);
    return (~((s & 0xffff) + (s >>> 16)) & 0xffff).toString(16).padStart(4, "0");
  };

  test("update, and update with payload, whose odd byte is an upper half", () => {
    const plain = engineOf({
      ...checksums,
      update:
        "update_checksum(hdr.h.isValid(), { hdr.h.op, hdr.h.x, hdr.h.y }, hdr.h.sum, HashAlgorithm.csum16);",
    });
    expect(send(plain, 0, "1234 0000 9999")).toEqual([`0:1234${sum(0x1234)}9999`]);
    const payload = engineOf({
      ...checksums,
      update:
        "update_checksum_with_payload(true, { hdr.h.op, hdr.h.x, hdr.h.y }, hdr.h.sum, HashAlgorithm.csum16);",
    });
    expect(send(payload, 0, "1234 0000 9999 77")).toEqual([`0:1234${sum(0x1234, 0x9999, 0x7700)}999977`]);
  });

  test("verify sets checksum_error", () => {
    const engine = engineOf({
      ...checksums,
      verify:
        "verify_checksum(hdr.h.op != 1, { hdr.h.op, hdr.h.x, hdr.h.y }, hdr.h.sum, HashAlgorithm.csum16);",
    });
    expect(send(engine, 0, `0234 ${sum(0x234)}`)).toEqual([`0:0234${sum(0x234)}`]);
    expect(send(engine, 0, "0234 1111")).toEqual(["0:82341111"]);
    expect(send(engine, 0, "0134 1111")).toEqual(["0:01341111"]);
  });

  test("a header that is not there has no checksum, neither to verify nor to update", () => {
    const parts = {
      ...checksums,
      top: `
        header h_t { bit<8> op; bit<4> x; bit<4> y; bit<16> sum; }
        struct headers_t { h_t h; h_t other; }`,
      states: `state start {
        pkt.extract(hdr.h);
        transition select(hdr.h.x) { 2: two; default: accept; }
      }
      state two { pkt.extract(hdr.other); transition accept; }`,
      verify: `verify_checksum(true, { hdr.h.op, hdr.h.x, hdr.h.y }, hdr.other.sum, HashAlgorithm.csum16);`,
    };
    const verifying = engineOf(parts);
    expect(send(verifying, 0, "0034 1111")).toEqual(["0:00341111"]);
    expect(send(verifying, 0, `0024 1111 0000 ${sum(0x24)}`)).toEqual([`0:002411110000${sum(0x24)}`]);
    expect(send(verifying, 0, "0024 1111 0000 2222")).toEqual(["0:8024111100002222"]);
    // What an update would have left behind shows when egress has made the header valid; before, it does nothing.
    const updating = engineOf({
      ...parts,
      verify: "",
      update: `update_checksum(true, { hdr.h.op, hdr.h.x, hdr.h.y }, hdr.other.sum, HashAlgorithm.csum16);
        hdr.h.sum = hdr.other.sum;`,
    });
    expect(send(updating, 0, "0034 1111")).toEqual(["0:00340000"]);
    expect(send(updating, 0, "0024 1111 0000 2222")).toEqual([`0:0024${sum(0x24)}0000${sum(0x24)}`]);
  });
});

test("random stays in its range, and repeats with its seed", () => {
  const parts = { top, states, ingress: "random<bit<32>>(hdr.h.v, 5, 9);" };
  const draw = (seed: number) => {
    const engine = engineOf(parts, { seed });
    return Array.from({ length: 60 }, () =>
      Number.parseInt(send(engine, 0, "000000000000")[0].slice(-8), 16),
    );
  };
  const first = draw(1);
  expect(new Set(first)).toEqual(new Set([5, 6, 7, 8, 9]));
  expect(draw(1)).toEqual(first);
  expect(draw(2)).not.toEqual(first);
});

describe("parser", () => {
  test("errors reach ingress, and what was extracted stays", () => {
    const engine = engineOf({
      top: `error { Mine }
        header one_t { bit<8> v; } header res_t { bit<8> e; }
        struct headers_t { res_t res; one_t[2] s; }`,
      states: `
        state start {
          pkt.extract(hdr.s.next);
          verify(hdr.s.last.v != 0xaa, error.Mine);
          transition select(hdr.s.last.v) { 0: accept; 0xbb: again; 1..3: start; 0x80 &&& 0xf0: reject; }
        }
        state again { pkt.advance((bit<32>)hdr.s.last.v - 0xb8); transition start; }`,
      ingress: `
        hdr.res.setValid();
        if (sm.parser_error == error.NoError) { hdr.res.e = 0; }
        else if (sm.parser_error == error.PacketTooShort) { hdr.res.e = 1; }
        else if (sm.parser_error == error.NoMatch) { hdr.res.e = 2; }
        else if (sm.parser_error == error.StackOutOfBounds) { hdr.res.e = 3; }
        else if (sm.parser_error == error.ParserInvalidArgument) { hdr.res.e = 4; }
        else if (sm.parser_error == error.Mine) { hdr.res.e = 5; }`,
    });
    expect(send(engine, 0, "00ff")).toEqual(["0:0000ff"]);
    expect(send(engine, 0, "01")).toEqual(["0:0101"]);
    expect(send(engine, 0, "77ff")).toEqual(["0:0277ff"]);
    expect(send(engine, 0, "010203")).toEqual(["0:03010203"]);
    expect(send(engine, 0, "bb00")).toEqual(["0:04bb00"]);
    expect(send(engine, 0, "aa00")).toEqual(["0:05aa00"]);
    expect(send(engine, 0, "85")).toEqual(["0:0085"]);
  });

  test("value sets match what the control plane puts there", () => {
    const engine = engineOf({
      top: "header h_t { bit<8> k; bit<8> r; } struct headers_t { h_t h; }",
      parserTop: "value_set<bit<8>>(4) vs;",
      states: `
        state start { pkt.extract(hdr.h); transition select(hdr.h.k) { vs: yes; default: accept; } }
        state yes { hdr.h.r = 1; transition accept; }`,
    });
    expect(send(engine, 0, "1000")).toEqual(["0:1000"]);
    engine.objects.valueSets.get("P.vs")?.assign([[{ value: 0x10n, mask: 0xf0n }]]);
    expect(send(engine, 0, "1300")).toEqual(["0:1301"]);
    expect(send(engine, 0, "2300")).toEqual(["0:2300"]);
  });

  test("loops that never end are stopped", () => {
    const engine = engineOf({
      top: "header h_t { bit<8> k; } struct headers_t { h_t h; }",
      states: "state start { transition other; } state other { transition start; }",
      ingress: "hdr.h.setValid(); if (sm.parser_error == error.ParserTimeout) { hdr.h.k = 1; }",
    });
    expect(send(engine, 0, "")).toEqual(["0:01"]);
    const control = engineOf({
      top: "header h_t { bit<8> k; } struct headers_t { h_t h; }",
      ingress:
        "for (bit<8> i = 0; i < 200; i = i + 1) { for (bit<8> j = 0; j <= 255; j = j + 1) { hdr.h.k = j; } }",
    });
    expect(() => control.process(0, bytes("00"))).toThrow(expect.objectContaining({ code: "loop-limit" }));
  });
});

test("action selectors choose a member by hash", () => {
  const engine = engineOf({
    top,
    states,
    locals: `
      action set(bit<8> v) { hdr.h.op = v; }
      action_selector(HashAlgorithm.crc16, 16, 14) as;
      table t {
        key = { hdr.h.a: exact; hdr.h.v: selector; }
        actions = { set; NoAction; }
        implementation = as;
      }`,
    ingress: "t.apply();",
  });
  const profile = engine.objects.profiles.get("I.as");
  const table = engine.objects.tables.get("I.t");
  if (!profile || !table) throw new Error("no profile");
  const members = [0x11, 0x22, 0x33].map((v) => profile.addMember(0, [v]));
  const group = profile.createGroup();
  for (const m of members) profile.addToGroup(group, m);
  table.insertReference([{ kind: "exact", value: 1 }], { group });
  table.insertReference([{ kind: "exact", value: 2 }], { member: members[1] });
  const chosen = Array.from({ length: 40 }, (_, i) =>
    send(engine, 0, `0001 000000${i.toString(16).padStart(2, "0")}`)[0].slice(2, 4),
  );
  expect(new Set(chosen)).toEqual(new Set(["11", "22", "33"]));
  expect(send(engine, 0, "0002 00000000")).toEqual(["0:220200000000"]);
  expect(send(engine, 0, "0003 00000000")).toEqual(["0:000300000000"]);
});
