<% const { lanes, slots } = it; -%>
/*
 * <%= it.title %>: a pipe that computes tiles of layers.
 *
<% for (const line of it.summary) { -%>
 *   <%= line %>

<% } -%>
 *
 * The input of each layer stands in the banks, one byte a row. Workers, packets that go around, compute a tile each:
 * 32 outputs at one position. A pass of a worker:
 *
 *   parse      the header says how to read the bytes behind it (state parse_mode)
 *   sequencer  keyed on kind, layer and program counter: what to do, and how the next pass is parsed
 *   tasks      what differs from tile to tile: where its window lies, its bias, where its outputs go
 *   banks      one byte of each bank, at the worker's address
 *   lookups    each byte selects a row of 32 words, which are added to the 32 lanes
 *   deparse    bytes used as keys are gone, the lanes stand in front of what is left
 *
 * All weights, layer shapes and schedules are table entries.
 */
#include <core.p4>
#include <v1model.p4>

<%~ include("./serve-headers", it) %>

const bit<8>  NO_PART = <%= it.part.none %>;

// Accumulators of 32 bits.
header lanes_t {
<% for (const m of lanes) { -%>
    bit<32> l<%= m %>;
<% } -%>
}

<% if (it.pools) { -%>
// Max pooling: the maxima so far.
header best_t {
<%   for (const m of lanes) { -%>
    bit<16> b<%= m %>;
<%   } -%>
}

<% } -%>
header byte_t {
    bit<8> value;
}

struct headers_t {
    ethernet_t   ethernet;
    ether_type_t ether_type;
    ipv4_t       ipv4;  // these three of an answer to a host that has addresses
    ipv6_t       ipv6;
    udp_t        udp;
    matchmul_t   matchmul;
    lanes_t      lanes;
<% if (it.pools) { -%>
    best_t       best;
<% } -%>
    byte_t[<%= it.restSize %>]  rest;  // low bytes of lanes that wait to be keys
    byte_t[<%= slots.length %>]  key;   // one byte for each bank and lookup: not sent on
}

struct metadata_t {
    // The loopback port that a recirculated packet came by, or where it came in.
    @field_list(0)
    bit<9>  port;
    bit<1>  looped;    // from a loopback port
    bit<8>  part;      // of the task, that is asked for
    bit<1>  last;      // the last row of an arrival
    bit<16> total;     // arrivals that make a layer's input
    bit<16> spawns;    // the multicast group of the layer's workers
    bit<1>  fetch;     // read the banks
    bit<1>  scale;     // clamp the shifted lanes
    bit<8>  half;      // 0: no max pooling; otherwise which lanes
    bit<1>  travels;   // to its destination, by the table route
    bit<1>  sent;      // by multicast
<% for (const s of slots) { -%>
    bit<16> row_<%= s %>;    // of bank <%= s %>

<% } -%>
    bit<<%= it.rowBits %>> index;  // of the next lookup
}

