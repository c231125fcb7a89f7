// truncate limits what is sent; drops at ingress, at egress, and by the parser's verdict; the port of a drop.
#include <core.p4>
#include <v1model.p4>
header data_t { bit<8> op; bit<8> length; }
struct headers_t { data_t d; }
struct metadata_t {}
parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    state start { packet.extract(hdr.d); transition accept; }
}
control MyIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply {
        standard_metadata.egress_spec = 1;
        if (hdr.d.op == 1) truncate((bit<32>)hdr.d.length);
        if (hdr.d.op == 2) mark_to_drop(standard_metadata);
        if (hdr.d.op == 3) standard_metadata.egress_spec = 511;
        if (hdr.d.op == 4) { mark_to_drop(standard_metadata); standard_metadata.egress_spec = 2; }
        assert(hdr.d.op != 0xff);
        assume(true);
        log_msg("op {} of {} bytes", { hdr.d.op, standard_metadata.packet_length });
    }
}
control MyEgress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply {
        if (hdr.d.op == 5) mark_to_drop(standard_metadata);
        if (hdr.d.op == 6) hdr.d.length = (bit<8>)standard_metadata.packet_length;
    }
}
#define EGRESS MyEgress
#include "skeleton.p4"
