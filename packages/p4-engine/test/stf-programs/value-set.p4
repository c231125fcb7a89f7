// A parser value set, filled by the control plane.
#include <core.p4>
#include <v1model.p4>
header data_t { bit<16> type; bit<8> seen; }
struct headers_t { data_t d; }
struct metadata_t {}
parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    value_set<bit<16>>(4) types;
    state start {
        packet.extract(hdr.d);
        transition select(hdr.d.type) {
            types: listed;
            0x0800: known;
            default: accept;
        }
    }
    state listed { hdr.d.seen = 1; transition accept; }
    state known { hdr.d.seen = 2; transition accept; }
}
control MyIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply { standard_metadata.egress_spec = 1; }
}
#include "skeleton.p4"
