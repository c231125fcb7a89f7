control NoChecksum(inout headers_t hdr, inout metadata_t meta) {
    apply { }
}

// Only copies of a multicast change here: the replication id says what becomes of each.
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

