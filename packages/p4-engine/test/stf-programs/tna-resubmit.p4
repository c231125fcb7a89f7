// Resubmit: the packet as it came runs through ingress again, with data in place of the port metadata; and
// recirculation through a loopback port.
#include <core.p4>
#include <tna.p4>
header note_t { bit<8> passes; bit<56> rest; }
header data_t { bit<8> op; bit<8> v; bit<8> resubmitted; bit<16> port; }
struct headers_t { data_t d; }
struct metadata_t { note_t note; }
parser MyParser(packet_in packet, out headers_t hdr, out metadata_t meta, out ingress_intrinsic_metadata_t ig_intr_md) {
    state start {
        packet.extract(ig_intr_md);
        meta.note.setValid();
        meta.note = { 0, 0 };
        transition select(ig_intr_md.resubmit_flag) {
            1: again;
            0: first;
        }
    }
    state first { packet.advance(PORT_METADATA_SIZE); transition data; }
    state again { packet.extract(meta.note); transition data; }
    state data { packet.extract(hdr.d); transition accept; }
}
control MyIngress(inout headers_t hdr, inout metadata_t meta, in ingress_intrinsic_metadata_t ig_intr_md,
                  in ingress_intrinsic_metadata_from_parser_t ig_prsr_md,
                  inout ingress_intrinsic_metadata_for_deparser_t ig_dprsr_md,
                  inout ingress_intrinsic_metadata_for_tm_t ig_tm_md) {
    apply {
        ig_tm_md.ucast_egress_port = 1;
        hdr.d.v = hdr.d.v + 1;
        if (ig_intr_md.resubmit_flag == 1) hdr.d.resubmitted = meta.note.passes;
        else if (hdr.d.op == 1) {
            ig_dprsr_md.resubmit_type = 2;
            meta.note.passes = 0x99;
        }
        if (hdr.d.op == 2) {
            hdr.d.port = 7w0 ++ ig_intr_md.ingress_port;
            if (hdr.d.v < 4) ig_tm_md.ucast_egress_port = 68;
        }
    }
}
control MyDeparser(packet_out packet, inout headers_t hdr, in metadata_t meta,
                   in ingress_intrinsic_metadata_for_deparser_t ig_dprsr_md) {
    Resubmit() resubmit;
    apply {
        if (ig_dprsr_md.resubmit_type == 2) resubmit.emit<note_t>({ meta.note.passes, 0 });
        packet.emit(hdr);
    }
}
#define INGRESS_PARSER MyParser
#define INGRESS_DEPARSER MyDeparser
#include "tna-skeleton.p4"
