// Functions with out and inout parameters, early return, calls in expressions and calls of one another.
#include <core.p4>
#include <v1model.p4>
header data_t { bit<16> a; bit<16> b; bit<16> max; bit<8> calls; bit<16> swapped; }
struct headers_t { data_t d; }
struct metadata_t {}
bit<16> greater(in bit<16> x, in bit<16> y) {
    if (x > y) { return x; }
    return y;
}
void swap(inout bit<16> x, inout bit<16> y) {
    bit<16> t = x;
    x = y;
    y = t;
}
bit<16> counted(in bit<16> x, inout bit<8> calls, out bit<16> half) {
    calls = calls + 1;
    half = x >> 1;
    return greater(x, 0x100);
}
parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    state start { packet.extract(hdr.d); transition accept; }
}
control MyIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply {
        bit<16> half;
        hdr.d.max = greater(hdr.d.a, hdr.d.b) + counted(hdr.d.a, hdr.d.calls, half);
        hdr.d.swapped = half;
        swap(hdr.d.a, hdr.d.b);
        standard_metadata.egress_spec = 1;
    }
}
#include "skeleton.p4"
