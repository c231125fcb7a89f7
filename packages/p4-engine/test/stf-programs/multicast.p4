// Multicast with replication ids, over unicast, pruned by egress; an unknown group sends nothing.
#include <core.p4>
#include <v1model.p4>
header data_t { bit<8> op; bit<16> group; bit<16> rid; bit<16> port; bit<8> type; }
struct headers_t { data_t d; }
struct metadata_t {}
parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    state start { packet.extract(hdr.d); transition accept; }
}
control MyIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply {
        standard_metadata.egress_spec = 1;
        standard_metadata.mcast_grp = hdr.d.group;
        if (hdr.d.op == 2) mark_to_drop(standard_metadata);
    }
}
control MyEgress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply {
        hdr.d.rid = standard_metadata.egress_rid;
        hdr.d.port = 7w0 ++ standard_metadata.egress_port;
        hdr.d.type = (bit<8>)standard_metadata.instance_type;
        if (hdr.d.op == 1 && standard_metadata.egress_port == standard_metadata.ingress_port) mark_to_drop(standard_metadata);
    }
}
#define EGRESS MyEgress
#include "skeleton.p4"
