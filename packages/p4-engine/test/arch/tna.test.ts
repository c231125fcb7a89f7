import { describe, expect, test } from "vitest";
import { loadProgram } from "../../src/index.js";
import { bytes, hex, send } from "../compile/programs.js";
import { tnaEngine, tnaProgram } from "./tna-programs.js";

const top = `
header h_t { bit<8> op; bit<8> a; bit<32> v; }
header extra_t { bit<16> x; }
struct headers_t { extra_t extra; h_t h; }`;
const states = "state begin { pkt.extract(hdr.h); transition accept; }";

describe("stateful ALU", () => {
  const parts = {
    top: `${top} struct pair_t { bit<32> lo; bit<32> hi; }`,
    states,
    locals: `
      Register<bit<32>, bit<8>>(4, 100) sums;
      RegisterAction<bit<32>, bit<8>, bit<32>>(sums) add = {
        void apply(inout bit<32> value, out bit<32> rv) { value = value + hdr.h.v; rv = value; }
      };
      RegisterAction<bit<32>, bit<8>, bit<32>>(sums) swap = {
        void apply(inout bit<32> value, out bit<32> rv) { rv = value; value = hdr.h.v; }
      };
      RegisterAction<bit<32>, bit<8>, bit<32>>(sums) clear = { void apply(inout bit<32> value) { value = 0; } };
      Register<pair_t, bit<8>>(2, { 1, 2 }) pairs;
      RegisterAction<pair_t, bit<8>, bit<32>>(pairs) largest = {
        void apply(inout pair_t value, out bit<32> rv) {
          value.hi = value.hi + 1;
          if (hdr.h.v > value.lo) { value.lo = hdr.h.v; rv = value.hi; } else { rv = value.lo; }
        }
      };`,
    ingress: `
      tm.ucast_egress_port = 5;
      if (hdr.h.op == 0) { hdr.h.v = add.execute(hdr.h.a); }
      if (hdr.h.op == 1) { hdr.h.v = swap.execute(hdr.h.a); }
      if (hdr.h.op == 2) { clear.execute(hdr.h.a); }
      if (hdr.h.op == 3) { hdr.h.v = largest.execute(hdr.h.a); }
      if (hdr.h.op == 4) { hdr.h.v = sums.read(hdr.h.a); }
      if (hdr.h.op == 5) { sums.write(hdr.h.a, hdr.h.v); }
      tm.bypass_egress = 1;`,
  };
  const v = (n: number) => n.toString(16).padStart(8, "0");
  const value = (out: string[]) => Number.parseInt(out[0].slice(-8), 16);

  test("reads, changes, yields", () => {
    const engine = tnaEngine(parts);
    const run = (op: number, a: number, n: number) => value(send(engine, 3, `0${op}0${a}${v(n)}`));
    expect(run(0, 1, 7)).toBe(107);
    expect(run(0, 1, 8)).toBe(115);
    expect(run(1, 1, 40)).toBe(115);
    expect(run(4, 1, 0)).toBe(40);
    run(2, 1, 0);
    expect(run(4, 1, 0)).toBe(0);
    run(5, 2, 0xffffffff);
    expect(run(0, 2, 2)).toBe(1);
    expect(engine.readRegister("sums", 2)).toBe(1);
    expect(engine.readRegister("I.sums", 3)).toBe(100);
  });

  test("pairs, and branches", () => {
    const engine = tnaEngine(parts);
    const run = (n: number) => value(send(engine, 3, `0300${v(n)}`));
    expect([run(5), run(3), run(9), run(9)]).toEqual([3, 5, 5, 9]);
  });

  test("an index outside does nothing", () => {
    expect(value(send(tnaEngine(parts), 3, `0009${v(5)}`))).toBe(0);
  });
});

test("several outputs of a stateful ALU of Tofino 2", () => {
  const engine = tnaEngine(
    {
      top,
      states,
      locals: `
        Register<bit<32>, bit<8>>(2) r;
        RegisterAction2<bit<32>, bit<8>, bit<32>, bit<8>>(r) two = {
          void apply(inout bit<32> value, out bit<32> rv1, out bit<8> rv2) {
            value = value + 1; rv1 = value; rv2 = hdr.h.a + 1;
          }
        };`,
      ingress: "hdr.h.v = two.execute(hdr.h.a, hdr.h.op); tm.ucast_egress_port = 1; tm.bypass_egress = 1;",
    },
    {},
    "t2na",
  );
  expect(engine.architecture).toBe("t2na");
  expect(send(engine, 0, "000100000000")).toEqual(["1:020100000001"]);
  expect(send(engine, 0, "000100000000")).toEqual(["1:020100000002"]);
});

