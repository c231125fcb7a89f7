// for loops over values and ranges, break and continue (P4_16 1.2.5).
#include <core.p4>
#include <v1model.p4>
header data_t { bit<8> n; bit<16> sum; bit<8> odd; bit<8> found; }
struct headers_t { data_t d; }
struct metadata_t {}
parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    state start { packet.extract(hdr.d); transition accept; }
}
control MyIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply {
        for (bit<8> i = 1, bit<16> weight = 1; i <= hdr.d.n; i = i + 1, weight = weight + 2) {
            hdr.d.sum = hdr.d.sum + weight;
        }
        for (bit<8> i in 8w1 .. 8w10) {
            if (i[0:0] == 0) continue;
            if (i > hdr.d.n) break;
            hdr.d.odd = hdr.d.odd + 1;
        }
        for (bit<8> v in (list<bit<8>>){3, 5, 7}) {
            if (v == hdr.d.n) hdr.d.found = 1;
        }
        standard_metadata.egress_spec = 1;
    }
}
#include "skeleton.p4"
