// |+| and |-| on bit<W> and int<W>.
#include <core.p4>
#include <v1model.p4>
header operands_t { bit<8> a; bit<8> b; int<8> c; int<8> d; bit<32> e; bit<32> f; bit<40> g; bit<40> h; int<40> i; int<40> j; }
header results_t { bit<8> ua; bit<8> us; int<8> sa; int<8> ss; bit<32> ua32; bit<32> us32; bit<40> ua40; bit<40> us40; int<40> sa40; int<40> ss40; }
struct headers_t { operands_t o; results_t r; }
struct metadata_t {}
parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    state start { packet.extract(hdr.o); transition accept; }
}
control MyIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply {
        hdr.r.setValid();
        hdr.r.ua = hdr.o.a |+| hdr.o.b;
        hdr.r.us = hdr.o.a |-| hdr.o.b;
        hdr.r.sa = hdr.o.c |+| hdr.o.d;
        hdr.r.ss = hdr.o.c |-| hdr.o.d;
        hdr.r.ua32 = hdr.o.e |+| hdr.o.f;
        hdr.r.us32 = hdr.o.e |-| hdr.o.f;
        hdr.r.ua40 = hdr.o.g |+| hdr.o.h;
        hdr.r.us40 = hdr.o.g |-| hdr.o.h;
        hdr.r.sa40 = hdr.o.i |+| hdr.o.j;
        hdr.r.ss40 = hdr.o.i |-| hdr.o.j;
        hdr.o.setInvalid();
        standard_metadata.egress_spec = 1;
    }
}
#include "skeleton.p4"
