// Header unions: at most one member is valid; setting one invalidates the other; isValid of the union.
#include <core.p4>
#include <v1model.p4>
header kind_t { bit<8> kind; bit<8> report; }
header short_t { bit<8> s; }
header long_t { bit<16> l; }
header_union body_t { short_t s; long_t l; }
struct headers_t { kind_t k; body_t u; body_t[2] us; }
struct metadata_t {}
parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    state start {
        packet.extract(hdr.k);
        transition select(hdr.k.kind) {
            1: short_body;
            2: long_body;
            3: short_body;
            4: many;
            default: accept;
        }
    }
    state short_body { packet.extract(hdr.u.s); transition accept; }
    state long_body { packet.extract(hdr.u.l); transition accept; }
    state many {
        packet.extract(hdr.us.next.s);
        packet.extract(hdr.us.next.l);
        transition accept;
    }
}
control MyIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply {
        if (hdr.k.kind == 3) {
            bit<8> old = hdr.u.s.s;
            hdr.u.l.setValid();
            hdr.u.l.l = 8w0xee ++ old;
        }
        hdr.k.report = 0;
        if (hdr.u.isValid()) hdr.k.report = hdr.k.report | 1;
        if (hdr.u.s.isValid()) hdr.k.report = hdr.k.report | 2;
        if (hdr.u.l.isValid()) hdr.k.report = hdr.k.report | 4;
        if (hdr.us[1].l.isValid()) hdr.us[1].l.l = hdr.us[1].l.l + 1;
        standard_metadata.egress_spec = 1;
    }
}
#include "skeleton.p4"
