// resubmit runs the packet as it came again, recirculate the packet as it leaves; metadata of a field list is kept,
// the rest starts at zero; instance_type tells which it was.
#include <core.p4>
#include <v1model.p4>
header data_t { bit<8> op; bit<8> passes; bit<8> kept; bit<8> lost; bit<8> type; }
struct headers_t { data_t d; }
struct metadata_t { @field_list(1, 2) bit<8> passes; @field_list(2) bit<8> kept; bit<8> lost; }
parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    state start { packet.extract(hdr.d); transition accept; }
}
control MyIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply {
        hdr.d.passes = hdr.d.passes + 1;
        hdr.d.kept = meta.kept;
        hdr.d.lost = meta.lost;
        hdr.d.type = (bit<8>)standard_metadata.instance_type;
        meta.passes = meta.passes + 1;
        meta.kept = 0x33;
        meta.lost = 0x44;
        standard_metadata.egress_spec = 1;
        if (hdr.d.op == 1 && meta.passes < 3) resubmit_preserving_field_list(2);
        if (hdr.d.op == 2 && meta.passes < 3) resubmit_preserving_field_list(1);
    }
}
control MyEgress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply {
        if (hdr.d.op == 3 && hdr.d.passes < 4) recirculate_preserving_field_list(2);
        if (hdr.d.op == 4 && hdr.d.passes < 4) recirculate_preserving_field_list(0);
    }
}
#define EGRESS MyEgress
#include "skeleton.p4"
