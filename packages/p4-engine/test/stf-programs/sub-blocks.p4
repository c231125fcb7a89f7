// Parsers and controls called from others, with constructor parameters, several instances of one, state of their
// own in each instance, and a control applied by its type.
#include <core.p4>
#include <v1model.p4>
header tag_t { bit<8> type; bit<8> v; }
header tail_t { bit<8> count_a; bit<8> count_b; bit<8> sum; }
struct headers_t { tag_t a; tag_t b; tail_t t; }
struct metadata_t {}
parser TagParser(packet_in packet, out tag_t tag)(bit<8> expected) {
    state start {
        packet.extract(tag);
        transition select(tag.type == expected) {
            true: accept;
            false: wrong;
        }
    }
    state wrong { tag.v = 0xff; transition accept; }
}
parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    TagParser(0x0a) first;
    TagParser(0x0b) second;
    state start {
        first.apply(packet, hdr.a);
        second.apply(packet, hdr.b);
        transition rest;
    }
    state rest { packet.extract(hdr.t); transition accept; }
}
control Adder(inout bit<8> v)(bit<8> step, bool twice) {
    apply {
        v = v + step;
        if (twice) { v = v + step; }
    }
}
control Counting(inout bit<8> seen) {
    register<bit<8>>(1) cell;
    Adder(1, false) increment;
    apply {
        bit<8> n;
        cell.read(n, 0);
        increment.apply(n);
        cell.write(0, n);
        seen = n;
    }
}
control Flip(inout bit<8> v) {
    apply { v[7:7] = ~v[7:7]; }
}
control MyIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    Counting() a;
    Counting() b;
    Adder(0x10, true) adder;
    apply {
        if (hdr.a.v != 0xff) a.apply(hdr.t.count_a);
        if (hdr.b.v != 0xff) b.apply(hdr.t.count_b);
        adder.apply(hdr.t.sum);
        Flip.apply(hdr.t.sum);
        standard_metadata.egress_spec = 1;
    }
}
#include "skeleton.p4"
