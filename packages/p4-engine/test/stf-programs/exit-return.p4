// return leaves a control or action, exit the whole pipeline block, also from an action; copies out happen.
#include <core.p4>
#include <v1model.p4>
header data_t { bit<8> op; bit<8> trace; }
struct headers_t { data_t d; }
struct metadata_t {}
parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    state start { packet.extract(hdr.d); transition accept; }
}
control Inner(in bit<8> op, inout bit<8> trace) {
    action stop() {
        trace = trace | 0x02;
        exit;
    }
    action go() { trace = trace | 0x04; }
    table t {
        key = { op: exact; }
        actions = { stop; go; NoAction; }
        default_action = NoAction;
        const entries = { 3: stop(); 4: go(); }
    }
    apply {
        trace = trace | 0x01;
        if (op == 1) return;
        if (op == 2) exit;
        t.apply();
        trace = trace | 0x08;
    }
}
control MyIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    Inner() inner;
    action early(bit<8> v) {
        hdr.d.trace = hdr.d.trace | 0x40;
        if (v == 9) return;
        hdr.d.trace = hdr.d.trace | 0x80;
    }
    apply {
        standard_metadata.egress_spec = 1;
        early(hdr.d.op);
        inner.apply(hdr.d.op, hdr.d.trace);
        hdr.d.trace = hdr.d.trace | 0x10;
    }
}
control MyEgress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply { hdr.d.trace = hdr.d.trace | 0x20; }
}
#define EGRESS MyEgress
#include "skeleton.p4"
