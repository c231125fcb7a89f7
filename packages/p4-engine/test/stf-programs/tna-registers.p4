// Registers and their actions: the value and the output, one of two, pairs, predicates, signed cells, several
// actions of one register, an initial value, an index of its own width.
#include <core.p4>
#include <tna.p4>
header data_t { bit<8> op; bit<8> i; bit<32> v; bit<32> r; bit<16> s; }
struct headers_t { data_t d; }
struct metadata_t {}
struct pair_t { bit<32> low; bit<32> high; }
control MyIngress(inout headers_t hdr, inout metadata_t meta, in ingress_intrinsic_metadata_t ig_intr_md,
                  in ingress_intrinsic_metadata_from_parser_t ig_prsr_md,
                  inout ingress_intrinsic_metadata_for_deparser_t ig_dprsr_md,
                  inout ingress_intrinsic_metadata_for_tm_t ig_tm_md) {
    Register<bit<32>, bit<8>>(256, 100) sums;
    RegisterAction<bit<32>, bit<8>, bit<32>>(sums) add_sum = {
        void apply(inout bit<32> value, out bit<32> result) {
            value = value + hdr.d.v;
            result = value;
        }
    };
    RegisterAction<bit<32>, bit<8>, bit<32>>(sums) swap_sum = {
        void apply(inout bit<32> value, out bit<32> result) {
            result = value;
            value = hdr.d.v;
        }
    };
    RegisterAction<bit<32>, bit<8>, bit<32>>(sums) set_sum = {
        void apply(inout bit<32> value) { value = hdr.d.v; }
    };
    Register<pair_t, bit<8>>(256) pairs;
    RegisterAction<pair_t, bit<8>, bit<32>>(pairs) range_of = {
        void apply(inout pair_t value, out bit<32> result) {
            if (value.high < hdr.d.v) {
                value.low = value.high;
                value.high = hdr.d.v;
            } else {
                value.low = value.low + 1;
            }
            result = value.low;
        }
    };
    Register<int<16>, bit<8>>(256) extremes;
    RegisterAction<int<16>, bit<8>, bit<16>>(extremes) least = {
        void apply(inout int<16> value, out bit<16> result) {
            int<16> x = (int<16>)hdr.d.v[15:0];
            value = min(value, x);
            result = (bit<16>)value;
        }
    };
    apply {
        ig_tm_md.ucast_egress_port = 1;
        if (hdr.d.op == 1) hdr.d.r = add_sum.execute(hdr.d.i);
        else if (hdr.d.op == 2) hdr.d.r = swap_sum.execute(hdr.d.i);
        else if (hdr.d.op == 3) set_sum.execute(hdr.d.i);
        else if (hdr.d.op == 4) hdr.d.r = range_of.execute(hdr.d.i);
        else if (hdr.d.op == 5) hdr.d.s = least.execute(hdr.d.i);
    }
}
#include "tna-skeleton.p4"
