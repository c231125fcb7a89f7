// #define with and without parameters, # nesting of conditions, #undef, #elif, defined, continuation lines.
#include <core.p4>
#include <v1model.p4>
#define WIDTH 8
#define FIELD(name) bit<WIDTH> name;
#define ADD(a, b) ((a) + (b))
#define BODY \
    hdr.d.a = ADD(hdr.d.a, 2 * 3); \
    hdr.d.b = LEVEL;
#if WIDTH == 16
#error "not this one"
#elif defined(WIDTH) && (WIDTH >= 8 || NOTHING)
#define LEVEL 0x11
#else
#define LEVEL 0x22
#endif
#ifdef NOTHING
this is no P4
#else
#ifndef WIDTH
nor is this
#endif
#endif
header data_t { FIELD(a) FIELD(b) FIELD(c) }
#undef WIDTH
#ifdef WIDTH
#error "WIDTH is still defined"
#endif
struct headers_t { data_t d; }
struct metadata_t {}
parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    state start { packet.extract(hdr.d); transition accept; } // LEVEL in a comment
}
control MyIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply {
        BODY
        log_msg("LEVEL stays as it is in a string");
        hdr.d.c = __LINE__;
        standard_metadata.egress_spec = 1; /* #error in
        a comment */
    }
}
#include "skeleton.p4"
