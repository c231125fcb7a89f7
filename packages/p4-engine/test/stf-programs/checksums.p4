// The Internet checksum of a header: verified on the way in, which sets checksum_error, and updated on the way out,
// each under its condition; the same with the payload.
#include <core.p4>
#include <v1model.p4>
header ip_t { bit<4> version; bit<4> ihl; bit<8> tos; bit<16> len; bit<32> id; bit<8> ttl; bit<8> proto; bit<16> sum; bit<32> src; bit<32> dst; }
header l4_t { bit<16> port; bit<16> sum; }
header report_t { bit<8> bad; bit<8> mode; }
struct headers_t { report_t r; ip_t ip; l4_t l4; }
struct metadata_t {}
parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    state start {
        packet.extract(hdr.r);
        packet.extract(hdr.ip);
        transition select(hdr.r.mode) { 2: l4; default: accept; }
    }
    state l4 { packet.extract(hdr.l4); transition accept; }
}
control MyVerify(inout headers_t hdr, inout metadata_t meta) {
    apply {
        verify_checksum(hdr.r.mode != 1,
            { hdr.ip.version, hdr.ip.ihl, hdr.ip.tos, hdr.ip.len, hdr.ip.id, hdr.ip.ttl, hdr.ip.proto, hdr.ip.src, hdr.ip.dst },
            hdr.ip.sum, HashAlgorithm.csum16);
        verify_checksum_with_payload(hdr.l4.isValid(), { hdr.l4.port }, hdr.l4.sum, HashAlgorithm.csum16);
    }
}
control MyIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply {
        hdr.r.bad = 7w0 ++ standard_metadata.checksum_error;
        hdr.ip.ttl = hdr.ip.ttl - 1;
        if (hdr.l4.isValid()) hdr.l4.port = hdr.l4.port + 1;
        standard_metadata.egress_spec = 1;
    }
}
control MyUpdate(inout headers_t hdr, inout metadata_t meta) {
    apply {
        update_checksum(hdr.ip.isValid() && hdr.r.mode != 3,
            { hdr.ip.version, hdr.ip.ihl, hdr.ip.tos, hdr.ip.len, hdr.ip.id, hdr.ip.ttl, hdr.ip.proto, hdr.ip.src, hdr.ip.dst },
            hdr.ip.sum, HashAlgorithm.csum16);
        update_checksum_with_payload(hdr.l4.isValid(), { hdr.l4.port }, hdr.l4.sum, HashAlgorithm.csum16);
    }
}
#define VERIFY MyVerify
#define UPDATE MyUpdate
#include "skeleton.p4"
