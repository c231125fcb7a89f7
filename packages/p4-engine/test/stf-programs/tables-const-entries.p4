// Constant entries: ranges, masks, optional and don't-care keys; the first match wins; @priority; entries with
// stated priorities of which the largest or the smallest wins.
#include <core.p4>
#include <v1model.p4>
header data_t { bit<16> x; bit<8> y; bit<8> ranged; bit<8> ordered; bit<8> annotated; bit<8> option; bit<8> largest; bit<8> prefix; }
struct headers_t { data_t d; }
struct metadata_t {}
parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    state start { packet.extract(hdr.d); transition accept; }
}
control MyIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    action ranged(bit<8> v) { hdr.d.ranged = v; }
    action ordered(bit<8> v) { hdr.d.ordered = v; }
    action annotated(bit<8> v) { hdr.d.annotated = v; }
    action option(bit<8> v) { hdr.d.option = v; }
    action largest(bit<8> v) { hdr.d.largest = v; }
    action prefix(bit<8> v) { hdr.d.prefix = v; }
    table ranges {
        key = { hdr.d.x: range; hdr.d.y: exact; }
        actions = { ranged; }
        default_action = ranged(0xee);
        const entries = {
            (10 .. 19, 1): ranged(1);
            (15, 2): ranged(2);
            (20 .. 0xffff, 1): ranged(3);
            (_, 2): ranged(4);
        }
    }
    table order {
        key = { hdr.d.x: ternary; }
        actions = { ordered; }
        default_action = ordered(0xee);
        const entries = {
            0x0010 &&& 0x00f0: ordered(1);
            0x0011: ordered(2);
            0x0001 &&& 0x000f: ordered(3);
        }
    }
    table annotation {
        key = { hdr.d.x: ternary; }
        actions = { annotated; }
        default_action = annotated(0xee);
        const entries = {
            0x0010 &&& 0x00f0: annotated(1) @priority(3);
            0x0011: annotated(2) @priority(1);
            _: annotated(3) @priority(9);
        }
    }
    table options {
        key = { hdr.d.x: optional; hdr.d.y: optional; }
        actions = { option; }
        default_action = option(0xee);
        const entries = {
            (0x11, 1): option(1);
            (0x11, _): option(2);
            (_, 2): option(3);
        }
    }
    table stated {
        key = { hdr.d.x: ternary; }
        actions = { largest; }
        default_action = largest(0xee);
        largest_priority_wins = true;
        priority_delta = 10;
        entries = {
            priority = 100: 0x0011 &&& 0x00ff: largest(1);
            0x0001 &&& 0x000f: largest(2);
            priority = 50: _: largest(3);
        }
    }
    table prefixes {
        key = { hdr.d.x: lpm; }
        actions = { prefix; }
        default_action = prefix(0xee);
        const entries = {
            0x0010 &&& 0xfff0: prefix(1);
            0x0011: prefix(2);
            0x0000 &&& 0x8000: prefix(3);
        }
    }
    apply {
        ranges.apply();
        order.apply();
        annotation.apply();
        options.apply();
        stated.apply();
        prefixes.apply();
        standard_metadata.egress_spec = 1;
    }
}
#include "skeleton.p4"
