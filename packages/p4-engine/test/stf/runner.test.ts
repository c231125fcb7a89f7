import { describe, expect, it } from "vitest";
import type { Engine } from "../../src/api.js";
import { P4Error } from "../../src/errors.js";
import { loadProgram } from "../../src/index.js";
import { parseStf, runStf } from "../../src/stf/index.js";

/** Sends to the port in the first byte as many copies as the second says; a table sets the third. */
const source = `
#include <v1model.p4>
header h_t { bit<8> port; bit<8> copies; bit<8> v; bit<32> k; }
struct headers_t { h_t h; }
struct metadata_t {}
parser P(packet_in p, out headers_t hdr, inout metadata_t m, inout standard_metadata_t s) {
  state start { p.extract(hdr.h); transition accept; }
}
control V(inout headers_t hdr, inout metadata_t m) { apply {} }
control I(inout headers_t hdr, inout metadata_t m, inout standard_metadata_t s) {
  action set(bit<8> v) { hdr.h.v = v; }
  action other() {}
  table t {
    key = { hdr.h.k: ternary; hdr.h.copies: range; hdr.h.v: optional; }
    actions = { set; other; }
    default_action = other();
    size = 4;
  }
  table l { key = { hdr.h.k: lpm; } actions = { set; other; } default_action = other(); }
  apply {
    if (hdr.h.port == 0) { mark_to_drop(s); } else { s.egress_spec = 1w0 ++ hdr.h.port; }
    t.apply();
    if (hdr.h.copies == 0xff) l.apply();
  }
}
control E(inout headers_t hdr, inout metadata_t m, inout standard_metadata_t s) {
  apply {
    if (s.instance_type == 0 && hdr.h.copies == 2) clone(CloneType.E2E, 1);
  }
}
control U(inout headers_t hdr, inout metadata_t m) { apply {} }
control D(packet_out p, in headers_t hdr) { apply { p.emit(hdr); } }
V1Switch(P(), V(), I(), E(), U(), D()) main;
`;

const fresh = (): Engine => loadProgram(source, { file: "x.p4" });
const run = (text: string) => runStf(fresh(), parseStf(text, "x.stf"));
const code = (text: string) => {
  try {
    run(text);
  } catch (e) {
    if (e instanceof P4Error) return [e.code, e.line];
    throw e;
  }
  return null;
};

