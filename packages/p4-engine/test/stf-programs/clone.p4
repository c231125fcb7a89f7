// Clones from ingress to egress and from egress to egress, with the metadata of a field list, sessions to a port
// and to a multicast group, and instance_type.
#include <core.p4>
#include <v1model.p4>
header data_t { bit<8> op; bit<8> type; bit<8> kept; bit<8> lost; bit<16> rid; }
struct headers_t { data_t d; }
struct metadata_t { @field_list(1) bit<8> kept; bit<8> lost; }
parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    state start { packet.extract(hdr.d); transition accept; }
}
control MyIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply {
        meta.kept = 0x11;
        meta.lost = 0x22;
        if (hdr.d.op == 1) clone_preserving_field_list(CloneType.I2E, 5, 1);
        if (hdr.d.op == 2) clone(CloneType.I2E, 6);
        if (hdr.d.op == 4) { clone(CloneType.I2E, 7); mark_to_drop(standard_metadata); }
        else standard_metadata.egress_spec = 1;
        // Not seen by a clone, which is the packet as it came.
        hdr.d.type = 0xff;
    }
}
control MyEgress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply {
        if (hdr.d.op == 3 && standard_metadata.instance_type == 0) clone_preserving_field_list(CloneType.E2E, 5, 1);
        if (standard_metadata.instance_type != 0) {
            hdr.d.type = hdr.d.type | (bit<8>)standard_metadata.instance_type;
            hdr.d.kept = meta.kept;
            hdr.d.lost = meta.lost;
            hdr.d.rid = standard_metadata.egress_rid;
        }
    }
}
#define EGRESS MyEgress
#include "skeleton.p4"
