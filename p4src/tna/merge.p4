<%
const { lanes } = it;
// Four stateful ALUs a stage: the first three stages count and decide, then come the accumulators.
const laneStage = (m) => 4 + Math.floor(m / 4);
-%>
/*
 * <%= it.title %>: a pipe that merges partial sums, or maxima.
 *
<% for (const line of it.summary) { -%>
 *   <%= line %>

<% } -%>
 *
 * A part is a packet with 32 lanes. Its row of the accumulators takes the lanes, or adds them, or keeps the larger; the
 * lanes become what the accumulators hold. The packet of the last part goes back to the pipe it came from, and is a
 * worker there again.
 */
#include <core.p4>
#include <<%= it.architecture %>.p4>

<%~ include("../v1model/serve-headers", { ...it, recirculates: false }) %>

// What an accumulator does.
const bit<8> KEEP = 0;  // the part was counted before
const bit<8> SET = 1;   // the first part of a request
const bit<8> ADD = 2;
const bit<8> LARGER = 3;

header lanes_t {
<% for (const m of lanes) { -%>
    int<32> l<%= m %>;
<% } -%>
}

struct headers_t {
    ethernet_t   ethernet;
    ether_type_t ether_type;
    matchmul_t   matchmul;
    lanes_t      lanes;
}

// Of a register: the request, and a number that counts for this request alone.
struct counted_t {
    bit<32> epoch;
    bit<32> number;
}

struct metadata_t {
    bit<8>  looped;     // from a loopback port: 1 a part for here, 2 being merged
    bit<8>  stale;      // 1: of an earlier request
    bit<8>  max;        // 1: the larger is kept; 0: the sum
    bit<8>  seen;       // 1: the part was counted before
    bit<8>  complete;   // 1: goes back
    bit<8>  operation;  // of the accumulators
    bit<16> parts;      // that make a whole
    bit<16> count;      // parts so far
}

