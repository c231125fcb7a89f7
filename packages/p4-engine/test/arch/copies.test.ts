import { describe, expect, test } from "vitest";
import type { Digest } from "../../src/api.js";
import { bytes, engineOf, hex, send } from "../compile/programs.js";

/** One byte that says what to do, one that is carried along, one that blocks write into. */
const top = `
header h_t { bit<8> op; bit<8> a; bit<8> b; }
struct headers_t { h_t h; }`;
const states = "state start { pkt.extract(hdr.h); transition accept; }";

describe("clone", () => {
  const parts = {
    top,
    states,
    metadata: "@field_list(1) bit<8> kept; bit<8> lost;",
    ingress: `
      meta.kept = hdr.h.a; meta.lost = hdr.h.a;
      sm.egress_spec = 2;
      hdr.h.b = 0xee;
      if (hdr.h.op == 1) { clone_preserving_field_list(CloneType.I2E, 5, 1); }`,
    egress: `
      if (sm.instance_type == 1 || sm.instance_type == 2) {
        hdr.h.op = 0xc0 + (bit<8>)sm.instance_type; hdr.h.a = meta.kept + meta.lost;
      } else if (hdr.h.op == 2) { hdr.h.b = 0xdd; clone_preserving_field_list(CloneType.E2E, 6, 1); }`,
  };

  test("at ingress: the packet as received, with the listed metadata", () => {
    const engine = engineOf(parts);
    expect(send(engine, 1, "01aabb55")).toEqual(["2:01aaee55"]);
    engine.setMirrorSession(5, 7);
    expect(send(engine, 1, "01aabb55")).toEqual(["7:c1aabb55", "2:01aaee55"]);
    engine.setMirrorSession(5, null);
    expect(send(engine, 1, "01aabb55")).toEqual(["2:01aaee55"]);
  });

  test("at egress: the headers as egress leaves them", () => {
    const engine = engineOf(parts);
    engine.setMirrorSession(6, 9);
    expect(send(engine, 1, "02aabb55").sort()).toEqual(["2:02aadd55", "9:c2aadd55"]);
  });

  test("to a multicast group", () => {
    const engine = engineOf(parts);
    engine.setMulticastGroup(3, [
      { port: 4, instance: 1 },
      { port: 5, instance: 2 },
    ]);
    engine.setMirrorSession(5, null, 3);
    expect(send(engine, 1, "01aabb").sort()).toEqual(["2:01aaee", "4:c1aabb", "5:c1aabb"]);
  });

  test("clone3 keeps the metadata it is given", () => {
    const engine = engineOf({
      ...parts,
      ingress: "meta.kept = 3; meta.lost = 4; sm.egress_spec = 2; clone3(CloneType.I2E, 5, { meta.lost });",
    });
    engine.setMirrorSession(5, 7);
    expect(send(engine, 1, "00aabb")).toEqual(["7:c104bb", "2:00aabb"]);
  });
});

describe("resubmit and recirculate", () => {
  test("resubmit: the packet as received, and the listed metadata", () => {
    const engine = engineOf({
      top,
      states,
      metadata: "@field_list(0) bit<8> round; bit<8> lost;",
      ingress: `
        hdr.h.a = hdr.h.a + 1;
        hdr.h.b = (bit<8>)sm.instance_type;
        meta.round = meta.round + 1; meta.lost = meta.lost + 1;
        sm.egress_spec = 3;
        if (meta.round < 4) { resubmit_preserving_field_list(0); }
        else { hdr.h.op = meta.round ++ meta.lost == 0x0401 ? 8w1 : 8w0; }`,
    });
    expect(send(engine, 1, "001000")).toEqual(["3:011106"]);
  });

  test("recirculate: the packet as sent, parsed again", () => {
    const engine = engineOf({
      top,
      states,
      metadata: "@field_list(0) bit<8> round;",
      ingress: "meta.round = meta.round + 1; hdr.h.a = hdr.h.a + 1; sm.egress_spec = 3;",
      egress: `
        hdr.h.b = (bit<8>)sm.packet_length;
        if (hdr.h.op != 0) { hdr.h.op = hdr.h.op - 1; recirculate_preserving_field_list(0); }
        else { hdr.h.op = meta.round; }`,
    });
    expect(send(engine, 1, "0510008877")).toEqual(["3:0616058877"]);
  });

  test("a packet that goes around for ever ends in an error", () => {
    const parts = { top, states, egress: "recirculate_preserving_field_list(0);" };
    const engine = engineOf(parts, { passLimit: 100 });
    expect(() => send(engine, 1, "000000")).toThrow(expect.objectContaining({ code: "pass-limit" }));
    expect(() => send(engine, 1, "000000")).toThrow(expect.objectContaining({ code: "pass-limit" }));
  });

  test("so does one that grows for ever", () => {
    const engine = engineOf({
      top: "header b_t { bit<512> x; } struct headers_t { b_t b; }",
      ingress: "hdr.b.setValid();",
      egress: "recirculate_preserving_field_list(0);",
    });
    expect(() => send(engine, 1, "00")).toThrow(expect.objectContaining({ code: "packet-too-long" }));
  });

  test("and one that multiplies for ever", () => {
    const engine = engineOf(
      { top, states, ingress: "sm.mcast_grp = 1;", egress: "recirculate_preserving_field_list(0);" },
      { queueLimit: 500 },
    );
    engine.setMulticastGroup(1, [
      { port: 1, instance: 0 },
      { port: 2, instance: 0 },
    ]);
    expect(() => send(engine, 1, "000000")).toThrow(expect.objectContaining({ code: "queue-limit" }));
  });
});

