// Shifts by constants and by fields, also by more than the width.
#include <core.p4>
#include <v1model.p4>
header operands_t { bit<32> a; bit<8> n; bit<64> b; }
header results_t { bit<32> left; bit<32> right; bit<32> constant; bit<64> left64; bit<64> right64; int<32> arithmetic; }
struct headers_t { operands_t o; results_t r; }
struct metadata_t {}
parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    state start { packet.extract(hdr.o); transition accept; }
}
control MyIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply {
        hdr.r.setValid();
        hdr.r.left = hdr.o.a << hdr.o.n;
        hdr.r.right = hdr.o.a >> hdr.o.n;
        hdr.r.constant = (hdr.o.a << 4) ^ (hdr.o.a >> 28);
        hdr.r.left64 = hdr.o.b << hdr.o.n;
        hdr.r.right64 = hdr.o.b >> hdr.o.n;
        hdr.r.arithmetic = (int<32>)hdr.o.a >> hdr.o.n;
        hdr.o.setInvalid();
        standard_metadata.egress_spec = 1;
    }
}
#include "skeleton.p4"
