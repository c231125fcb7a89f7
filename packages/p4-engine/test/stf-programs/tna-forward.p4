// tna: tables in ingress and egress, drop_ctl in both, bypass of egress, ports in intrinsic metadata; a packet
// that is given no port goes nowhere; a second copy to the processor.
#include <core.p4>
#include <tna.p4>
header data_t { bit<8> op; bit<8> k; bit<16> ig_port; bit<16> eg_port; bit<8> mark; }
struct headers_t { data_t d; }
struct metadata_t {}
control MyIngress(inout headers_t hdr, inout metadata_t meta, in ingress_intrinsic_metadata_t ig_intr_md,
                  in ingress_intrinsic_metadata_from_parser_t ig_prsr_md,
                  inout ingress_intrinsic_metadata_for_deparser_t ig_dprsr_md,
                  inout ingress_intrinsic_metadata_for_tm_t ig_tm_md) {
    action forward(PortId_t port) { ig_tm_md.ucast_egress_port = port; }
    action drop() { ig_dprsr_md.drop_ctl = 1; }
    action nothing() {}
    table t {
        key = { hdr.d.k: exact; }
        actions = { forward; drop; nothing; }
        const default_action = nothing();
        size = 256;
    }
    apply {
        hdr.d.ig_port = 7w0 ++ ig_intr_md.ingress_port;
        t.apply();
        if (hdr.d.op == 1) ig_tm_md.bypass_egress = 1;
        if (hdr.d.op == 3) { ig_tm_md.mcast_grp_a = 0; ig_dprsr_md.drop_ctl = 0; }
    }
}
control MyEgress(inout headers_t hdr, inout metadata_t meta, in egress_intrinsic_metadata_t eg_intr_md,
                 in egress_intrinsic_metadata_from_parser_t eg_prsr_md,
                 inout egress_intrinsic_metadata_for_deparser_t eg_dprsr_md,
                 inout egress_intrinsic_metadata_for_output_port_t eg_oport_md) {
    apply {
        hdr.d.eg_port = 7w0 ++ eg_intr_md.egress_port;
        hdr.d.mark = 0xee;
        if (hdr.d.op == 2) eg_dprsr_md.drop_ctl = 1;
    }
}
#define EGRESS MyEgress
#include "tna-skeleton.p4"