parser ServeParser(packet_in packet,
                   out headers_t hdr,
                   inout metadata_t meta,
                   inout standard_metadata_t standard_metadata) {
    state start {
        transition parse_ethernet;
    }

<%~ include("./serve-outer", it) %>

    // Only what comes from a loopback port chooses how it is parsed.
    state parse_matchmul {
        packet.extract(hdr.matchmul);
<% if (it.recirculates) { -%>
        transition select(hdr.matchmul.version, hdr.matchmul.kind, standard_metadata.instance_type) {
            (VERSION, KIND_STORE, INSTANCE_RECIRCULATED): parse_mode;
            (VERSION, KIND_WORK, INSTANCE_RECIRCULATED): parse_mode;
<% } else { -%>
        transition select(hdr.matchmul.version, hdr.matchmul.kind, standard_metadata.ingress_port) {
<%   for (const port of it.loopbacks) { -%>
            (VERSION, KIND_STORE, <%= port %>): parse_mode;
            (VERSION, KIND_WORK, <%= port %>): parse_mode;
<%   } -%>
<% } -%>
            (VERSION, KIND_ANSWER, _): parse_answer;
            (VERSION, _, _): accept;
            default: foreign;
        }
    }

    state parse_mode {
        transition select(hdr.matchmul.parse) {
<% for (const mode of it.modes) { -%>
            <%= mode.id %>: parse_<%= mode.id %>;
<% } -%>
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

<% for (const mode of it.modes) { -%>
    // <%= mode.comment %>

    state parse_<%= mode.id %> {
<%   for (const step of mode.steps) { -%>
<%     if (step.kind === "extract") { -%>
        packet.extract(hdr.<%= step.header %>);
<%     } else if (step.kind === "advance") { -%>
        packet.advance(<%= step.bits %>);
<%     } else { -%>
<%       if (step.fresh) { -%>
        hdr.best.setValid();
        hdr.best = { <%= lanes.map(() => "0").join(", ") %> };
<%       } else { -%>
        packet.extract(hdr.best);
<%       } -%>
        meta.half = <%= step.half %>;
<%     } -%>
<%   } -%>
        transition accept;
    }

<% } -%>
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

    // The activation store.
<% for (const s of slots) { -%>
    register<bit<8>>(<%= it.storeRows %>) bank_<%= s %>;
<% } -%>

    // By arrival: the request it was last counted for.
    register<bit<32>>(<%= it.arrivals %>) arrived;

    // By state: how many arrivals of which request were counted.
    register<bit<32>>(<%= it.states %>) arrivals_epoch;
    register<bit<16>>(<%= it.states %>) arrivals_count;

    // By state: the request and attempt that workers were last spawned for.
    register<bit<32>>(<%= it.states %>) spawned_epoch;
    register<bit<8>>(<%= it.states %>) spawned_attempt;

    // ---- Input of layers -------------------------------------------------------------------------------------------

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

    // ---- The sequencer ---------------------------------------------------------------------------------------------

    action next(bit<16> pc, bit<8> parse) {
        hdr.matchmul.pc = pc;
        hdr.matchmul.parse = parse;
    }

    // Each at so many rows from the address before this pass.
    action read_banks(<%= slots.map((s) => `bit<16> offset_${s}`).join(", ") %>) {
        meta.fetch = 1;
<% for (const s of slots) { -%>
        meta.row_<%= s %> = hdr.matchmul.address + offset_<%= s %>;
<% } -%>
    }

    @id(6)
    action store_row(bit<16> pc, bit<8> parse, bit<16> d_address) {
        next(pc, parse);
        hdr.matchmul.address = hdr.matchmul.address + d_address;
    }

    // The last row of what has arrived.
    @id(7)
    action store_last(bit<16> pc, bit<8> parse, bit<16> d_address, bit<16> total, bit<16> group) {
        next(pc, parse);
        hdr.matchmul.address = hdr.matchmul.address + d_address;
        meta.last = 1;
        meta.total = total;
        meta.spawns = group;
    }

    // A new tile; its task says where it begins.
    @id(8)
    action begin() {
        hdr.lanes.setInvalid();
        meta.part = <%= it.part.load %>;
    }

<% for (const sum of it.sums) { -%>
    // <%= sum.comment %>

    @id(<%= (sum.banked ? 96 : 64) + sum.shift %>)
    action <%= sum.name %>(bit<16> pc, bit<8> parse, bit<16> d_address, bit<16> d_row<% if (sum.banked) { %>, <%= slots.map((s) => `bit<16> offset_${s}`).join(", ") %><% } %>) {
        next(pc, parse);
        read_banks(<%= slots.map((s) => (sum.banked ? `offset_${s}` : "d_address")).join(", ") %>);
        hdr.matchmul.address = hdr.matchmul.address + d_address;
        hdr.matchmul.row = hdr.matchmul.row + d_row;
<%   if (sum.shift > 0) { -%>
<%     for (const m of lanes) { -%>
        hdr.lanes.l<%= m %> = hdr.lanes.l<%= m %> << <%= sum.shift %>;
<%     } -%>
<%   } -%>
    }

<% } -%>
    // Row 0 of the task's bias, in every lookup.
    action bias_keys() {
        meta.part = <%= it.part.bias %>;
<% for (const s of slots) { -%>
        hdr.key[<%= s %>].setValid();
        hdr.key[<%= s %>].value = 0;
<% } -%>
    }

    @id(9)
    action add_bias(bit<16> pc, bit<8> parse) {
        next(pc, parse);
        bias_keys();
    }

    // Of the last layer: 32 logits are complete.
    @id(10)
    action add_bias_answer(bit<16> pc, bit<8> parse, bit<16> index) {
        next(pc, parse);
        bias_keys();
        hdr.matchmul.kind = KIND_ANSWER;
        hdr.matchmul.index = index;
        hdr.matchmul.destination = hdr.matchmul.reply;
        meta.travels = 1;
    }

<% for (const shift of it.rightShifts) { -%>
    // Requantization: arithmetic shift by a constant (the rounding term is in the bias), then clamp.
    @id(<%= 128 + shift %>)
    action scale_<%= shift %>(bit<16> pc, bit<8> parse) {
        next(pc, parse);
        meta.scale = 1;
<%   for (const m of lanes) { -%>
        hdr.lanes.l<%= m %> = (bit<32>)((int<32>)hdr.lanes.l<%= m %> >> <%= shift %>);
<%   } -%>
    }

<% } -%>
<% if (it.pools) { -%>
    // Max pooling of the lanes that the parser chose.
    @id(11)
    action pool_lanes(bit<16> pc, bit<8> parse) {
        next(pc, parse);
    }

    // The same for the last of them: on to the next position of the window, as the task says.
    @id(12)
    action pool_last(bit<16> pc, bit<8> parse) {
        next(pc, parse);
        meta.part = <%= it.part.pool %>;
    }

<% } -%>
    // Lanes' bytes, as keys, become bits in their places in the words of the next layer's input.
    @id(13)
    action convert(bit<16> pc, bit<8> parse, bit<16> row) {
        next(pc, parse);
        hdr.matchmul.row = row;
    }

    // The same for the last of them: then send.
    @id(14)
    action convert_send(bit<16> pc, bit<8> parse, bit<16> row) {
        next(pc, parse);
        hdr.matchmul.row = row;
        meta.part = <%= it.part.send %>;
    }

<% if (it.merges) { -%>
    // The lanes are a part of a sum; they come back when it is complete.
    @id(15)
    action merge(bit<16> pc, bit<8> parse) {
        next(pc, parse);
        meta.part = <%= it.part.merge %>;
    }

<% } -%>
    @id(6)
    table sequencer {
        key = {
            hdr.matchmul.kind: exact;
            hdr.matchmul.layer: exact;
            hdr.matchmul.pc: exact;
        }
        actions = {
            store_row;
            store_last;
            begin;
<% for (const sum of it.sums) { -%>
            <%= sum.name %>;
<% } -%>
            add_bias;
            add_bias_answer;
<% for (const shift of it.rightShifts) { -%>
            scale_<%= shift %>;
<% } -%>
<% if (it.pools) { -%>
            pool_lanes;
            pool_last;
<% } -%>
            convert;
            convert_send;
<% if (it.merges) { -%>
            merge;
<% } -%>
            NoAction;
        }
        size = <%= it.size.sequencer %>;
        const default_action = NoAction();
    }

    // ---- Tasks -----------------------------------------------------------------------------------------------------

    // Where the tile's window lies in the store, and its weights in the lookups.
    @id(16)
    action task_load(bit<16> pc, bit<8> parse, bit<16> address, bit<16> row) {
        next(pc, parse);
        hdr.matchmul.address = hdr.matchmul.base + address;
        hdr.matchmul.row = row;
    }

    @id(17)
    action task_bias(bit<16> row) {
        hdr.matchmul.row = row;
    }

    // After a position of a pooling window.
    @id(18)
    action task_pool(bit<16> pc, bit<8> parse, bit<16> task) {
        next(pc, parse);
        hdr.matchmul.task = task;
    }

    // The tile is complete: to the pipes of the next layer, and this worker goes on with another task.
    @id(19)
    action task_send(bit<16> pc, bit<8> parse, bit<16> address, bit<16> index, bit<16> group, bit<16> task) {
        next(pc, parse);
        hdr.matchmul.kind = KIND_DATA;
        hdr.matchmul.address = address;
        hdr.matchmul.index = index;
        hdr.matchmul.task = task;
        standard_metadata.mcast_grp = group;
        meta.sent = 1;
    }

<% if (it.merges) { -%>
    // To the pipe that merges.
    @id(20)
    action task_merge(bit<16> address, bit<16> index, bit<16> group, bit<16> task, bit<16> source) {
        hdr.matchmul.kind = KIND_PARTIAL;
        hdr.matchmul.source = source;
        hdr.matchmul.address = address;
        hdr.matchmul.index = index;
        hdr.matchmul.task = task;
        standard_metadata.mcast_grp = group;
        meta.sent = 1;
    }

<% } -%>
    @id(7)
    table tasks {
        key = {
            hdr.matchmul.task: exact;
            meta.part: exact;
        }
        actions = {
            task_load;
            task_bias;
            task_pool;
            task_send;
<% if (it.merges) { -%>
            task_merge;
<% } -%>
            NoAction;
        }
        size = <%= it.size.tasks %>;
        const default_action = NoAction();
    }

    // ---- Lanes -----------------------------------------------------------------------------------------------------

    action clear_lanes() {
        hdr.lanes.setValid();
<% for (const m of lanes) { -%>
        hdr.lanes.l<%= m %> = 0;
<% } -%>
    }

<% for (const s of slots) { -%>
    @id(<%= 256 + s %>)
    action add_<%= s %>(<%= lanes.map((m) => `bit<32> w${m}`).join(", ") %>) {
<%   for (const m of lanes) { -%>
        hdr.lanes.l<%= m %> = hdr.lanes.l<%= m %> + w<%= m %>;
<%   } -%>
    }

    @id(<%= 256 + s %>)
    table lookup_<%= s %> {
        key = { meta.index: exact @name("row"); }
        actions = { add_<%= s %>; NoAction; }
        size = <%= it.lookupSize %>;
        const default_action = NoAction();  // a row of zeros
    }

<% } -%>
<% if (it.rightShifts.length > 0) { -%>
    action clamp() {
<%   for (const m of lanes) { -%>
        hdr.lanes.l<%= m %> = ((int<32>)hdr.lanes.l<%= m %> < 0) ? 32w0 : ((hdr.lanes.l<%= m %> > 255) ? 32w255 : hdr.lanes.l<%= m %>);
<%   } -%>
    }

<% } -%>
<% for (const half of it.halves) { -%>
    action larger_<%= half.id %>() {
<%   for (const m of half.lanes) { -%>
        hdr.best.b<%= m %> = (hdr.best.b<%= m %> < hdr.lanes.l<%= m %>[15:0]) ? hdr.lanes.l<%= m %>[15:0] : hdr.best.b<%= m %>;
<%   } -%>
    }

<% } -%>
    // All input of the layer has come: copies of this packet are its workers.
    action spawn() {
        hdr.matchmul.kind = KIND_WORK;
        standard_metadata.mcast_grp = meta.spawns;
    }

    apply {
<%~ include("./serve-arrival", it) %>
        } else if (hdr.matchmul.kind == KIND_DATA<% if (it.merges) { %> || hdr.matchmul.kind == KIND_PARTIAL<% } %>) {
            if (slots.apply().miss) {
                drop(UNKNOWN_SLOT);
                return;
            }
<% if (it.merges) { -%>
            if (hdr.matchmul.kind == KIND_PARTIAL) {
                hdr.matchmul.kind = KIND_WORK;  // a sum, complete: its worker goes on
            } else {
                hdr.matchmul.kind = KIND_STORE;
            }
<% } else { -%>
            hdr.matchmul.kind = KIND_STORE;
<% } -%>
            again();
            return;
        } else {
            bit<32> state = (bit<32>)hdr.matchmul.state;
            bit<8> kind = hdr.matchmul.kind;
            meta.part = NO_PART;
            if (sequencer.apply().miss) {
                drop(UNKNOWN_STEP);
                return;
            }
            bit<32> latest;
            epochs.read(latest, state);
            if (hdr.matchmul.epoch < latest) {
                drop(STALE);
                return;
            }
            epochs.write(state, hdr.matchmul.epoch);

            if (kind == KIND_STORE) {
<% for (const s of slots) { -%>
                if (hdr.key[<%= s %>].isValid()) {
                    bank_<%= s %>.write((bit<32>)hdr.matchmul.address, hdr.key[<%= s %>].value);
                }
<% } -%>
                if (meta.last == 0) {
                    again();
                    return;
                }
                bit<32> counted_for;
                bit<32> of_epoch;
                bit<16> count;
                arrived.read(counted_for, (bit<32>)hdr.matchmul.index);
                arrivals_epoch.read(of_epoch, state);
                arrivals_count.read(count, state);
                if (of_epoch != hdr.matchmul.epoch) {
                    count = 0;
                }
                if (counted_for != hdr.matchmul.epoch) {
                    count = count + 1;
                }
                arrived.write((bit<32>)hdr.matchmul.index, hdr.matchmul.epoch);
                arrivals_epoch.write(state, hdr.matchmul.epoch);
                arrivals_count.write(state, count);
                mark_to_drop(standard_metadata);  // it has done its work
                if (count == meta.total) {
                    bit<32> spawned_for;
                    bit<8> at_attempt;
                    spawned_epoch.read(spawned_for, state);
                    spawned_attempt.read(at_attempt, state);
                    if (spawned_for != hdr.matchmul.epoch || at_attempt < hdr.matchmul.attempt) {
                        spawned_epoch.write(state, hdr.matchmul.epoch);
                        spawned_attempt.write(state, hdr.matchmul.attempt);
                        spawn();
                    }
                }
                return;
            }

            // A worker.
            bit<32> fed;
            spawned_epoch.read(fed, state);
            if (fed != hdr.matchmul.epoch) {
                drop(UNFED);
                return;
            }
            if (meta.part != NO_PART) {
                if (tasks.apply().miss) {
                    drop(UNKNOWN_TASK);
                    return;
                }
            }
            if (!hdr.lanes.isValid()) {
                clear_lanes();
            }
            if (meta.fetch == 1) {
<% for (const s of slots) { -%>
                hdr.key[<%= s %>].setValid();
                bank_<%= s %>.read(hdr.key[<%= s %>].value, (bit<32>)meta.row_<%= s %>);
<% } -%>
            }
<% for (const s of slots) { -%>
            if (hdr.key[<%= s %>].isValid()) {
                meta.index = (bit<<%= it.rowBits %>>)(hdr.matchmul.row | (bit<16>)hdr.key[<%= s %>].value);
                lookup_<%= s %>.apply();
            }
<% } -%>
<% if (it.rightShifts.length > 0) { -%>
            if (meta.scale == 1) {
                clamp();
            }
<% } -%>
<% for (const half of it.halves) { -%>
            if (meta.half == <%= half.id %>) {
                larger_<%= half.id %>();
            }
<% } -%>
            if (meta.sent == 0) {
                again();
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

control ServeDeparser(packet_out packet, in headers_t hdr) {
    apply {
        packet.emit(hdr.ethernet);
        packet.emit(hdr.ether_type);
        packet.emit(hdr.ipv4);
        packet.emit(hdr.ipv6);
        packet.emit(hdr.udp);
        packet.emit(hdr.matchmul);
        packet.emit(hdr.lanes);
<% if (it.pools) { -%>
        packet.emit(hdr.best);
<% } -%>
        packet.emit(hdr.rest);
    }
}

V1Switch(ServeParser(), NoChecksum(), Serve(), Copies(), Ipv4Checksum(), ServeDeparser()) main;
