// The parts of a tna or t2na pipe that most tests share. A test includes <tna.p4> or <t2na.p4>, declares headers_t,
// metadata_t and a control MyIngress, includes this file last, and may name its own blocks by these macros.
#ifndef INGRESS_PARSER
#define INGRESS_PARSER IngressParse
#endif
#ifndef INGRESS_DEPARSER
#define INGRESS_DEPARSER IngressDeparse
#endif
#ifndef EGRESS_PARSER
#define EGRESS_PARSER EgressParse
#endif
#ifndef EGRESS
#define EGRESS NoEgress
#endif
#ifndef EGRESS_DEPARSER
#define EGRESS_DEPARSER EgressDeparse
#endif

parser IngressParse(packet_in packet, out headers_t hdr, out metadata_t meta,
                    out ingress_intrinsic_metadata_t ig_intr_md) {
    state start {
        packet.extract(ig_intr_md);
        packet.advance(PORT_METADATA_SIZE);
        packet.extract(hdr.d);
        transition accept;
    }
}
control IngressDeparse(packet_out packet, inout headers_t hdr, in metadata_t meta,
                       in ingress_intrinsic_metadata_for_deparser_t ig_dprsr_md) {
    apply { packet.emit(hdr); }
}
parser EgressParse(packet_in packet, out headers_t hdr, out metadata_t meta,
                   out egress_intrinsic_metadata_t eg_intr_md) {
    state start {
        packet.extract(eg_intr_md);
        packet.extract(hdr.d);
        transition accept;
    }
}
control NoEgress(inout headers_t hdr, inout metadata_t meta, in egress_intrinsic_metadata_t eg_intr_md,
                 in egress_intrinsic_metadata_from_parser_t eg_prsr_md,
                 inout egress_intrinsic_metadata_for_deparser_t eg_dprsr_md,
                 inout egress_intrinsic_metadata_for_output_port_t eg_oport_md) {
    apply {}
}
control EgressDeparse(packet_out packet, inout headers_t hdr, in metadata_t meta,
                      in egress_intrinsic_metadata_for_deparser_t eg_dprsr_md) {
    apply { packet.emit(hdr); }
}

Pipeline(INGRESS_PARSER(), MyIngress(), INGRESS_DEPARSER(), EGRESS_PARSER(), EGRESS(), EGRESS_DEPARSER()) pipe;
Switch(pipe) main;
