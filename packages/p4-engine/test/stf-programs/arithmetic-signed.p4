// int<W>: two's complement, arithmetic right shift, signed comparison, sign extension by casts.
#include <core.p4>
#include <v1model.p4>
header operands_t { int<8> a; int<8> b; int<36> c; bit<4> pad; bit<8> n; }
header results_t { int<8> sum; int<8> product; int<8> half; int<8> negated; int<36> shifted; bit<4> flags; int<16> wider; bit<16> zeros; }
struct headers_t { operands_t o; results_t r; }
struct metadata_t {}
parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    state start { packet.extract(hdr.o); transition accept; }
}
control MyIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply {
        hdr.r.setValid();
        hdr.r.sum = hdr.o.a + hdr.o.b;
        hdr.r.product = hdr.o.a * hdr.o.b;
        hdr.r.half = hdr.o.a >> 1;
        hdr.r.negated = -hdr.o.a;
        hdr.r.shifted = hdr.o.c >> hdr.o.n;
        hdr.r.flags = (bit<1>)(hdr.o.a < hdr.o.b) ++ (bit<1>)(hdr.o.c < 0) ++ (bit<1>)(hdr.o.a > -8s5) ++ (bit<1>)(hdr.o.b >= hdr.o.a);
        hdr.r.wider = (int<16>)hdr.o.a;
        hdr.r.zeros = (bit<16>)(bit<8>)hdr.o.a;
        standard_metadata.egress_spec = 1;
    }
}
#include "skeleton.p4"
