// Structs in structs, tuples, list and struct initialisers, whole-struct and header assignment and comparison.
#include <core.p4>
#include <v1model.p4>
header pair_t { bit<8> x; bit<8> y; }
struct inner_t { bit<8> a; bit<8> b; }
struct outer_t { inner_t i; inner_t j; bit<8> c; }
struct headers_t { pair_t p; pair_t q; pair_t r; }
struct metadata_t { outer_t o; }
parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    state start { packet.extract(hdr.p); packet.extract(hdr.q); transition accept; }
}
control MyIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply {
        meta.o = { { 1, 2 }, { a = 3, b = hdr.p.y }, 5 };
        inner_t copy = meta.o.j;
        meta.o.j = { b = 9, a = 8 };
        meta.o.i = meta.o.j;
        tuple<bit<8>, bit<16>> t = { copy.b, 0x1234 };
        bool same = hdr.p == hdr.q;
        bool equal = meta.o.i == meta.o.j;
        hdr.r = hdr.q;
        hdr.q = { t[0], meta.o.i.b };
        hdr.p.x = (bit<8>)t[1] + copy.a;
        hdr.p.y = (same ? 8w0x10 : 8w0) | (equal ? 8w1 : 8w0);
        standard_metadata.egress_spec = 1;
    }
}
#include "skeleton.p4"
