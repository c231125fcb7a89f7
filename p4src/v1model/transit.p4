/*
 * <%= it.title %>: a pipe without work. Requests of its hosts enter here, the rest passes through.
 */
#include <core.p4>
#include <v1model.p4>

<%~ include("./serve-headers", it) %>

struct headers_t {
    ethernet_t ethernet;
    matchmul_t matchmul;
}

struct metadata_t {
    // The loopback port that a recirculated packet came by, or where it came in.
    @field_list(0)
    bit<9> port;
    bit<1> looped;   // from a loopback port
    bit<1> travels;  // to its destination, by the table route
}

parser TransitParser(packet_in packet,
                     out headers_t hdr,
                     inout metadata_t meta,
                     inout standard_metadata_t standard_metadata) {
    state start {
        packet.extract(hdr.ethernet);
        transition select(hdr.ethernet.ether_type) {
            ETHERTYPE_MATCHMUL: parse_matchmul;
            default: accept;
        }
    }

    state parse_matchmul {
        packet.extract(hdr.matchmul);
        transition select(hdr.matchmul.version) {
            VERSION: accept;
            default: foreign;
        }
    }

    // Not for us: the pipeline drops what has no valid MatchMul header.
    state foreign {
        hdr.matchmul.setInvalid();
        transition accept;
    }
}

control Serve(inout headers_t hdr,
              inout metadata_t meta,
              inout standard_metadata_t standard_metadata) {
<%~ include("./serve-entrance", it) %>

    apply {
<%~ include("./serve-arrival", it) %>
        } else {
            drop(UNKNOWN_STEP);
        }
        if (meta.travels == 1) {
            if (route.apply().miss) {
                drop(UNROUTED);
            }
        }
    }
}

<%~ include("./serve-egress", it) %>

control TransitDeparser(packet_out packet, in headers_t hdr) {
    apply {
        packet.emit(hdr.ethernet);
        packet.emit(hdr.matchmul);
    }
}

V1Switch(TransitParser(), NoChecksum(), Serve(), Copies(), NoChecksum(), TransitDeparser()) main;
