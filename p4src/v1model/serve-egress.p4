control NoChecksum(inout headers_t hdr, inout metadata_t meta) {
    apply { }
}

control Ipv4Checksum(inout headers_t hdr, inout metadata_t meta) {
    apply {
        update_checksum(hdr.ipv4.isValid(), {
            hdr.ipv4.version_ihl, hdr.ipv4.tos, hdr.ipv4.total_length, hdr.ipv4.identification,
            hdr.ipv4.fragment, hdr.ipv4.hops, hdr.ipv4.protocol, hdr.ipv4.source, hdr.ipv4.destination
        }, hdr.ipv4.checksum, HashAlgorithm.csum16);
    }
}

// Copies of a multicast change here: the replication id says what becomes of each. And answers to hosts with addresses.
control Copies(inout headers_t hdr,
               inout metadata_t meta,
               inout standard_metadata_t standard_metadata) {
    // A new worker begins with the task of its number.
    action spawned() {
        hdr.matchmul.task = standard_metadata.egress_rid;
    }

    // The worker that has sent something goes on.
    action goes_on() {
        hdr.matchmul.kind = KIND_WORK;
        hdr.matchmul.pc = 0;
        hdr.matchmul.parse = PARSE_CONTINUE;
    }

    action sent() {
        hdr.matchmul.destination = standard_metadata.egress_rid;
    }

<%~ include("./serve-clients", { ...it, port: "standard_metadata.egress_port" }) %>

    apply {
        if (standard_metadata.egress_rid != 0) {
            if (hdr.matchmul.kind == KIND_WORK) {
                spawned();
            } else if (standard_metadata.egress_rid == CONTINUE) {
                goes_on();
            } else {
                sent();
                if (hdr.matchmul.kind == KIND_DATA) {
                    hdr.matchmul.layer = hdr.matchmul.layer + 1;
                }
            }
        } else if (hdr.matchmul.kind == KIND_ANSWER && hdr.lanes.isValid()) {
            clients.apply();
            if (hdr.ipv6.isValid()) {
                hash(hdr.udp.checksum, HashAlgorithm.csum16, 16w0, {
<%~ include("./serve-checksum", { ...it, payload: it.lanes.map((m) => `hdr.lanes.l${m}`) }) %>
                }, 32w0x10000);
                if (hdr.udp.checksum == 0) {
                    hdr.udp.checksum = 0xffff;  // 0 would be none
                }
            }
        }
<% if (it.recirculates) { -%>
        // There are no such ports: what goes there comes back.
        if (<%= it.loopbacks.map((port) => `standard_metadata.egress_port == ${port}`).join(" || ") %>) {
            meta.port = standard_metadata.egress_port;
            recirculate_preserving_field_list(0);
        }
<% } -%>
    }
}