test("an output of a stateful ALU may have any name", () => {
  const engine = tnaEngine(
    {
      top,
      states,
      locals: `
        Register<bit<32>, bit<8>>(2) r;
        RegisterAction<bit<32>, bit<8>, bit<32>>(r) next = {
          void apply(inout bit<32> cell, out bit<32> result) { cell = cell + 3; result = cell; }
        };`,
      ingress: "hdr.h.v = next.execute(hdr.h.a); tm.ucast_egress_port = 1; tm.bypass_egress = 1;",
    },
    {},
    "t2na",
  );
  expect(send(engine, 0, "000100000000")).toEqual(["1:000100000003"]);
  expect(send(engine, 0, "000100000000")).toEqual(["1:000100000006"]);
});

describe("traffic manager", () => {
  const engine = tnaEngine({
    top,
    states: `state begin {
      pkt.extract(hdr.h);
      transition select(hdr.h.op) { 9: reject; 10: far; default: accept; } }
      state far { pkt.extract(hdr.extra); transition accept; }`,
    ingress: `
      if (hdr.h.op == 0) { tm.ucast_egress_port = 7; }
      if (hdr.h.op == 1) { tm.ucast_egress_port = 7; tm.bypass_egress = 1; }
      if (hdr.h.op == 2) { tm.mcast_grp_a = 1; tm.ucast_egress_port = 7; }
      if (hdr.h.op == 3) { tm.ucast_egress_port = 7; dprsr.drop_ctl = 1; }
      if (hdr.h.op == 5) { tm.ucast_egress_port = 68; hdr.h.op = 1; }
      if (hdr.h.op == 6) { tm.ucast_egress_port = 7; tm.rid = 9; }
      if (hdr.h.op == 7) { tm.ucast_egress_port = 7; invalidate(tm.ucast_egress_port); }`,
    egressStates: "state begin { pkt.extract(hdr.h); transition accept; }",
    egress: `
      hdr.h.a = (bit<8>)eg_intr_md.egress_port + (bit<8>)eg_intr_md.egress_rid;
      hdr.h.v = 16w0 ++ eg_intr_md.pkt_length;
      if (hdr.h.op == 6) { dprsr.drop_ctl = 1; }`,
  });
  engine.setMulticastGroup(1, [
    { port: 20, instance: 1 },
    { port: 21, instance: 2 },
  ]);

  test("unicast through egress, and past it", () => {
    expect(send(engine, 3, "00000000000011")).toEqual(["7:00070000000711"]);
    expect(send(engine, 3, "01000000000011")).toEqual(["7:01000000000011"]);
  });
  test("multicast beside unicast", () => {
    expect(send(engine, 3, "020000000000")).toEqual(["20:021500000006", "21:021700000006", "7:020700000006"]);
  });
  test("drops: drop_ctl, no port, rejected, cut short, dropped in egress", () => {
    for (const op of ["03", "04", "07", "09", "0a", "06"]) {
      expect(send(engine, 3, `${op}0000000000`)).toEqual([]);
    }
    expect(send(engine, 3, "01")).toEqual([]);
  });
  test("a recirculation port leads back into ingress, through egress", () => {
    expect(send(engine, 3, "050000000000")).toEqual(["7:014400000006"]);
  });
});

test("a program that looks at parser_err sees packets cut short", () => {
  const engine = tnaEngine({
    top,
    states,
    ingress: `
      tm.ucast_egress_port = 1; tm.bypass_egress = 1;
      if (prsr.parser_err != 0) { hdr.extra.setValid(); hdr.extra.x = prsr.parser_err; }`,
  });
  expect(send(engine, 0, "0102")).toEqual(["1:00020102"]);
});

