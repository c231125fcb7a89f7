// Registers of several widths, as state between packets; reading and writing them from the test; an index outside.
#include <core.p4>
#include <v1model.p4>
header data_t { bit<8> index; bit<8> add; bit<16> total; bit<48> stamp; bit<1> flag; bit<7> pad; int<8> low; }
struct headers_t { data_t d; }
struct metadata_t {}
parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    state start { packet.extract(hdr.d); transition accept; }
}
control MyIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    register<bit<16>>(4) totals;
    register<bit<48>>(4) stamps;
    register<bit<1>>(4) flags;
    register<int<8>>(4) lows;
    apply {
        bit<32> i = (bit<32>)hdr.d.index;
        bit<16> total = 0;
        totals.read(total, i);
        total = total + (bit<16>)hdr.d.add;
        totals.write(i, total);
        hdr.d.total = total;
        bit<48> old = 0;
        stamps.read(old, i);
        stamps.write(i, hdr.d.stamp);
        hdr.d.stamp = old;
        flags.read(hdr.d.flag, i);
        flags.write(i, ~hdr.d.flag);
        int<8> low = 0;
        lows.read(low, i);
        low = low - 1;
        lows.write(i, low);
        hdr.d.low = low;
        standard_metadata.egress_spec = 1;
    }
}
#include "skeleton.p4"
