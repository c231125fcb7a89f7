// A deparser with conditions of validity, order other than parsed, stacks emitted element by element, and a packet
// that grows.
#include <core.p4>
#include <v1model.p4>
header h_t { bit<8> v; }
header bits_t { bit<3> a; bit<5> b; bit<12> c; bit<4> d; }
struct headers_t { h_t first; bits_t bits; h_t[2] many; h_t fresh; }
struct metadata_t {}
parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    state start {
        packet.extract(hdr.first);
        packet.extract(hdr.bits);
        packet.extract(hdr.many.next);
        packet.extract(hdr.many.next);
        transition accept;
    }
}
control MyIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply {
        hdr.bits.a = hdr.bits.a + 1;
        hdr.bits.b = 0x1f;
        hdr.bits.c = hdr.bits.c << 4;
        hdr.fresh.setValid();
        hdr.fresh.v = 0xee;
        if (hdr.first.v == 1) hdr.many[0].setInvalid();
        standard_metadata.egress_spec = 1;
    }
}
control MyDeparser(packet_out packet, in headers_t hdr) {
    apply {
        packet.emit(hdr.fresh);
        packet.emit(hdr.many);
        packet.emit(hdr.bits);
        packet.emit(hdr.first);
        packet.emit(hdr.fresh);
    }
}
#define DEPARSER MyDeparser
#include "skeleton.p4"
