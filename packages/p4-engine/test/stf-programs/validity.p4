// setValid, setInvalid, isValid; an assignment copies validity; an invalid header is not emitted, and neither are
// bytes that the parser did not take lost.
#include <core.p4>
#include <v1model.p4>
header h_t { bit<8> v; }
struct headers_t { h_t a; h_t b; h_t c; }
struct metadata_t {}
parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    state start {
        packet.extract(hdr.a);
        transition select(hdr.a.v) { 0x10 &&& 0xf0: more; default: accept; }
    }
    state more { packet.extract(hdr.b); transition accept; }
}
control MyIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply {
        if (hdr.a.v == 0x11) hdr.c = hdr.b;
        else if (hdr.a.v == 0x12) hdr.b.setInvalid();
        else if (hdr.a.v == 0x20) { hdr.c.setValid(); hdr.c.v = 0xcc; }
        else if (hdr.a.v == 0x21) { hdr.c.setValid(); hdr.c.v = 0xcc; hdr.c = hdr.b; }
        if (hdr.b.isValid() && !hdr.c.isValid()) hdr.b.v = ~hdr.b.v;
        standard_metadata.egress_spec = 1;
    }
}
#include "skeleton.p4"
