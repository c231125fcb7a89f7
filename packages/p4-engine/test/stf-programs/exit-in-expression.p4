// A table that exits, applied within an expression: the assignment around it must not happen.
#include <core.p4>
#include <v1model.p4>

header h_t {
    bit<8> a;
    bit<8> b;
}

struct headers_t {
    h_t h;
}

struct metadata_t { }

parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(hdr.h);
        transition accept;
    }
}

control NoChecksum(inout headers_t hdr, inout metadata_t meta) {
    apply { }
}

control I(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t sm) {
    action leave() {
        exit;
    }

    table t {
        key = { hdr.h.a: exact; }
        actions = { leave; NoAction; }
        const default_action = NoAction();
        const entries = { 1: leave(); }
    }

    apply {
        sm.egress_spec = 2;
        hdr.h.b = (t.apply().hit ? 8w7 : 8w9);
    }
}

control E(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t sm) {
    apply { }
}

control D(packet_out packet, in headers_t hdr) {
    apply {
        packet.emit(hdr);
    }
}

V1Switch(P(), NoChecksum(), I(), E(), NoChecksum(), D()) main;
