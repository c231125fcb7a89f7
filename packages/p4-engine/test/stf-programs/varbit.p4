// varbit fields: extracted with a computed length, kept, emitted, copied; a length that is too long is an error.
#include <core.p4>
#include <v1model.p4>
header fixed_t { bit<8> length; bit<8> status; }
header options_t { varbit<64> options; }
header after_t { bit<8> b; }
struct headers_t { fixed_t f; after_t a; options_t o; }
struct metadata_t {}
parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    state start {
        packet.extract(hdr.f);
        packet.extract(hdr.o, (bit<32>)hdr.f.length * 8);
        packet.extract(hdr.a);
        transition accept;
    }
}
control MyIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply {
        if (standard_metadata.parser_error == error.HeaderTooShort) hdr.f.status = 1;
        if (standard_metadata.parser_error == error.PacketTooShort) hdr.f.status = 2;
        if (hdr.f.length == 0) hdr.o.setInvalid();
        standard_metadata.egress_spec = 1;
    }
}
#include "skeleton.p4"
