// Tables with @use_hash_action, constant ternary entries, range keys, a ternary default and an action profile with
// selector; min and max.
#include <core.p4>
#include <tna.p4>
header data_t { bit<4> i; bit<4> j; bit<8> x; bit<8> dense; bit<8> acl; bit<8> lo; bit<8> hi; bit<8> sel; }
struct headers_t { data_t d; }
struct metadata_t {}
control MyIngress(inout headers_t hdr, inout metadata_t meta, in ingress_intrinsic_metadata_t ig_intr_md,
                  in ingress_intrinsic_metadata_from_parser_t ig_prsr_md,
                  inout ingress_intrinsic_metadata_for_deparser_t ig_dprsr_md,
                  inout ingress_intrinsic_metadata_for_tm_t ig_tm_md) {
    action add_dense(bit<8> v) { hdr.d.dense = hdr.d.dense + v; }
    action set_acl(bit<8> v) { hdr.d.acl = v; }
    action set_sel(bit<8> v) { hdr.d.sel = v; }
    @use_hash_action(1)
    table dense {
        key = { hdr.d.i: exact; hdr.d.j: exact; }
        actions = { add_dense; }
        const default_action = add_dense(0);
        size = 256;
    }
    table acl {
        key = { hdr.d.x: ternary; hdr.d.j: range; }
        actions = { set_acl; }
        const default_action = set_acl(0xff);
        const entries = {
            (0x10 &&& 0xf0, 0 .. 3): set_acl(1);
            (0x12, _): set_acl(2);
            (_, 15): set_acl(3);
        }
        size = 16;
    }
    ActionProfile(8) profile;
    Hash<bit<16>>(HashAlgorithm_t.IDENTITY) sel_hash;
    ActionSelector(profile, sel_hash, SelectorMode_t.FAIR, 4, 2) selector;
    table selected {
        key = { hdr.d.i: exact; hdr.d.j: selector; }
        actions = { set_sel; NoAction; }
        const default_action = NoAction();
        size = 16;
        implementation = selector;
    }
    apply {
        ig_tm_md.ucast_egress_port = 1;
        dense.apply();
        acl.apply();
        selected.apply();
        hdr.d.lo = min(hdr.d.x, hdr.d.acl);
        hdr.d.hi = max(hdr.d.x, hdr.d.acl);
    }
}
#include "tna-skeleton.p4"
