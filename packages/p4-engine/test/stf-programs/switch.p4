// switch on the action a table ran, with fall-through labels and default, and on expressions; hit and miss.
#include <core.p4>
#include <v1model.p4>
header data_t { bit<8> key; bit<8> ran; bit<8> value; bit<8> hit; }
struct headers_t { data_t d; }
struct metadata_t {}
parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    state start { packet.extract(hdr.d); transition accept; }
}
control MyIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    action one() {}
    action two(bit<8> v) { hdr.d.value = v; }
    action three() {}
    table t {
        key = { hdr.d.key: exact; }
        actions = { one; two; three; NoAction; }
        const default_action = NoAction();
    }
    table again {
        key = { hdr.d.key: exact; }
        actions = { one; }
        const entries = { 5: one(); }
    }
    apply {
        standard_metadata.egress_spec = 1;
        switch (t.apply().action_run) {
            one:
            two: { hdr.d.ran = 0x12; }
            three: { hdr.d.ran = 0x03; }
            default: { hdr.d.ran = 0xff; }
        }
        switch (hdr.d.value) {
            0x10: { hdr.d.value = 0x11; }
            0x20:
            0x21: { hdr.d.value = 0x22; }
            default: {}
        }
        if (again.apply().miss) hdr.d.hit = 2;
        else hdr.d.hit = 1;
    }
}
#include "skeleton.p4"
