/** Programs of our own for the front end's tests. */
import type { CheckedProgram, ControlDecl, Statement } from "../../src/frontend/ast.js";
import { parseProgram } from "../../src/frontend/program.js";

/** A v1model program around the given pieces. */
export function v1model(
  pieces: { top?: string; locals?: string; apply?: string; states?: string; parserLocals?: string } = {},
): string {
  return `#include <core.p4>
#include <v1model.p4>
header eth_t { bit<48> dst; bit<48> src; bit<16> type; }
header opt_t { bit<8> kind; varbit<320> data; }
header byte_t { bit<8> b; }
header_union pick_t { eth_t eth; byte_t byte; }
struct headers_t { eth_t eth; opt_t opt; byte_t[4] stack; pick_t pick; }
struct meta_t { bit<8> a; bit<16> b; bit<32> c; int<8> s; bool flag; }
${pieces.top ?? ""}
parser MyParser(packet_in pkt, out headers_t hdr, inout meta_t meta, inout standard_metadata_t std) {
${pieces.parserLocals ?? ""}
${pieces.states ?? "  state start { pkt.extract(hdr.eth); transition accept; }"}
}
control MyVerify(inout headers_t hdr, inout meta_t meta) { apply { } }
control MyIngress(inout headers_t hdr, inout meta_t meta, inout standard_metadata_t std) {
${pieces.locals ?? ""}
  apply {
${pieces.apply ?? ""}
  }
}
control MyEgress(inout headers_t hdr, inout meta_t meta, inout standard_metadata_t std) { apply { } }
control MyCompute(inout headers_t hdr, inout meta_t meta) { apply { } }
control MyDeparser(packet_out pkt, in headers_t hdr) { apply { pkt.emit(hdr); } }
V1Switch(MyParser(), MyVerify(), MyIngress(), MyEgress(), MyCompute(), MyDeparser()) main;
`;
}

export const ingressOf = (program: CheckedProgram): ControlDecl =>
  program.controls.find((c) => c.name === "MyIngress")!;

/** The checked apply block of a v1model program's ingress with these statements. */
export function checkApply(apply: string, pieces: Parameters<typeof v1model>[0] = {}): readonly Statement[] {
  return ingressOf(parseProgram(v1model({ ...pieces, apply }))).body.statements;
}

/** One program with most of the language in it. */
export const everything = v1model({
  top: `
#define SHIFT(x, n) ((x) << (n))
#define WIDTH 8
const bit<WIDTH> ONE = 8w1;
const bit<16> MASK = SHIFT(16w0xff, 4);
typedef bit<9> port_t;
type bit<16> vlan_t;
enum Color { RED, GREEN, BLUE }
enum bit<16> Ether { IPV4 = 0x0800, ARP = 0x806, VLAN = 0x8100 }
error { Custom }
struct pair_t<T> { T first; T second; }
struct flags_t { bit<3> low; bit<5> high; }
T larger<T>(in T a, in T b) { return a; }
bit<8> plus(in bit<8> a, in bit<8> b = 3) { if (a > b) { return a + b; } return a |+| b; }
action shared(inout bit<8> x, bit<8> y) { x = x + y; }
control Sub(inout meta_t meta)(bit<8> step, bool up) {
  register<bit<8>>(16) cells;
  apply {
    if (up) { meta.a = meta.a + step; } else { meta.a = meta.a - step; }
    cells.write(32w1, meta.a);
  }
}
parser SubParser(packet_in pkt, out byte_t h) { state start { pkt.extract(h); transition accept; } }
`,
  parserLocals: `  SubParser() sub;
  value_set<bit<16>>(4) types;
  bit<8> count = 0;`,
  states: `
  state start {
    pkt.extract(hdr.eth);
    transition select(hdr.eth.type, hdr.eth.dst[7:0]) {
      (0x0800, _): four;
      (Ether.ARP, 8w1 .. 8w7): accept;
      (0x8100 &&& 0xff00, 3): bytes;
      (types, _): bytes;
      default: reject;
    }
  }
  state four {
    pkt.extract(hdr.opt, (bit<32>) hdr.eth.src[5:0] * 8);
    verify(hdr.opt.kind != 0, error.Custom);
    meta.b = pkt.lookahead<bit<16>>();
    pkt.advance(16);
    transition accept;
  }
  state bytes {
    pkt.extract(hdr.stack.next);
    count = count + 1;
    sub.apply(pkt, hdr.pick.byte);
    transition select(hdr.stack.last.b, hdr.stack.lastIndex) {
      (0, 0): accept;
      (1, _): bytes;
      (_, _): reject;
    }
  }`,
  locals: `
  Sub(8w4, true) up;
  Sub(step = 1, up = false) down;
  counter(32, CounterType.packets_and_bytes) hits;
  direct_counter(CounterType.packets) each;
  bit<8> local = 7;
  pair_t<bit<8>> two = { 1, 2 };
  action nothing() { }
  action set(bit<9> port, bit<8> value) { std.egress_spec = port; meta.a = value; }
  action bump(inout bit<8> x, in bit<8> y, bit<8> z) { x = x + y + z; }
  table forward {
    key = {
      hdr.eth.dst: exact;
      hdr.eth.type: ternary @name("kind");
      hdr.eth.isValid(): exact;
      meta.b: lpm;
      meta.c: range;
    }
    actions = { nothing; set; bump(meta.a, 8w2); @defaultonly NoAction; }
    const entries = {
      (48w1, 0x800 &&& 0xffff, true, 0x1200 &&& 0xff00, 1 .. 9): set(1, 2);
      (48w2, _, false, default, _): bump(5);
    }
    const default_action = NoAction();
    size = 64;
    counters = each;
  }
  table empty { actions = { nothing; shared(meta.a); } default_action = shared(meta.a, 3); }`,
  apply: `
    bit<8> x = plus(meta.a) + plus(b = 2, a = local);
    tuple<bit<8>, bool> t = { x, true };
    flags_t f = { high = 3, low = x[2:0] };
    vlan_t v = (vlan_t) 16w5;
    const bit<8> two_ = 2;
    if (forward.apply().hit && t[1]) { up.apply(meta); } else if (!hdr.eth.isValid()) { exit; } else { return; }
    switch (forward.apply().action_run) {
      set: { meta.flag = true; }
      nothing:
      bump: { empty.apply(); }
      default: { }
    }
    switch (hdr.eth.type) { 0x800: 0x801: { meta.a = 1; } Ether.ARP: { meta.a = 2; } default: { meta.a = 3; } }
    meta.b[7:0] = ONE ++ 4w2 == 12w18 ? 8w1 : larger(x, local);
    meta.s = (int<8>) meta.a >> 2;
    hdr.stack.push_front(1);
    hdr.stack[meta.a & 3].b = hdr.stack[1].b |-| 1;
    hdr.eth = { 1, 2, Ether.VLAN };
    hdr.pick.byte.setValid();
    hdr.eth = {#};
    meta.c += (bit<32>) v;
    Sub(2, true).apply(meta);
    for (bit<8> i in 8w0 .. 3) { if (i == 2) { continue; } meta.a = meta.a ^ i; }
    for (bit<8> j = 0, bit<8> k = 9; j < k; j = j + 1, k -= 1) { if (meta.flag) break; }
    hits.count((bit<32>) std.ingress_port);
    down.apply(meta);
    hash(meta.b, HashAlgorithm.crc16, 16w0, { hdr.eth.dst, f.low, two.first }, 16w100);
    log_msg("x = {}", { x });
    static_assert(MASK == 0xff0, "shift");
`,
});
