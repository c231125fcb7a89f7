// Indirect and direct counters, read by check_counter; meters without rates are green, with rates they colour.
#include <core.p4>
#include <v1model.p4>
header data_t { bit<8> index; bit<8> colour; bit<8> direct; }
struct headers_t { data_t d; }
struct metadata_t { bit<2> colour; bit<2> direct; }
parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    state start { packet.extract(hdr.d); transition accept; }
}
control MyIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    counter(4, CounterType.packets_and_bytes) both;
    direct_counter(CounterType.packets_and_bytes) hits;
    meter(4, MeterType.packets) shaper;
    direct_meter<bit<2>>(MeterType.bytes) entry_meter;
    action forward(bit<9> port) { standard_metadata.egress_spec = port; hits.count(); }
    action metered() { entry_meter.read(meta.direct); }
    table t {
        key = { hdr.d.index: exact; }
        actions = { forward; NoAction; }
        default_action = NoAction();
        counters = hits;
    }
    table m {
        key = { hdr.d.index: exact; }
        actions = { metered; NoAction; }
        default_action = NoAction();
        meters = entry_meter;
    }
    apply {
        standard_metadata.egress_spec = 1;
        both.count((bit<32>)hdr.d.index);
        t.apply();
        m.apply();
        shaper.execute_meter((bit<32>)hdr.d.index, meta.colour);
        hdr.d.colour = 6w0 ++ meta.colour;
        hdr.d.direct = 6w0 ++ meta.direct;
    }
}
#include "skeleton.p4"
