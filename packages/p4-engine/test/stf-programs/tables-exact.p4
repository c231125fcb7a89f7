// Exact match on several keys, narrow and wide; default actions with arguments, also set at run time; a table
// without keys; actions with no data; keys that are expressions.
#include <core.p4>
#include <v1model.p4>
header data_t { bit<48> wide; bit<4> narrow; bit<12> mid; bit<16> out1; bit<16> out2; bit<8> out3; bit<8> out4; }
struct headers_t { data_t d; }
struct metadata_t {}
parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    state start { packet.extract(hdr.d); transition accept; }
}
control MyIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    action set1(bit<16> v) { hdr.d.out1 = v; }
    action set2(bit<16> v, bit<48> w) { hdr.d.out2 = v; hdr.d.wide = w; }
    action set3(bit<8> v) { hdr.d.out3 = v; }
    action set4(bit<8> v) { hdr.d.out4 = v; }
    table one {
        key = { hdr.d.mid: exact; hdr.d.narrow: exact @name("low"); }
        actions = { set1; @defaultonly NoAction; }
        default_action = set1(0xdddd);
        size = 16;
    }
    table two {
        key = { hdr.d.wide: exact; }
        actions = { set2; NoAction; }
        default_action = NoAction();
    }
    table keyless {
        actions = { set3; }
        default_action = set3(0x33);
    }
    table expression {
        key = { hdr.d.mid + 1: exact @name("next"); hdr.d.isValid(): exact; }
        actions = { set4; }
        const default_action = set4(0x44);
    }
    apply {
        one.apply();
        two.apply();
        keyless.apply();
        expression.apply();
        standard_metadata.egress_spec = 1;
    }
}
#include "skeleton.p4"
