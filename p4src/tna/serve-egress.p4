// Copies of a multicast come here: the replication id says what becomes of each. And answers to hosts with addresses.
struct copy_headers_t {
    ethernet_t   ethernet;
    ether_type_t ether_type;
    ipv4_t       ipv4;
    ipv6_t       ipv6;
    udp_t        udp;
    matchmul_t   matchmul;
}

struct copy_metadata_t {
    bit<16> sum;  // of an answer's logits, for UDP's checksum
}

parser CopyParser(packet_in packet,
                  out copy_headers_t hdr,
                  out copy_metadata_t meta,
                  out egress_intrinsic_metadata_t eg_intr_md) {
    Checksum() behind;

    state start {
        meta.sum = 0;
        packet.extract(eg_intr_md);
        packet.extract(hdr.ethernet);
        packet.extract(hdr.ether_type);
        packet.extract(hdr.matchmul);
        transition select(hdr.matchmul.kind) {
            KIND_ANSWER: sum_logits;
            default: accept;
        }
    }

    state sum_logits {
        behind.subtract_all_and_deposit(meta.sum);
        transition accept;
    }
}

control Copies(inout copy_headers_t hdr,
               inout copy_metadata_t meta,
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

<%~ include("../v1model/serve-clients", { ...it, port: "eg_intr_md.egress_port" }) %>

    apply {
        if (eg_intr_md.egress_rid == 0) {
            if (hdr.matchmul.kind == KIND_ANSWER) {
                clients.apply();
            }
        } else if (hdr.matchmul.kind == KIND_WORK) {
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
                     in copy_metadata_t meta,
                     in egress_intrinsic_metadata_for_deparser_t eg_dprsr_md) {
    Checksum() ipv4_checksum;
    Checksum() udp_checksum;

    apply {
        if (hdr.ipv4.isValid()) {
            hdr.ipv4.checksum = ipv4_checksum.update({
                hdr.ipv4.version_ihl, hdr.ipv4.tos, hdr.ipv4.total_length, hdr.ipv4.identification,
                hdr.ipv4.fragment, hdr.ipv4.hops, hdr.ipv4.protocol, hdr.ipv4.source, hdr.ipv4.destination
            });
        }
        if (hdr.ipv6.isValid()) {
            hdr.udp.checksum = udp_checksum.update({
<%~ include("../v1model/serve-checksum", { ...it, payload: ["meta.sum"] }) %>
            }, true);
        }
        packet.emit(hdr.ethernet);
        packet.emit(hdr.ether_type);
        packet.emit(hdr.ipv4);
        packet.emit(hdr.ipv6);
        packet.emit(hdr.udp);
        packet.emit(hdr.matchmul);
    }
}
