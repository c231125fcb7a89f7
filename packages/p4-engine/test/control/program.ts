/** A program with one of everything that a control plane touches. */
import { Device } from "../../src/control/index.js";
import { loadProgram } from "../../src/index.js";

const source = `
#include <v1model.p4>
header h_t { bit<8> k; bit<32> ip; bit<48> mac; bit<8> result; }
struct headers_t { h_t h; }
struct metadata_t { bit<2> colour; }
parser P(packet_in p, out headers_t hdr, inout metadata_t m, inout standard_metadata_t s) {
  value_set<tuple<bit<8>, bit<32>>>(4) special;
  state start {
    p.extract(hdr.h);
    transition select(hdr.h.k, hdr.h.ip) { special: marked; default: accept; }
  }
  state marked { hdr.h.result = 0xaa; transition accept; }
}
control V(inout headers_t hdr, inout metadata_t m) { apply {} }
control I(inout headers_t hdr, inout metadata_t m, inout standard_metadata_t s) {
  register<bit<16>>(4) r;
  counter(4, CounterType.packets_and_bytes) c;
  direct_counter(CounterType.packets) dc;
  meter(2, MeterType.bytes) me;
  direct_meter<bit<2>>(MeterType.packets) dm;
  action_selector(HashAlgorithm.identity, 8, 8) sel;
  action set(bit<8> v) { hdr.h.result = v; }
  action wide(bit<48> mac, bit<32> ip) { hdr.h.mac = mac; hdr.h.ip = ip; }
  action count_it(bit<9> port) { s.egress_spec = port; dc.count(); }
  action colour() { dm.read(m.colour); hdr.h.result = 6w0 ++ m.colour; }
  table exact_t { key = { hdr.h.k: exact; } actions = { set; wide; NoAction; } default_action = NoAction(); size = 8; }
  table ternary_t { key = { hdr.h.k: ternary; hdr.h.ip: lpm; } actions = { set; } default_action = set(1); }
  table range_t { key = { hdr.h.k: range; hdr.h.ip: optional; } actions = { set; } default_action = set(2); }
  table lpm_t { key = { hdr.h.ip: lpm; } actions = { set; } default_action = set(3); }
  table counted_t { key = { hdr.h.k: exact; } actions = { count_it; NoAction; } default_action = NoAction(); counters = dc; }
  table metered_t { key = { hdr.h.k: exact; } actions = { colour; NoAction; } default_action = NoAction(); meters = dm; }
  table selected_t {
    key = { hdr.h.k: exact; hdr.h.ip: selector; }
    actions = { set; NoAction; } default_action = NoAction();
    implementation = sel;
  }
  table fixed_t { key = { hdr.h.k: exact; } actions = { set; } const default_action = set(4); const entries = { 1: set(1); } }
  apply {
    s.egress_spec = 1;
    c.count((bit<32>)hdr.h.k);
    bit<16> x; r.read(x, 0); r.write(0, x + 1);
    bit<2> y; me.execute_meter(0, y);
    if (hdr.h.mac == 1) exact_t.apply();
    else if (hdr.h.mac == 2) ternary_t.apply();
    else if (hdr.h.mac == 3) range_t.apply();
    else if (hdr.h.mac == 4) lpm_t.apply();
    else if (hdr.h.mac == 5) counted_t.apply();
    else if (hdr.h.mac == 6) metered_t.apply();
    else if (hdr.h.mac == 7) selected_t.apply();
    else if (hdr.h.mac == 8) fixed_t.apply();
    else if (hdr.h.mac == 9) s.mcast_grp = 8w0 ++ hdr.h.k;
    else if (hdr.h.mac == 10) clone(CloneType.I2E, (bit<32>)hdr.h.k);
  }
}
control E(inout headers_t hdr, inout metadata_t m, inout standard_metadata_t s) {
  apply { if (s.instance_type != 0) hdr.h.result = s.egress_rid[7:0]; }
}
control U(inout headers_t hdr, inout metadata_t m) { apply {} }
control D(packet_out p, in headers_t hdr) { apply { p.emit(hdr); } }
V1Switch(P(), V(), I(), E(), U(), D()) main;
`;

export const device = (): Device => new Device(loadProgram(source, { file: "control.p4", clock: () => 0 }));

/** What a packet with these fields becomes: by packet out `[port, out, mac]`. */
export function send(d: Device, k: number, ip: number, mac: number): [number, number, number][] {
  const packet = new Uint8Array(12);
  const view = new DataView(packet.buffer);
  view.setUint8(0, k);
  view.setUint32(1, ip);
  view.setUint16(9, mac);
  return d.engine.process(0, packet).map(({ port, bytes }) => {
    const out = new DataView(bytes.buffer, bytes.byteOffset);
    return [port, out.getUint8(11), out.getUint16(9)];
  });
}

/** The last byte of the only packet out. */
export const outOf = (d: Device, k: number, ip: number, mac: number): number => {
  const packets = send(d, k, ip, mac);
  return packets.length === 1 ? packets[0][1] : -1;
};
