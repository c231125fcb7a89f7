// Bit slices read and assigned, nested and of wide fields; concatenation; width-changing casts.
#include <core.p4>
#include <v1model.p4>
header data_t { bit<16> a; bit<16> b; bit<64> w; bit<32> joined; bit<8> narrowed; bit<24> widened; }
struct headers_t { data_t d; }
struct metadata_t {}
parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    state start { packet.extract(hdr.d); transition accept; }
}
control MyIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply {
        hdr.d.joined = hdr.d.a[7:0] ++ hdr.d.b ++ 8w0xcc;
        hdr.d.a[15:12] = hdr.d.b[3:0];
        hdr.d.a[3:3] = 1;
        hdr.d.w[47:16] = 0xdeadbeef;
        hdr.d.w[63:60] = hdr.d.w[3:0];
        hdr.d.narrowed = (bit<8>)hdr.d.b;
        hdr.d.widened = (bit<24>)hdr.d.w[31:16];
        hdr.d.b[15:8][3:0] = 0xa;
        standard_metadata.egress_spec = 1;
    }
}
#include "skeleton.p4"
