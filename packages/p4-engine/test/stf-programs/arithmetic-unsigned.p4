// + - * & | ^ ~ and comparisons on bit<W>, modulo 2^W, for widths below, at and above a machine word.
#include <core.p4>
#include <v1model.p4>
header operands_t { bit<8> a; bit<8> b; bit<32> c; bit<32> d; bit<48> e; bit<48> f; }
header results_t {
    bit<8> sum; bit<8> difference; bit<8> product; bit<8> negated;
    bit<32> sum32; bit<32> product32; bit<32> complement;
    bit<48> sum48; bit<48> product48; bit<48> xored;
    bit<1> lt; bit<1> le; bit<1> gt; bit<1> ge; bit<1> eq; bit<1> ne; bit<2> pad;
}
struct headers_t { operands_t o; results_t r; }
struct metadata_t {}
parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    state start { packet.extract(hdr.o); transition accept; }
}
control MyIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply {
        hdr.r.setValid();
        hdr.r.sum = hdr.o.a + hdr.o.b;
        hdr.r.difference = hdr.o.a - hdr.o.b;
        hdr.r.product = hdr.o.a * hdr.o.b;
        hdr.r.negated = -hdr.o.a;
        hdr.r.sum32 = hdr.o.c + hdr.o.d;
        hdr.r.product32 = hdr.o.c * hdr.o.d;
        hdr.r.complement = ~(hdr.o.c & hdr.o.d);
        hdr.r.sum48 = hdr.o.e + hdr.o.f;
        hdr.r.product48 = hdr.o.e * hdr.o.f;
        hdr.r.xored = (hdr.o.e ^ hdr.o.f) | 1;
        hdr.r.lt = (bit<1>)(hdr.o.c < hdr.o.d);
        hdr.r.le = (bit<1>)(hdr.o.c <= hdr.o.d);
        hdr.r.gt = (bit<1>)(hdr.o.e > hdr.o.f);
        hdr.r.ge = (bit<1>)(hdr.o.e >= hdr.o.f);
        hdr.r.eq = (bit<1>)(hdr.o.a == hdr.o.b);
        hdr.r.ne = (bit<1>)(hdr.o.a != hdr.o.b);
        standard_metadata.egress_spec = 1;
    }
}
#include "skeleton.p4"
