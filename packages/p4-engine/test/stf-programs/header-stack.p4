// Header stacks: next, last, lastIndex, size, push_front, pop_front, constant and run-time indexes, emission of
// the valid elements, and the error of an extraction beyond the end.
#include <core.p4>
#include <v1model.p4>
header label_t { bit<7> value; bit<1> bottom; }
header op_t { bit<8> op; bit<8> index; }
header note_t { bit<8> last; bit<8> problem; }
struct headers_t { op_t op; note_t note; label_t[3] labels; }
struct metadata_t { bit<8> last; }
parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    state start { packet.extract(hdr.op); transition labels; }
    state labels {
        packet.extract(hdr.labels.next);
        meta.last = (bit<8>)hdr.labels.lastIndex;
        transition select(hdr.labels.last.bottom) {
            0: labels;
            1: accept;
        }
    }
}
control MyIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply {
        hdr.note.setValid();
        hdr.note.last = meta.last;
        hdr.note.problem = standard_metadata.parser_error == error.StackOutOfBounds ? 8w1 : 8w0;
        if (hdr.op.op == 1) {
            hdr.labels.push_front(1);
            hdr.labels[0].setValid();
            hdr.labels[0].value = (bit<7>)hdr.labels.size;
            hdr.labels[0].bottom = 0;
        } else if (hdr.op.op == 2) {
            hdr.labels.pop_front(2);
        } else if (hdr.op.op == 3) {
            hdr.labels[hdr.op.index].value = 0x7f;
        } else if (hdr.op.op == 4) {
            hdr.op.index = 1w0 ++ hdr.labels[hdr.op.index].value;
        }
        standard_metadata.egress_spec = 1;
    }
}
#include "skeleton.p4"
