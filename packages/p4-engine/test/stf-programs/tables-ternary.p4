// Ternary match with priorities, masks over several keys, overlapping entries; lpm; an lpm key beside an exact one.
#include <core.p4>
#include <v1model.p4>
header data_t { bit<8> op; bit<32> a; bit<16> b; bit<8> ternary; bit<8> longest; bit<8> vrf; }
struct headers_t { data_t d; }
struct metadata_t {}
parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    state start { packet.extract(hdr.d); transition accept; }
}
control MyIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    action ternary(bit<8> v) { hdr.d.ternary = v; }
    action longest(bit<8> v) { hdr.d.longest = v; }
    action vrf(bit<8> v) { hdr.d.vrf = v; }
    table acl {
        key = { hdr.d.a: ternary; hdr.d.b: ternary; }
        actions = { ternary; NoAction; }
        default_action = NoAction();
    }
    table routes {
        key = { hdr.d.a: lpm; }
        actions = { longest; NoAction; }
        default_action = NoAction();
    }
    table vrfs {
        key = { hdr.d.op: exact; hdr.d.a: lpm; }
        actions = { vrf; }
        default_action = vrf(0xee);
    }
    apply {
        acl.apply();
        routes.apply();
        vrfs.apply();
        standard_metadata.egress_spec = 1;
    }
}
#include "skeleton.p4"
