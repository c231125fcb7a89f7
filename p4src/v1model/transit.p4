/*
 * <%= it.title %>: a pipe without work. Requests of its hosts enter here, the rest passes through.
 */
#include <core.p4>
#include <v1model.p4>

<%~ include("./serve-headers", it) %>

header lanes_t {
<% for (const m of it.lanes) { -%>
    bit<32> l<%= m %>;
<% } -%>
}

struct headers_t {
    ethernet_t   ethernet;
    ether_type_t ether_type;
    ipv4_t       ipv4;  // these three of an answer to a host that has addresses
    ipv6_t       ipv6;
    udp_t        udp;
    matchmul_t   matchmul;
    lanes_t      lanes;  // of an answer
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
        transition parse_ethernet;
    }

<%~ include("./serve-outer", it) %>

    state parse_matchmul {
        packet.extract(hdr.matchmul);
        transition select(hdr.matchmul.version, hdr.matchmul.kind) {
            (VERSION, KIND_ANSWER): parse_answer;
            (VERSION, _): accept;
            default: foreign;
        }
    }

    // Its logits are part of UDP's checksum.
    state parse_answer {
        packet.extract(hdr.lanes);
        transition accept;
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
        packet.emit(hdr.ether_type);
        packet.emit(hdr.ipv4);
        packet.emit(hdr.ipv6);
        packet.emit(hdr.udp);
        packet.emit(hdr.matchmul);
        packet.emit(hdr.lanes);
    }
}

V1Switch(TransitParser(), NoChecksum(), Serve(), Copies(), Ipv4Checksum(), TransitDeparser()) main;
