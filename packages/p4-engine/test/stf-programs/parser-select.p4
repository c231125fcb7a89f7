// select with masks, ranges, several keys and don't cares; lookahead; advance; verify; no match is an error.
#include <core.p4>
#include <v1model.p4>
error { Odd }
header kind_t { bit<8> kind; bit<8> sub; bit<8> path; bit<8> problem; }
header byte_t { bit<8> v; }
struct headers_t { kind_t k; byte_t b; }
struct metadata_t {}
parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    bit<8> path = 0;
    state start {
        packet.extract(hdr.k);
        transition select(hdr.k.kind, hdr.k.sub) {
            (0x10 &&& 0xf0, _): masked;
            (0x20 .. 0x2f, 1 .. 5): ranged;
            (0x20 .. 0x2f, 6): skip;
            (0x30, default): peek;
            (0x40, 0): last;
            default: accept;
        }
    }
    state masked { hdr.k.path = 1; transition accept; }
    state ranged { hdr.k.path = 2; packet.extract(hdr.b); transition accept; }
    state skip { hdr.k.path = 3; packet.advance(16); packet.extract(hdr.b); transition accept; }
    state peek {
        hdr.k.path = packet.lookahead<bit<16>>()[7:0];
        verify(hdr.k.path[0:0] == 0, error.Odd);
        transition select(packet.lookahead<byte_t>().v) {
            7: accept;
        }
    }
    state last { packet.advance(8); hdr.k.path = 5; transition accept; }
}
control MyIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply {
        if (standard_metadata.parser_error == error.Odd) hdr.k.problem = 1;
        else if (standard_metadata.parser_error == error.NoMatch) hdr.k.problem = 2;
        else if (standard_metadata.parser_error == error.PacketTooShort) hdr.k.problem = 3;
        standard_metadata.egress_spec = 1;
    }
}
#include "skeleton.p4"
