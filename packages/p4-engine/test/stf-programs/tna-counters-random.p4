// Counter, DirectCounter and Random; multicast with replication ids; a checksum verified and updated.
#include <core.p4>
#include <tna.p4>
header data_t { bit<8> k; bit<8> rid; bit<16> a; bit<16> b; bit<16> sum; bit<8> bad; bit<8> range; }
struct headers_t { data_t d; }
struct metadata_t { bit<1> bad; }
parser MyParser(packet_in packet, out headers_t hdr, out metadata_t meta, out ingress_intrinsic_metadata_t ig_intr_md) {
    Checksum() checksum;
    state start {
        packet.extract(ig_intr_md);
        packet.advance(PORT_METADATA_SIZE);
        packet.extract(hdr.d);
        checksum.add({ hdr.d.a, hdr.d.b, hdr.d.sum });
        meta.bad = (bit<1>)checksum.verify();
        transition accept;
    }
}
control MyIngress(inout headers_t hdr, inout metadata_t meta, in ingress_intrinsic_metadata_t ig_intr_md,
                  in ingress_intrinsic_metadata_from_parser_t ig_prsr_md,
                  inout ingress_intrinsic_metadata_for_deparser_t ig_dprsr_md,
                  inout ingress_intrinsic_metadata_for_tm_t ig_tm_md) {
    Counter<bit<32>, bit<8>>(256, CounterType_t.PACKETS_AND_BYTES) all;
    DirectCounter<bit<32>>(CounterType_t.PACKETS) hits;
    Random<bit<4>>() dice;
    action note() { hits.count(); ig_tm_md.ucast_egress_port = 1; }
    action spread(MulticastGroupId_t group) { hits.count(); ig_tm_md.mcast_grp_a = group; }
    table t {
        key = { hdr.d.k: exact; }
        actions = { note; spread; }
        const default_action = note();
        counters = hits;
        size = 16;
    }
    apply {
        all.count(hdr.d.k);
        t.apply();
        hdr.d.range = 4w0 ++ dice.get();
        if (hdr.d.range < 16) hdr.d.range = 0x5a;
        hdr.d.bad = 7w0 ++ meta.bad;
        hdr.d.a = hdr.d.a + 1;
    }
}
control MyDeparser(packet_out packet, inout headers_t hdr, in metadata_t meta,
                   in ingress_intrinsic_metadata_for_deparser_t ig_dprsr_md) {
    Checksum() checksum;
    apply {
        hdr.d.sum = checksum.update({ hdr.d.a, hdr.d.b });
        packet.emit(hdr);
    }
}
control MyEgress(inout headers_t hdr, inout metadata_t meta, in egress_intrinsic_metadata_t eg_intr_md,
                 in egress_intrinsic_metadata_from_parser_t eg_prsr_md,
                 inout egress_intrinsic_metadata_for_deparser_t eg_dprsr_md,
                 inout egress_intrinsic_metadata_for_output_port_t eg_oport_md) {
    apply { hdr.d.rid = eg_intr_md.egress_rid[7:0]; }
}
#define INGRESS_PARSER MyParser
#define INGRESS_DEPARSER MyDeparser
#define EGRESS MyEgress
#include "tna-skeleton.p4"