describe("copies", () => {
  const parts = {
    top: `${top} header mirror_t { bit<8> tag; bit<8> pad; } struct resubmit_t { bit<8> round; bit<56> rest; }`,
    metadata: "bit<10> session; bit<8> round;",
    states: `${states}
      state resubmitted {
        resubmit_t r = pkt.lookahead<resubmit_t>();
        md.round = r.round;
        transition port;
      }`,
    ingress: `
      tm.ucast_egress_port = 7; tm.bypass_egress = 1;
      md.session = 3;
      if (hdr.h.op == 1) { dprsr.mirror_type = 1; }
      if (hdr.h.op == 2 && md.round < 3) { dprsr.resubmit_type = 2; }
      hdr.h.a = md.round + 0x10;`,
    deparserTop: "Mirror(1) mirror; Resubmit(2) again;",
    deparser: `
      if (dprsr.mirror_type == 1) { mirror.emit<mirror_t>(md.session, { hdr.h.op, 8w0xee }); }
      if (dprsr.resubmit_type == 2) { again.emit<resubmit_t>({ md.round + 1, 0 }); }`,
    egressStates: "state begin { pkt.extract(hdr.extra); pkt.extract(hdr.h); transition accept; }",
    egress: "hdr.h.a = 0xaa;",
  };

  test("mirror: the packet as received behind the mirror header, into the session's egress", () => {
    const engine = tnaEngine(parts);
    expect(send(engine, 0, "010500000000")).toEqual(["7:011000000000"]);
    engine.setMirrorSession(3, 12);
    expect(send(engine, 0, "010500000000").sort()).toEqual(["12:01ee01aa00000000", "7:011000000000"]);
  });

  test("resubmit: the packet as received, its header in the place of port metadata", () => {
    const engine = tnaEngine(parts);
    const seen: string[] = [];
    engine.observe({ again: (kind, packet) => seen.push(`${kind} ${hex(packet)}`) });
    expect(send(engine, 0, "020500000000")).toEqual(["7:021300000000"]);
    expect(seen).toEqual(Array.from({ length: 3 }, () => "resubmit 020500000000"));
  });
});

test("hash, random, min, max, funnel shift, sizes", () => {
  const engine = tnaEngine({
    top: `header h_t { bit<72> data; bit<32> crc; bit<8> rnd; int<8> low; int<8> high; bit<16> shifted; bit<8> size; }
      struct headers_t { h_t h; }`,
    states: "state begin { pkt.extract(hdr.h); transition accept; }",
    locals: "Hash<bit<32>>(HashAlgorithm_t.CRC32) crc; Random<bit<4>>() rnd;",
    ingress: `
      hdr.h.crc = crc.get(hdr.h.data);
      hdr.h.rnd = 4w0 ++ rnd.get();
      hdr.h.low = min(hdr.h.low, -3);
      hdr.h.high = max(hdr.h.high, -3);
      funnel_shift_right(hdr.h.shifted, 16w0x1234, 16w0x5678, 4);
      hdr.h.size = (bit<8>)sizeInBytes(hdr.h);
      tm.ucast_egress_port = 1; tm.bypass_egress = 1;`,
  });
  const out = send(
    engine,
    0,
    `${Buffer.from("123456789").toString("hex")}00000000 00 05 f0 0000 00`,
  )[0].slice(2);
  expect(out.slice(18, 26)).toBe("cbf43926");
  expect(out.slice(26, 27)).toBe("0");
  expect(out.slice(28)).toBe("fdfd456713");
});

test("checksums: verified in the parser, updated in the deparser", () => {
  const engine = tnaEngine({
    top: "header h_t { bit<16> a; bit<16> b; bit<16> sum; } struct headers_t { h_t h; }",
    metadata: "bool bad;",
    parserTop: "Checksum() check;",
    states: `state begin {
      pkt.extract(hdr.h); check.add(hdr.h); md.bad = check.verify(); transition accept; }`,
    ingress:
      "if (md.bad) { hdr.h.b = 0xbad; } hdr.h.a = hdr.h.a + 1; tm.ucast_egress_port = 1; tm.bypass_egress = 1;",
    deparserTop: "Checksum() update;",
    deparser: "hdr.h.sum = update.update({ hdr.h.a, hdr.h.b });",
  });
  const sum = (...words: number[]) =>
    (~words.reduce((a, b) => ((a + b) & 0xffff) + ((a + b) >>> 16)) & 0xffff).toString(16).padStart(4, "0");
  expect(send(engine, 0, `00010002${sum(1, 2)}`)).toEqual([`1:00020002${sum(2, 2)}`]);
  expect(send(engine, 0, `00010002${sum(1, 3)}`)).toEqual([`1:00020bad${sum(2, 0xbad)}`]);
});

test("parser counters", () => {
  const engine = tnaEngine({
    top: "header n_t { bit<8> n; } header b_t { bit<8> v; } struct headers_t { n_t n; b_t[8] b; n_t rest; }",
    parserTop: "ParserCounter() counter;",
    states: `
      state begin { pkt.extract(hdr.n); counter.set(hdr.n.n); transition more; }
      state more { transition select(counter.is_zero()) { true: last; false: one; } }
      state one { pkt.extract(hdr.b.next); counter.decrement(1); transition more; }
      state last { pkt.extract(hdr.rest); transition accept; }`,
    ingress: "hdr.rest.n = 0xee; tm.ucast_egress_port = 1; tm.bypass_egress = 1;",
  });
  expect(send(engine, 0, "030102030405")).toEqual(["1:03010203ee05"]);
  expect(send(engine, 0, "000102")).toEqual(["1:00ee02"]);
});

