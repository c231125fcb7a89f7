<% if (!it.recirculates) { -%>
        meta.port = standard_metadata.ingress_port;
<%   for (const port of it.loopbacks) { -%>
        if (meta.port == <%= port %>) {
            meta.looped = 1;
        }
<%   } -%>
<% } else { -%>
        if (standard_metadata.instance_type == INSTANCE_RECIRCULATED) {
            meta.looped = 1;
        } else {
            meta.port = standard_metadata.ingress_port;
        }
<% } -%>
        // What calls itself an answer may have no logits.
        if (!hdr.matchmul.isValid() ||
            (standard_metadata.parser_error != error.NoError && hdr.matchmul.kind != KIND_ANSWER)) {
            drop(MALFORMED);
            return;
        }
        if (meta.looped == 0) {
            if (links.apply().hit) {
                meta.travels = 1;  // to another pipe
            } else {
                // From a host: only requests enter.
                if (hdr.matchmul.kind != KIND_REQUEST) {
                    drop(FOREIGN);
                    return;
                }
                if (requests.apply().miss) {
                    drop(FOREIGN);
                    return;
                }
                if (admit.apply().miss) {
                    drop(FOREIGN);
                }
                return;
            }
