// Tables whose actions are in an action profile and behind an action selector:
// members that several entries share, groups from which a hash selects.
#include <core.p4>
#include <v1model.p4>
header data_t { bit<8> k; bit<8> flow; bit<8> pad; bit<8> shared; bit<8> selected; }
struct headers_t { data_t d; }
struct metadata_t {}
parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    state start { packet.extract(hdr.d); transition accept; }
}
control MyIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    action share(bit<8> v) { hdr.d.shared = v; }
    action select_one(bit<8> v) { hdr.d.selected = v; }
    @name("profile") action_profile(16) profile;
    @name("selector") action_selector(HashAlgorithm.identity, 16, 16) selector;
    table shared {
        key = { hdr.d.k: exact; }
        actions = { share; NoAction; }
        default_action = NoAction();
        implementation = profile;
    }
    table balanced {
        key = { hdr.d.k: exact; hdr.d.flow: selector; }
        actions = { select_one; NoAction; }
        default_action = NoAction();
        implementation = selector;
    }
    apply {
        shared.apply();
        balanced.apply();
        standard_metadata.egress_spec = 1;
    }
}
#include "skeleton.p4"