test("direct counters, meters and registers belong to the entry that hit", () => {
  const engine = tnaEngine({
    top,
    states,
    locals: `
      DirectCounter<bit<32>>(CounterType_t.PACKETS_AND_BYTES) hits;
      DirectMeter(MeterType_t.PACKETS) rate;
      DirectRegister<bit<32>>() own;
      DirectRegisterAction<bit<32>, bit<32>>(own) bump = {
        void apply(inout bit<32> value, out bit<32> rv) { value = value + 1; rv = value; }
      };
      action count() { hits.count(); hdr.h.v = bump.execute(); }
      action colour() { hdr.h.op = rate.execute(); }
      table t { key = { hdr.h.a: exact; } actions = { count; } counters = hits; registers = own; size = 16; }
      table m { key = { hdr.h.a: exact; } actions = { colour; } meters = rate; size = 16; }`,
    ingress: "t.apply(); m.apply(); tm.ucast_egress_port = 1; tm.bypass_egress = 1;",
  });
  const exact = (value: number) => [{ kind: "exact" as const, value }];
  const first = engine.insert("t", { key: exact(1), action: "count", args: [] });
  engine.insert("t", { key: exact(2), action: "count", args: [] });
  const metered = engine.insert("m", { key: exact(1), action: "colour", args: [] });
  const zero = { perMicrosecond: 0, burst: 0 };
  engine.objects.directMeters.get("I.rate")?.meters.setRates(metered + 1, zero, zero);
  expect(send(engine, 0, "000100000000")).toEqual(["1:030100000001"]);
  expect(send(engine, 0, "000100000000ff")).toEqual(["1:030100000002ff"]);
  expect(send(engine, 0, "000200000000")).toEqual(["1:000200000001"]);
  const table = engine.objects.directCounters.get("I.hits");
  expect([table?.packets[first + 1], table?.bytes[first + 1]]).toEqual([2, 13]);
  engine.objects.registers.get("I.own")?.clear();
  expect(send(engine, 0, "000200000000")).toEqual(["1:000200000001"]);
});

test("each pipe has tables and registers of its own; one without a program runs pipe 0's", () => {
  const text = tnaProgram({
    top,
    states,
    locals: `
      Register<bit<32>, bit<1>>(1) count;
      RegisterAction<bit<32>, bit<1>, bit<32>>(count) bump = {
        void apply(inout bit<32> value, out bit<32> rv) { value = value + 1; rv = value; }
      };`,
    ingress:
      "hdr.h.v = bump.execute(0); tm.ucast_egress_port = ig_intr_md.ingress_port; tm.bypass_egress = 1;",
  });
  const two = text.replace(
    "Switch(pipe) main;",
    "Pipeline(IP(), I(), ID(), EP(), E(), ED()) other;\nSwitch(pipe, other) main;",
  );
  const engine = loadProgram(two);
  const counts = [1, 1, 129, 257, 129].map((port) => Number(send(engine, port, "000000000000")[0].slice(-2)));
  expect(counts).toEqual([1, 2, 1, 3, 2]);
});

test("a table with a hash action takes its data by index, and its default elsewhere", () => {
  const engine = tnaEngine({
    top,
    states,
    locals: `
      action add(bit<32> w) { hdr.h.v = hdr.h.v + w; }
      @use_hash_action(1)
      table t { key = { hdr.h.a: exact; } actions = { add; } size = 256; const default_action = add(0); }`,
    ingress: "t.apply(); tm.ucast_egress_port = 1; tm.bypass_egress = 1;",
  });
  engine.insert("t", { key: [{ kind: "exact", value: 5 }], action: "add", args: [0x10] });
  expect(send(engine, 0, "0005ffffffff")).toEqual(["1:00050000000f"]);
  expect(send(engine, 0, "0006ffffffff")).toEqual(["1:0006ffffffff"]);
});

test("packets may come in on any port and of any length", () => {
  const engine = tnaEngine({ top, states: "state begin { transition accept; }" });
  expect(engine.process(0, bytes("")).map((out) => out.bytes.length)).toEqual([0]);
  expect(engine.process(0, new Uint8Array(65536)).map((out) => out.bytes.length)).toEqual([65536]);
});
