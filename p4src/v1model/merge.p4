<% const { lanes } = it; -%>
/*
 * <%= it.title %>: a pipe that adds up partial sums, or keeps the larger of maxima.
 *
<% for (const line of it.summary) { -%>
 *   <%= line %>

<% } -%>
 *
 * Workers of other pipes send their 32 lanes here. The last that was missing takes the whole sum back to its pipe,
 * and goes on there. The first pass finds the accumulators' row, the second adds.
 */
#include <core.p4>
#include <v1model.p4>

<%~ include("./serve-headers", it) %>

// Accumulators of 32 bits.
header lanes_t {
<% for (const m of lanes) { -%>
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
    lanes_t      lanes;
}

struct metadata_t {
    // The loopback port that a recirculated packet came by, or where it came in.
    @field_list(0)
    bit<9>  port;
    bit<1>  looped;   // from a loopback port
    bit<1>  travels;  // to its destination, by the table route
    bit<16> parts;    // that make a sum
    bit<1>  max;      // the larger instead of the sum
    bit<1>  first;    // of its request at this row
    bit<1>  fresh;    // not counted before
}

parser MergeParser(packet_in packet,
                   out headers_t hdr,
                   inout metadata_t meta,
                   inout standard_metadata_t standard_metadata) {
    state start {
        transition parse_ethernet;
    }

<%~ include("./serve-outer", it) %>

    state parse_matchmul {
        packet.extract(hdr.matchmul);
<% if (it.recirculates) { -%>
        transition select(hdr.matchmul.version, hdr.matchmul.kind, standard_metadata.instance_type) {
            (VERSION, KIND_STORE, INSTANCE_RECIRCULATED): parse_lanes;
<% } else { -%>
        transition select(hdr.matchmul.version, hdr.matchmul.kind, standard_metadata.ingress_port) {
<%   for (const port of it.loopbacks) { -%>
            (VERSION, KIND_STORE, <%= port %>): parse_lanes;
<%   } -%>
<% } -%>
            (VERSION, KIND_ANSWER, _): parse_answer;
            (VERSION, _, _): accept;
            default: foreign;
        }
    }

    state parse_lanes {
        packet.extract(hdr.lanes);
        transition accept;
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

    // Once more through this pipe, by the port the packet came back by.
    action again() {
        standard_metadata.egress_spec = meta.port;
    }

    // ---- Registers: what the pipe remembers of each request -----------------------------------------------------

    // By state: the latest request of the slot.
    register<bit<32>>(<%= it.states %>) epochs;

    // By arrival: the request it was last counted for.
    register<bit<32>>(<%= it.arrivals %>) arrived;

    // By row: how many parts of which request are in the accumulators.
    register<bit<32>>(<%= it.accumulatorRows %>) parts_epoch;
    register<bit<16>>(<%= it.accumulatorRows %>) parts_count;

    // By row: the request and attempt for which the sum was last sent back.
    register<bit<32>>(<%= it.accumulatorRows %>) sent_epoch;
    register<bit<8>>(<%= it.accumulatorRows %>) sent_attempt;

<% for (const m of lanes) { -%>
    register<bit<32>>(<%= it.accumulatorRows %>) accumulator_<%= m %>;
<% } -%>

    // ---- Tables ----------------------------------------------------------------------------------------------------

    // From the slot's own numbers to the pipe's.
    @id(5)
    action locate(bit<16> base, bit<16> arrivals, bit<16> state) {
        hdr.matchmul.address = hdr.matchmul.address + base;
        hdr.matchmul.index = hdr.matchmul.index + arrivals;
        hdr.matchmul.base = base;
        hdr.matchmul.state = state;
    }

    @id(5)
    table slots {
        key = {
            hdr.matchmul.layer: exact;
            hdr.matchmul.slot: exact;
        }
        actions = { locate; NoAction; }
        size = <%= it.size.slots %>;
        const default_action = NoAction();
    }

    @id(21)
    action add_parts(bit<16> parts) {
        meta.parts = parts;
    }

    @id(22)
    action max_parts(bit<16> parts) {
        meta.parts = parts;
        meta.max = 1;
    }

    // How many parts make a whole, and of what.
    @id(8)
    table merges {
        key = { hdr.matchmul.layer: exact; }
        actions = { add_parts; max_parts; NoAction; }
        size = <%= it.size.merges %>;
        const default_action = NoAction();
    }

    // The worker goes on where it came from.
    action send_back() {
        hdr.matchmul.kind = KIND_PARTIAL;
        hdr.matchmul.destination = hdr.matchmul.source;
        meta.travels = 1;
    }

    apply {
<%~ include("./serve-arrival", it) %>
        } else if (hdr.matchmul.kind == KIND_PARTIAL) {
            if (slots.apply().miss) {
                drop(UNKNOWN_SLOT);
                return;
            }
            hdr.matchmul.kind = KIND_STORE;
            again();
            return;
        } else {
            if (hdr.matchmul.kind != KIND_STORE) {
                drop(UNKNOWN_STEP);
                return;
            }
            if (merges.apply().miss) {
                drop(UNKNOWN_STEP);
                return;
            }
            bit<32> state = (bit<32>)hdr.matchmul.state;
            bit<32> arrival = (bit<32>)hdr.matchmul.index;
            bit<32> row = (bit<32>)hdr.matchmul.address;
            bit<32> latest;
            epochs.read(latest, state);
            if (hdr.matchmul.epoch < latest) {
                drop(STALE);
                return;
            }
            epochs.write(state, hdr.matchmul.epoch);

            bit<32> counted_for;
            bit<32> of_epoch;
            bit<16> count;
            arrived.read(counted_for, arrival);
            parts_epoch.read(of_epoch, row);
            parts_count.read(count, row);
            if (of_epoch != hdr.matchmul.epoch) {
                meta.first = 1;
                count = 0;
            }
            if (counted_for != hdr.matchmul.epoch) {
                meta.fresh = 1;
                count = count + 1;
            }
            arrived.write(arrival, hdr.matchmul.epoch);
            parts_epoch.write(row, hdr.matchmul.epoch);
            parts_count.write(row, count);

            // The first takes the place of what an earlier request left; what was counted before changes nothing.
            bit<32> old;
<% for (const m of lanes) { -%>
            accumulator_<%= m %>.read(old, row);
            if (meta.first == 0) {
                if (meta.fresh == 0) {
                    hdr.lanes.l<%= m %> = old;
                } else if (meta.max == 0) {
                    hdr.lanes.l<%= m %> = hdr.lanes.l<%= m %> + old;
                } else if ((int<32>)hdr.lanes.l<%= m %> < (int<32>)old) {
                    hdr.lanes.l<%= m %> = old;
                }
            }
            accumulator_<%= m %>.write(row, hdr.lanes.l<%= m %>);
<% } -%>

            mark_to_drop(standard_metadata);  // unless it is the last
            if (count == meta.parts) {
                bit<32> sent_for;
                bit<8> at_attempt;
                sent_epoch.read(sent_for, row);
                sent_attempt.read(at_attempt, row);
                if (sent_for != hdr.matchmul.epoch || at_attempt < hdr.matchmul.attempt) {
                    sent_epoch.write(row, hdr.matchmul.epoch);
                    sent_attempt.write(row, hdr.matchmul.attempt);
                    send_back();
                }
            }
        }
        if (meta.travels == 1) {
            if (route.apply().miss) {
                drop(UNROUTED);
            }
        }
    }
}

<%~ include("./serve-egress", it) %>

control MergeDeparser(packet_out packet, in headers_t hdr) {
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

V1Switch(MergeParser(), NoChecksum(), Serve(), Copies(), Ipv4Checksum(), MergeDeparser()) main;
