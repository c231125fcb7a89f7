// hash() with every algorithm, base and maximum, over fields that are no whole bytes and over wide ones.
#include <core.p4>
#include <v1model.p4>
header data_t { bit<32> a; bit<16> b; bit<4> c; bit<4> d; }
header out_t { bit<16> crc16; bit<32> crc32; bit<16> csum16; bit<16> xor16; bit<32> identity; bit<16> ranged; bit<16> base; bit<16> odd; bit<64> wide; }
struct headers_t { data_t d; out_t o; }
struct metadata_t {}
parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    state start { packet.extract(hdr.d); transition accept; }
}
control MyIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply {
        hdr.o.setValid();
        hash(hdr.o.crc16, HashAlgorithm.crc16, 16w0, { hdr.d.a, hdr.d.b, hdr.d.c, hdr.d.d }, 32w0x10000);
        hash(hdr.o.crc32, HashAlgorithm.crc32, 32w0, { hdr.d.a, hdr.d.b, hdr.d.c, hdr.d.d }, 64w0x100000000);
        hash(hdr.o.csum16, HashAlgorithm.csum16, 16w0, { hdr.d.a, hdr.d.b }, 32w0x10000);
        hash(hdr.o.xor16, HashAlgorithm.xor16, 16w0, { hdr.d.a, hdr.d.b }, 32w0x10000);
        hash(hdr.o.identity, HashAlgorithm.identity, 32w0, { hdr.d.a }, 64w0x100000000);
        hash(hdr.o.ranged, HashAlgorithm.crc32, 16w1000, { hdr.d.a }, 16w100);
        hash(hdr.o.base, HashAlgorithm.crc16, 16w77, { hdr.d.a }, 16w0);
        hash(hdr.o.odd, HashAlgorithm.crc16, 16w0, { hdr.d.c, hdr.d.b }, 32w0x10000);
        hash(hdr.o.wide, HashAlgorithm.identity, 64w0, { hdr.d.a, hdr.d.b }, 64w0xffffffffffff);
        standard_metadata.egress_spec = 1;
    }
}
#include "skeleton.p4"
