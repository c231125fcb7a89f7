// Arguments are copied in and out, left to right: two inout parameters of one field, and actions called directly.
#include <core.p4>
#include <v1model.p4>
header data_t { bit<8> a; bit<8> b; bit<8> c; bit<8> d; }
struct headers_t { data_t d; }
struct metadata_t {}
void both(inout bit<8> x, inout bit<8> y) {
    x = x + 1;
    y = y + 16;
}
parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    state start { packet.extract(hdr.d); transition accept; }
}
control MyIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    action add(in bit<8> x, inout bit<8> y, out bit<8> z, bit<8> w) {
        y = y + x;
        hdr.d.a = 0xee;
        z = x + w;
    }
    apply {
        both(hdr.d.a, hdr.d.a);
        add(hdr.d.a, hdr.d.b, hdr.d.c, 3);
        bit<8> before = hdr.d.d;
        add(hdr.d.d, hdr.d.d, hdr.d.d, 1);
        if (hdr.d.d != before + 1) hdr.d.d = 0;
        standard_metadata.egress_spec = 1;
    }
}
#include "skeleton.p4"
