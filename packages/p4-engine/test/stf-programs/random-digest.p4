// random stays in its range, an empty one included; a digest changes nothing for the packet.
#include <core.p4>
#include <v1model.p4>
header data_t { bit<8> low; bit<8> high; bit<8> ok; bit<8> fixed; }
struct headers_t { data_t d; }
struct note_t { bit<8> a; bit<48> b; }
struct metadata_t { note_t note; }
parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    state start { packet.extract(hdr.d); transition accept; }
}
control MyIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply {
        bit<8> r;
        bit<64> wide;
        random(r, hdr.d.low, hdr.d.high);
        random(wide, (bit<64>)1 << 40, ((bit<64>)1 << 40) + 1);
        random(hdr.d.fixed, 8w0x5a, 8w0x5a);
        hdr.d.ok = 0;
        if (r >= hdr.d.low && r <= hdr.d.high) hdr.d.ok[0:0] = 1;
        if (wide >> 1 == (bit<64>)1 << 39) hdr.d.ok[1:1] = 1;
        meta.note = { hdr.d.low, 0x123456789abc };
        digest<note_t>(1, meta.note);
        standard_metadata.egress_spec = 1;
    }
}
#include "skeleton.p4"
