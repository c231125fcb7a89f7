// t2na: a register action with two outputs, and a port of the third pipe.
#include <core.p4>
#include <t2na.p4>
header data_t { bit<8> i; bit<32> v; bit<32> old; bit<32> new; bit<16> port; }
struct headers_t { data_t d; }
struct metadata_t {}
control MyIngress(inout headers_t hdr, inout metadata_t meta, in ingress_intrinsic_metadata_t ig_intr_md,
                  in ingress_intrinsic_metadata_from_parser_t ig_prsr_md,
                  inout ingress_intrinsic_metadata_for_deparser_t ig_dprsr_md,
                  inout ingress_intrinsic_metadata_for_tm_t ig_tm_md) {
    Register<bit<32>, bit<8>>(256, 7) cells;
    RegisterAction2<bit<32>, bit<8>, bit<32>, bit<32>>(cells) add = {
        void apply(inout bit<32> value, out bit<32> before, out bit<32> after) {
            before = value;
            value = value + hdr.d.v;
            after = value;
        }
    };
    apply {
        ig_tm_md.ucast_egress_port = 0x101;
        bit<32> after;
        hdr.d.old = add.execute(hdr.d.i, after);
        hdr.d.new = after;
    }
}
control MyEgress(inout headers_t hdr, inout metadata_t meta, in egress_intrinsic_metadata_t eg_intr_md,
                 in egress_intrinsic_metadata_from_parser_t eg_prsr_md,
                 inout egress_intrinsic_metadata_for_deparser_t eg_dprsr_md,
                 inout egress_intrinsic_metadata_for_output_port_t eg_oport_md) {
    apply { hdr.d.port = 7w0 ++ eg_intr_md.egress_port; }
}
#define EGRESS MyEgress
#include "tna-skeleton.p4"
