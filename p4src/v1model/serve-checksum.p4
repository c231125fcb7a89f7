                hdr.ipv6.source, hdr.ipv6.destination, hdr.udp.length, 8w0, hdr.ipv6.next_header,
                hdr.udp.source, hdr.udp.destination, hdr.udp.length,
                hdr.matchmul.version, hdr.matchmul.kind, hdr.matchmul.parse, hdr.matchmul.layer,
                hdr.matchmul.destination, hdr.matchmul.reply, hdr.matchmul.slot, hdr.matchmul.epoch,
                hdr.matchmul.attempt, hdr.matchmul.reserved, hdr.matchmul.pc, hdr.matchmul.task,
                hdr.matchmul.index, hdr.matchmul.address, hdr.matchmul.base, hdr.matchmul.state,
                hdr.matchmul.row, hdr.matchmul.source,
                <%= it.payload.join(", ") %>
