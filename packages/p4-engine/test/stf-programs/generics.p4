// Generic structs, headers, functions and controls.
#include <core.p4>
#include <v1model.p4>
header pair_h<T> { T first; T second; }
struct holder_t<T> { T value; bit<8> extra; }
struct headers_t { pair_h<bit<8>> p; pair_h<bit<16>> q; }
struct metadata_t { holder_t<bit<16>> h; }
T pick<T>(in bool which, in T a, in T b) {
    return which ? a : b;
}
parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    state start { packet.extract(hdr.p); packet.extract(hdr.q); transition accept; }
}
control MyIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply {
        meta.h.value = hdr.q.first + 1;
        bool less = hdr.p.first < hdr.p.second;
        hdr.q.first = pick(less, hdr.q.second, meta.h.value);
        hdr.p.first = pick<bit<8>>(!less, 0x55, hdr.p.second);
        standard_metadata.egress_spec = 1;
    }
}
#include "skeleton.p4"