describe("multicast and drop", () => {
  const engine = engineOf({
    top,
    states,
    ingress: `
      sm.egress_spec = 1;
      if (hdr.h.op == 1) { sm.mcast_grp = (bit<16>)hdr.h.a; }
      if (hdr.h.op == 2) { sm.mcast_grp = 2; mark_to_drop(sm); }
      if (hdr.h.op == 3) { sm.mcast_grp = 2; sm.egress_spec = 511; }`,
    egress: `
      hdr.h.b = sm.egress_rid[7:0];
      if (sm.instance_type == 5) { hdr.h.a = (bit<8>)sm.egress_port; }
      if (hdr.h.op == 4) { mark_to_drop(sm); }`,
  });
  engine.setMulticastGroup(2, [
    { port: 10, instance: 100 },
    { port: 11, instance: 101 },
  ]);

  test("each replica has its port and replication id", () => {
    expect(send(engine, 1, "010200")).toEqual(["10:010a64", "11:010b65"]);
  });
  test("a group without members sends nothing", () => {
    expect(send(engine, 1, "010900")).toEqual([]);
  });
  test("mark_to_drop takes the group back, port 511 does not", () => {
    expect(send(engine, 1, "020000")).toEqual([]);
    expect(send(engine, 1, "030000")).toEqual(["10:030a64", "11:030b65"]);
  });
  test("drop in egress", () => {
    expect(send(engine, 1, "040000")).toEqual([]);
  });
});

describe("what observers see", () => {
  test("tables, copies, messages, digests", () => {
    const engine = engineOf({
      top: `${top} struct digest_t { bit<8> a; bit<48> wide; bool flag; }`,
      states,
      metadata: "@field_list(0) bit<1> second;",
      locals: `
        action set(bit<8> v) { hdr.h.b = v; }
        table t { key = { hdr.h.op: exact; } actions = { set; NoAction; } default_action = NoAction(); }`,
      ingress: `
        t.apply();
        log_msg("op {} b {}", { hdr.h.op, hdr.h.b });
        digest<digest_t>(1, { hdr.h.a, 48w0xffffffffffff, true });
        sm.egress_spec = 1;`,
      egress: "if (meta.second == 0) { meta.second = 1; recirculate_preserving_field_list(0); }",
    });
    const handle = engine.insert("t", { key: [{ kind: "exact", value: 7 }], action: "set", args: [0x42] });
    const seen: string[] = [];
    const digests: Digest[] = [];
    engine.observe({
      table: (table, entry, action) => seen.push(`${table} ${entry} ${action}`),
      again: (kind, packet) => seen.push(`${kind} ${hex(packet)}`),
      log: (message) => seen.push(message),
      digest: (d) => digests.push(d),
    });
    engine.process(1, bytes("070100"));
    const round = [`I.t ${handle} I.set`, "op 7 b 66"];
    expect(seen).toEqual([...round, "recirculate 070142", ...round]);
    expect(digests).toEqual([0, 1].map(() => ({ name: "digest_t", data: [1n, 0xffffffffffffn, 1n] })));
    engine.observe(null);
    engine.process(1, bytes("080100"));
    expect(seen).toHaveLength(5);
  });
});

test("truncate keeps the first bytes of what is sent", () => {
  const engine = engineOf({ top, states, ingress: "truncate((bit<32>)hdr.h.op);" });
  expect(send(engine, 1, "0500000102030405")).toEqual(["0:0500000102"]);
  expect(send(engine, 1, "0900000102")).toEqual(["0:0900000102"]);
});

test("assert and assume stop with the place of what does not hold", () => {
  const engine = engineOf({ top, states, ingress: "assert(hdr.h.op != 1);\nassume(hdr.h.op != 2);" });
  expect(send(engine, 1, "000000")).toHaveLength(1);
  for (const packet of ["010000", "020000"]) {
    expect(() => send(engine, 1, packet)).toThrow(
      expect.objectContaining({ code: "assertion-failed", line: 15 + Number(packet[1]) }),
    );
  }
});

test("a packet longer than the engine takes is refused", () => {
  const engine = engineOf({ top, states });
  expect(() => engine.process(1, new Uint8Array(65537))).toThrow(
    expect.objectContaining({ code: "packet-too-long" }),
  );
  expect(engine.process(1, new Uint8Array(65536))).toHaveLength(1);
});