parser MergeParser(packet_in packet,
                   out headers_t hdr,
                   out metadata_t meta,
                   out ingress_intrinsic_metadata_t ig_intr_md) {
    state start {
        packet.extract(ig_intr_md);
        packet.advance(PORT_METADATA_SIZE);
        meta.looped = 0;
        meta.stale = 0;
        meta.max = 0;
        meta.seen = 0;
        meta.complete = 0;
        meta.operation = KEEP;
        meta.parts = 0;
        meta.count = 0;
        transition parse_ethernet;
    }

<%~ include("../v1model/serve-outer", it) %>

    // Only what comes from a loopback port is merged.
    state parse_matchmul {
        packet.extract(hdr.matchmul);
        transition select(hdr.matchmul.version, ig_intr_md.ingress_port) {
<% for (const port of it.loopbacks) { -%>
            (VERSION, <%= port %> &&& 0x7f): parse_looped;
<% } -%>
            (VERSION, _): accept;
            default: foreign;
        }
    }

    state parse_looped {
        transition select(hdr.matchmul.kind) {
            KIND_PARTIAL: parse_part;
            KIND_STORE: parse_lanes;
            default: foreign;
        }
    }

    state parse_part {
        meta.looped = 1;
        transition accept;
    }

    state parse_lanes {
        meta.looped = 2;
        packet.extract(hdr.lanes);
        transition accept;
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

    // Routes once more: a packet passes here where its own pass has completed a sum.
    table returns {
        key = { hdr.matchmul.source: exact @name("destination"); }
        actions = { forward; NoAction; }
        size = <%= it.size.route %>;
        const default_action = NoAction();
    }

    // Once more through this pipe, by the port the packet came back by.
    action again() {
        ig_tm_md.ucast_egress_port = ig_intr_md.ingress_port;
        ig_tm_md.bypass_egress = 1;
    }

    // ---- Input of layers -------------------------------------------------------------------------------------------

    // From the slot's own numbers to the pipe's.
    action locate(bit<16> base, bit<16> arrivals, bit<16> state) {
        hdr.matchmul.address = hdr.matchmul.address + base;
        hdr.matchmul.index = hdr.matchmul.index + arrivals;
        hdr.matchmul.base = base;
        hdr.matchmul.state = state;
        again();
    }

    table slots {
        key = {
            hdr.matchmul.layer: exact;
            hdr.matchmul.slot: exact;
        }
        actions = { locate; drop; }
        size = <%= it.size.slots %>;
        const default_action = drop();
    }

    action to_store() {
        hdr.matchmul.kind = KIND_STORE;
    }

    // ---- The request that the slot is for --------------------------------------------------------------------------

    Register<bit<32>, bit<16>>(<%= it.states %>) epochs;
    RegisterAction<bit<32>, bit<16>, bit<8>>(epochs) latest = {
        void apply(inout bit<32> epoch, out bit<8> stale) {
            if (hdr.matchmul.epoch < epoch) {
                stale = 1;
            } else {
                epoch = hdr.matchmul.epoch;
                stale = 0;
            }
        }
    };

    action compare_epoch() {
        meta.stale = latest.execute(hdr.matchmul.state);
    }

    table check_epoch {
        actions = { compare_epoch; }
        size = 1;
        const default_action = compare_epoch();
    }

    Counter<bit<32>, bit<1>>(1, CounterType_t.PACKETS) stale_packets;

    action refuse_stale() {
        drop();
        stale_packets.count(0);
    }

    // ---- Parts -----------------------------------------------------------------------------------------------------

    action add_parts(bit<16> parts) {
        meta.parts = parts;
    }

    action max_parts(bit<16> parts) {
        meta.parts = parts;
        meta.max = 1;
    }

    // How many parts make a whole, and of what.
    table merges {
        key = { hdr.matchmul.layer: exact; }
        actions = { add_parts; max_parts; drop; }
        size = <%= it.size.merges %>;
        const default_action = drop();
    }

    // The request that the arrival was last counted for.
    Register<bit<32>, bit<16>>(<%= it.arrivals %>) arrived;
    RegisterAction<bit<32>, bit<16>, bit<8>>(arrived) note_arrival = {
        void apply(inout bit<32> epoch, out bit<8> seen) {
            if (epoch == hdr.matchmul.epoch) {
                seen = 1;
            } else {
                seen = 0;
            }
            epoch = hdr.matchmul.epoch;
        }
    };

    action see_arrival() {
        meta.seen = note_arrival.execute(hdr.matchmul.index);
    }

    @stage(1)
    table arrive {
        actions = { see_arrival; }
        size = 1;
        const default_action = see_arrival();
    }

    Register<counted_t, bit<16>>(<%= it.accumulatorRows %>) arrivals;
    RegisterAction<counted_t, bit<16>, bit<16>>(arrivals) one_more = {
        void apply(inout counted_t cell, out bit<16> count) {
            if (cell.epoch == hdr.matchmul.epoch) {
                cell.number = cell.number + 1;
            } else {
                cell.number = 1;
            }
            cell.epoch = hdr.matchmul.epoch;
            count = cell.number[15:0];
        }
    };
    RegisterAction<counted_t, bit<16>, bit<16>>(arrivals) no_more = {
        void apply(inout counted_t cell, out bit<16> count) {
            count = cell.number[15:0];
        }
    };

    action count_new() {
        meta.count = one_more.execute(hdr.matchmul.address);
    }

    // It was counted, so the cell is this request's.
    action count_seen() {
        meta.count = no_more.execute(hdr.matchmul.address);
    }

    @stage(2)
    table count_arrival {
        actions = { count_new; }
        size = 1;
        const default_action = count_new();
    }

    @stage(2)
    table count_again {
        actions = { count_seen; }
        size = 1;
        const default_action = count_seen();
    }

    // The request and attempt for which the whole was last sent back.
    Register<counted_t, bit<16>>(<%= it.accumulatorRows %>) sent;
    RegisterAction<counted_t, bit<16>, bit<8>>(sent) note_sent = {
        void apply(inout counted_t cell, out bit<8> complete) {
            if (cell.epoch != hdr.matchmul.epoch || cell.number < (bit<32>)hdr.matchmul.attempt) {
                complete = 1;
                cell.epoch = hdr.matchmul.epoch;
                cell.number = (bit<32>)hdr.matchmul.attempt;
            } else {
                complete = 0;
            }
        }
    };

    action may_send() {
        meta.complete = note_sent.execute(hdr.matchmul.address);
    }

    @stage(3)
    table try_send {
        actions = { may_send; }
        size = 1;
        const default_action = may_send();
    }

    action operate(bit<8> operation) {
        meta.operation = operation;
    }

    // The worker goes on where it came from.
    action send_back() {
        hdr.matchmul.kind = KIND_PARTIAL;
        hdr.matchmul.destination = hdr.matchmul.source;
    }

    // ---- Accumulators ----------------------------------------------------------------------------------------------

<% for (const m of lanes) { -%>
    Register<int<32>, bit<16>>(<%= it.accumulatorRows %>) accumulator_<%= m %>;
<%   for (const [name, statement] of [["keep", null], ["set", "hdr.lanes.l"], ["add", "cell + hdr.lanes.l"], ["larger", "max(cell, hdr.lanes.l"]]) { -%>
    RegisterAction<int<32>, bit<16>, int<32>>(accumulator_<%= m %>) <%= name %>_in_<%= m %> = {
        void apply(inout int<32> cell, out int<32> lane) {
<%     if (statement !== null) { -%>
            cell = <%= statement %><%= m %><%= name === "larger" ? ")" : "" %>;
<%     } -%>
            lane = cell;
        }
    };

    action <%= name %>_<%= m %>() {
        hdr.lanes.l<%= m %> = <%= name %>_in_<%= m %>.execute(hdr.matchmul.address);
    }

<%   } -%>
    @stage(<%= laneStage(m) %>)
    table accumulate_<%= m %> {
        key = { meta.operation: exact; }
        actions = { keep_<%= m %>; set_<%= m %>; add_<%= m %>; larger_<%= m %>; @defaultonly NoAction; }
        size = 4;
        const default_action = NoAction();
        const entries = {
            KEEP: keep_<%= m %>();
            SET: set_<%= m %>();
            ADD: add_<%= m %>();
            LARGER: larger_<%= m %>();
        }
    }

<% } -%>
    apply {
        if (meta.looped == 0) {
<%~ include("./serve-arrival", it) %>
        } else if (meta.looped == 1) {
            slots.apply();
            to_store();
        } else {
            // Only a part of a known layer may begin another request.
            if (merges.apply().hit) {
                check_epoch.apply();
            }
            if (meta.stale == 1) {
                refuse_stale();
            } else {
                arrive.apply();
                if (meta.seen == 0) {
                    count_arrival.apply();
                } else {
                    count_again.apply();
                }
                if (meta.count == meta.parts) {
                    try_send.apply();
                }
                if (meta.seen == 0) {
                    if (meta.count == 1) {
                        operate(SET);
                    } else if (meta.max == 0) {
                        operate(ADD);
                    } else {
                        operate(LARGER);
                    }
                }
                if (meta.complete == 1) {
                    send_back();
                    returns.apply();
                }
<% for (const m of lanes) { -%>
                accumulate_<%= m %>.apply();
<% } -%>
            }
        }
    }
}

control MergeDeparser(packet_out packet,
                      inout headers_t hdr,
                      in metadata_t meta,
                      in ingress_intrinsic_metadata_for_deparser_t ig_dprsr_md) {
    apply {
        packet.emit(hdr.ethernet);
        packet.emit(hdr.ether_type);
        packet.emit(hdr.matchmul);
        packet.emit(hdr.lanes);
    }
}

<%~ include("./serve-egress", it) %>

Pipeline(MergeParser(), Serve(), MergeDeparser(), CopyParser(), Copies(), CopyDeparser()) pipe;

Switch(pipe) main;
