/*
 * <%= it.title %>: a pipe without work. Requests of its hosts enter here, the rest passes through.
 */
#include <core.p4>
#include <<%= it.architecture %>.p4>

<%~ include("../v1model/serve-headers", { ...it, recirculates: false }) %>

struct headers_t {
    ethernet_t   ethernet;
    ether_type_t ether_type;
    matchmul_t   matchmul;
}

struct metadata_t { }

parser TransitParser(packet_in packet,
                     out headers_t hdr,
                     out metadata_t meta,
                     out ingress_intrinsic_metadata_t ig_intr_md) {
    state start {
        packet.extract(ig_intr_md);
        packet.advance(PORT_METADATA_SIZE);
        transition parse_ethernet;
    }

<%~ include("../v1model/serve-outer", it) %>

    // Nothing is here that a packet could come back for.
    state parse_matchmul {
        packet.extract(hdr.matchmul);
        transition select(hdr.matchmul.version, ig_intr_md.ingress_port) {
<% for (const port of it.loopbacks) { -%>
            (VERSION, <%= port %> &&& 0x7f): foreign;
<% } -%>
            (VERSION, _): accept;
            default: foreign;
        }
    }

    // Not for us.
    state foreign {
        transition reject;
    }
}

control Serve(inout headers_t hdr,
              inout metadata_t meta,
              in ingress_intrinsic_metadata_t ig_intr_md,
              in ingress_intrinsic_metadata_from_parser_t ig_prsr_md,
              inout ingress_intrinsic_metadata_for_deparser_t ig_dprsr_md,
              inout ingress_intrinsic_metadata_for_tm_t ig_tm_md) {
<%~ include("./serve-entrance", it) %>

    apply {
<%~ include("./serve-arrival", it) %>
    }
}

control TransitDeparser(packet_out packet,
                        inout headers_t hdr,
                        in metadata_t meta,
                        in ingress_intrinsic_metadata_for_deparser_t ig_dprsr_md) {
    apply {
        packet.emit(hdr.ethernet);
        packet.emit(hdr.ether_type);
        packet.emit(hdr.matchmul);
    }
}

<%~ include("./serve-egress", it) %>

Pipeline(TransitParser(), Serve(), TransitDeparser(), CopyParser(), Copies(), CopyDeparser()) pipe;

Switch(pipe) main;
