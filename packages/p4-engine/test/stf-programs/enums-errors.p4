// Plain and serializable enums, an error of the program's own, and error values as data.
#include <core.p4>
#include <v1model.p4>
error { TooOld }
enum Colour { Red, Green, Blue }
enum bit<8> Kind { Request = 1, Reply = 2, Other = 0xff }
header data_t { Kind kind; bit<8> version; bit<8> colour; bit<8> status; }
struct headers_t { data_t d; }
struct metadata_t { Colour colour; }
parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    state start {
        packet.extract(hdr.d);
        verify(hdr.d.version >= 2, error.TooOld);
        transition select(hdr.d.kind) {
            Kind.Request: request;
            Kind.Reply: accept;
            default: reject;
        }
    }
    state request { hdr.d.kind = Kind.Reply; transition accept; }
}
control MyIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply {
        meta.colour = hdr.d.colour == 0 ? Colour.Red : Colour.Blue;
        if (meta.colour == Colour.Blue) hdr.d.colour = 7;
        if (standard_metadata.parser_error == error.NoError) hdr.d.status = 1;
        else if (standard_metadata.parser_error == error.TooOld) hdr.d.status = 2;
        else hdr.d.status = 3;
        standard_metadata.egress_spec = 1;
    }
}
#include "skeleton.p4"