describe("the runner", () => {
  it("passes what is as expected", () => {
    expect(run("packet 5 01 01 02 00000003 aa\nexpect 1 01 01 02 ********")).toMatchObject({
      passed: true,
      message: "",
      packetsIn: 1,
      packetsOut: 1,
    });
    expect(run("packet 5 01 01 02 00000003 aa\nexpect 1").passed).toBe(true);
    expect(run("packet 5 00 01 02 00000003 aa").passed).toBe(true);
  });

  it("finds every kind of difference", () => {
    const packet = "packet 5 01 01 02 00000003 aa\n";
    const message = (text: string) => run(packet + text).message;
    expect(message("")).toMatch(/line 1: .*port 1 .*not expected.*0101020000000[3]AA/);
    expect(message("expect 1\nexpect 1")).toMatch(/line 3: port 1 should send a packet/);
    expect(message("expect 1 01 01 02 00000003$")).toMatch(/line 2: .*8 bytes, expected 7/);
    expect(message("expect 1 01 01 02 00000003 aabb")).toMatch(/8 bytes, expected 9/);
    expect(message("expect 1 01 01 *2 00000004")).toMatch(/byte 6 differs/);
    expect(message("expect 2 01\nexpect 1")).toMatch(/line 2: port 2 should send 01/);
    expect(message("expect 1\nmirroring_add 1 3\npacket 0 01 02 00 00000000\nexpect 1")).toMatch(
      /port 3 send/,
    );
    expect(message("expect 2\nexpect 1 ff")).toMatch(/^line 2/);
  });

  it("compares a port's packets in order", () => {
    const packets = "packet 0 01 00 01 00000000\npacket 0 02 00 02 00000000\npacket 0 01 00 03 00000000\n";
    expect(run(`${packets}expect 2 0200 02\nexpect 1 0100 01\nexpect 1 0100 03`).passed).toBe(true);
    expect(run(`${packets}expect 2 0200 02\nexpect 1 0100 03\nexpect 1 0100 01`).passed).toBe(false);
  });

  it("takes the mask of a ternary key from its digits, and keys that are not named as anything", () => {
    const at = (add: string, k: string, copies = "00", v = "09") =>
      run(`${add}\npacket 0 01 ${copies} ${v} ${k}\nexpect 1 01 ${copies} 55`).passed;
    expect(at("add t 1 hdr.h.k:0x1234**** I.set(v:0x55)", "12349999")).toBe(true);
    expect(at("add t 1 k:0x1234**** set(v:0x55)", "12359999")).toBe(false);
    // Eight bits are written, so eight are compared.
    expect(at("add t 1 k:0x34 set(v:0x55)", "ffffff34")).toBe(true);
    expect(at("add t 1 k:0b*1 set(v:0x55)", "fffffff3")).toBe(true);
    expect(at("add t 1 k:0x10&&&0xf0 set(v:0x55)", "0000001f")).toBe(true);
    expect(at("add t 1 k:17 set(v:0x55)", "00000011")).toBe(true);
    expect(at("add t 1 k:17 set(v:0x55)", "00000111")).toBe(false);
    expect(at("add t 1 copies:3..5 set(v:0x55)", "00000000", "05")).toBe(true);
    expect(at("add t 1 copies:3->5 set(v:0x55)", "00000000", "06")).toBe(false);
    expect(at("add t 1 copies:7 v:9 set(v:0x55)", "00000000", "07")).toBe(true);
    expect(at("add t 1 v:8 set(v:0x55)", "00000000")).toBe(false);
    expect(at("add t 1 v:0x** set(v:0x55)", "00000000")).toBe(true);
  });

  it("gives the largest priority the upper hand", () => {
    const adds = "add t 2 k:0x******** set(v:2)\nadd t 3 k:0x1* set(v:3)\nadd t 1 k:0x1* set(v:1)\n";
    expect(run(`${adds}packet 0 01 00 00 00000012\nexpect 1 01 00 03`).passed).toBe(true);
    expect(run(`${adds}packet 0 01 00 00 00000022\nexpect 1 01 00 02`).passed).toBe(true);
  });

  it("takes lpm prefixes from digits or lengths", () => {
    const at = (key: string, k: string) =>
      run(`add l k:${key} set(v:0x55)\npacket 0 01 ff 00 ${k}\nexpect 1 01 ff 55`).passed;
    expect(at("0x0a01****", "0a01ffff")).toBe(true);
    expect(at("0x0a01****", "0a02ffff")).toBe(false);
    expect(at("0x0a010000/9", "0a7fffff")).toBe(true);
    expect(at("0x0a010000/9", "0affffff")).toBe(false);
    expect(at("0x0a010203", "0a010203")).toBe(true);
    expect(at("167838211", "0a010203")).toBe(true);
  });

  it("removes all entries", () => {
    expect(
      run("add t 1 k:1 set(v:5)\nremove all\npacket 0 01 00 00 00000001\nexpect 1 01 00 00").passed,
    ).toBe(true);
  });

  it("names the line of what does not fit the program", () => {
    expect(code("\nadd nowhere k:1 set(v:1)")).toEqual(["unknown-table", 2]);
    expect(code("add t 1 k:1 unset(v:1)")).toEqual(["unknown-action", 1]);
    expect(code("add t 1 q:1 set(v:1)")).toEqual(["unknown-key", 1]);
    expect(code("add t 1 k:1 set(w:1)")).toEqual(["unknown-argument", 1]);
    expect(code("add t 1 k:1 set()")).toEqual(["argument-count", 1]);
    expect(code("add t 1 k:0x123456789 set(v:1)")).toEqual(["value-range", 1]);
    expect(code("add t 1 k:1 set(v:256)")).toEqual(["value-range", 1]);
    expect(code("wait\nregister_read r 0")).toEqual(["unknown-register", 2]);
    expect(code("check_counter c(0)")).toEqual(["unknown-counter", 1]);
    const five = [1, 2, 3, 4, 5].map((k) => `add t 1 k:${k} other()`).join("\n");
    expect(code(five)).toEqual(["table-full", 5]);
  });
});
