// Only copies of a multicast come here: the replication id says what becomes of each.
struct copy_headers_t {
    ethernet_t ethernet;
    matchmul_t matchmul;
}

struct no_metadata_t { }

parser CopyParser(packet_in packet,
                  out copy_headers_t hdr,
                  out no_metadata_t meta,
                  out egress_intrinsic_metadata_t eg_intr_md) {
    state start {
        packet.extract(eg_intr_md);
        packet.extract(hdr.ethernet);
        packet.extract(hdr.matchmul);
        transition accept;
    }
}

control Copies(inout copy_headers_t hdr,
               inout no_metadata_t meta,
               in egress_intrinsic_metadata_t eg_intr_md,
               in egress_intrinsic_metadata_from_parser_t eg_prsr_md,
               inout egress_intrinsic_metadata_for_deparser_t eg_dprsr_md,
               inout egress_intrinsic_metadata_for_output_port_t eg_oport_md) {
    // A new worker begins with the task of its number.
    action spawned() {
        hdr.matchmul.task = eg_intr_md.egress_rid;
    }

    // The worker that has sent something goes on.
    action goes_on() {
        hdr.matchmul.kind = KIND_WORK;
        hdr.matchmul.pc = 0;
        hdr.matchmul.parse = PARSE_CONTINUE;
    }

    action sent() {
        hdr.matchmul.destination = eg_intr_md.egress_rid;
    }

    action next_layer() {
        hdr.matchmul.layer = hdr.matchmul.layer + 1;
    }

    apply {
        if (hdr.matchmul.kind == KIND_WORK) {
            spawned();
        } else if (eg_intr_md.egress_rid == CONTINUE) {
            goes_on();
        } else {
            sent();
            if (hdr.matchmul.kind == KIND_DATA) {
                next_layer();
            }
        }
    }
}

control CopyDeparser(packet_out packet,
                     inout copy_headers_t hdr,
                     in no_metadata_t meta,
                     in egress_intrinsic_metadata_for_deparser_t eg_dprsr_md) {
    apply {
        packet.emit(hdr.ethernet);
        packet.emit(hdr.matchmul);
    }
}
