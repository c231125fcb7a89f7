// Mirror: a copy of the packet as it came, with a header in front that egress parses; and one made in egress.
#include <core.p4>
#include <tna.p4>
header mirror_t { bit<8> kind; bit<8> note; }
header data_t { bit<8> kind; bit<8> op; bit<8> v; }
struct headers_t { mirror_t m; data_t d; }
struct metadata_t { MirrorId_t session; bit<8> note; }
parser MyParser(packet_in packet, out headers_t hdr, out metadata_t meta, out ingress_intrinsic_metadata_t ig_intr_md) {
    state start {
        packet.extract(ig_intr_md);
        packet.advance(PORT_METADATA_SIZE);
        packet.extract(hdr.d);
        meta.session = 0;
        meta.note = 0;
        transition accept;
    }
}
control MyIngress(inout headers_t hdr, inout metadata_t meta, in ingress_intrinsic_metadata_t ig_intr_md,
                  in ingress_intrinsic_metadata_from_parser_t ig_prsr_md,
                  inout ingress_intrinsic_metadata_for_deparser_t ig_dprsr_md,
                  inout ingress_intrinsic_metadata_for_tm_t ig_tm_md) {
    apply {
        ig_tm_md.ucast_egress_port = 1;
        if (hdr.d.op == 1) {
            ig_dprsr_md.mirror_type = 1;
            meta.session = 5;
            meta.note = 0x55;
        }
        hdr.d.v = hdr.d.v + 1;
    }
}
control MyDeparser(packet_out packet, inout headers_t hdr, in metadata_t meta,
                   in ingress_intrinsic_metadata_for_deparser_t ig_dprsr_md) {
    Mirror() mirror;
    apply {
        if (ig_dprsr_md.mirror_type == 1) mirror.emit<mirror_t>(meta.session, { 0xaa, meta.note });
        packet.emit(hdr);
    }
}
parser MyEgressParser(packet_in packet, out headers_t hdr, out metadata_t meta, out egress_intrinsic_metadata_t eg_intr_md) {
    state start {
        packet.extract(eg_intr_md);
        meta.session = 0;
        meta.note = 0;
        transition select(packet.lookahead<bit<8>>()) {
            0xaa: mirrored;
            default: plain;
        }
    }
    state mirrored {
        packet.extract(hdr.m);
        transition plain;
    }
    state plain {
        packet.extract(hdr.d);
        transition accept;
    }
}
control MyEgress(inout headers_t hdr, inout metadata_t meta, in egress_intrinsic_metadata_t eg_intr_md,
                 in egress_intrinsic_metadata_from_parser_t eg_prsr_md,
                 inout egress_intrinsic_metadata_for_deparser_t eg_dprsr_md,
                 inout egress_intrinsic_metadata_for_output_port_t eg_oport_md) {
    apply {
        if (hdr.m.isValid()) {
            hdr.d.v = hdr.m.note;
            hdr.m.setInvalid();
        } else if (hdr.d.op == 2) {
            eg_dprsr_md.mirror_type = 2;
            meta.session = 6;
        }
    }
}
control MyEgressDeparser(packet_out packet, inout headers_t hdr, in metadata_t meta,
                         in egress_intrinsic_metadata_for_deparser_t eg_dprsr_md) {
    Mirror() mirror;
    apply {
        if (eg_dprsr_md.mirror_type == 2) mirror.emit<mirror_t>(meta.session, { 0xaa, 0x66 });
        packet.emit(hdr.d);
    }
}
#define INGRESS_PARSER MyParser
#define INGRESS_DEPARSER MyDeparser
#define EGRESS_PARSER MyEgressParser
#define EGRESS MyEgress
#define EGRESS_DEPARSER MyEgressDeparser
#include "tna-skeleton.p4"
