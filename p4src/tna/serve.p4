<%
const { lanes, slots } = it;
const lookups = slots.length;
// A row is a page and a byte; there are two pages at least.
const rowBits = Math.max(9, it.rowBits);
/*
 * Stages. A lookup's 32 words fill the action data bus, which registers' results use as well, so the lookups come last,
 * one a stage, and everything else before them: 0 sequencer and epochs, from 1 on tasks and registers, four stateful
 * ALUs a stage, of which the first three stages give one to the count of arrivals.
 */
// Tofino 2 reads two banks at a time: their bytes are one cell.
const paired = it.architecture === "t2na" && !it.banked;
const banks = paired ? slots.filter((s) => s % 2 === 0) : slots;
const bankStage = (i) => i < 9 ? 1 + Math.floor(i / 3) : 4 + Math.floor((i - 9) / 4);
const stages = [...new Set([1, 2, 3, ...banks.map((_, i) => bankStage(i))])];
const banksOf = (stage) => banks.filter((_, i) => bankStage(i) === stage);
const lastStage = Math.max(...stages);
// Keys that are read in the last of these stages are complete beside the first lookup, of which they are no keys.
const groupOf = (bank) => paired ? [bank, bank + 1] : [bank];
const early = stages.filter((stage) => stage < lastStage).flatMap(banksOf).flatMap(groupOf);
const late = banksOf(lastStage).flatMap(groupOf);
// Bytes that are combined lie in one group of containers: 16 on Tofino, 12 on Tofino 2.
const LOW = 8;
const lows = Array.from({ length: Math.ceil(lookups / LOW) }, (_, i) => i);
const low = (s) => `meta.low_${Math.floor(s / LOW)}`;
const rowOf = (s) => it.banked ? `meta.row_${s}` : "hdr.matchmul.address";
const compared = [...new Set(it.halves.flatMap((half) => half.lanes))].sort((a, b) => a - b);
const list = (items) => items.join(", ");
-%>
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
 *
 * A lookup's words fill the action data bus of its stage, and results of registers come by that bus, too: so the
 * lookups stand in the last stages, and everything else before them.
 */
#include <core.p4>
#include <<%= it.architecture %>.p4>

<%~ include("../v1model/serve-headers", { ...it, recirculates: false }) %>

const bit<8>  NO_PART = <%= it.part.none %>;

// Accumulators of 32 bits.
header lanes_t {
<% for (const m of lanes) { -%>
    int<32> l<%= m %>;
<% } -%>
}

<% if (it.pools) { -%>
// Max pooling: the maxima so far.
header best_t {
<%   for (const m of lanes) { -%>
    bit<16> b<%= m %>;
<%   } -%>
}

// Low halves of the lanes they are compared with.
header sample_t {
<%   for (const m of compared) { -%>
    bit<16> s<%= m %>;
<%   } -%>
}

<% } -%>
header byte_t {
    bit<8> value;
}

struct headers_t {
    ethernet_t   ethernet;
    ether_type_t ether_type;
    matchmul_t   matchmul;
    lanes_t      lanes;
<% if (it.pools) { -%>
    best_t       best;
    sample_t     sample;  // not sent on
<% } -%>
    byte_t[<%= it.restSize %>]  rest;  // low bytes of lanes that wait to be keys
}

// Of a register: the request, and a number that counts for this request alone.
struct counted_t {
    bit<32> epoch;
    bit<32> number;
}

<% if (paired) { -%>
// A row of two banks.
struct keys_t {
    bit<8> even;
    bit<8> odd;
}

<% } -%>
struct metadata_t {
    bit<8>  looped;   // from a loopback port: 1 input for here, 2 being stored, or a worker
    bit<8>  travels;  // 1: an answer, to its host
    bit<8>  stale;    // 1: of an earlier request
    bit<8>  part;     // of the task, that is asked for
    bit<8>  bank;     // what is done with the banks: 1 read, 2 write
    bit<8>  looks;    // 1: the lookups add
    bit<8>  scale;    // 1: clamp the shifted lanes
    bit<8>  half;     // 0: no max pooling; otherwise which lanes
    bit<8>  last;     // 1: the last row of an arrival
    bit<8>  seen;     // 1: the arrival was counted before
    bit<8>  verdict;  // 1: workers are spawned; or a worker is dropped
    bit<16> total;    // arrivals that make a layer's input
    bit<16> count;    // arrivals so far
    bit<16> spawns;   // the multicast group of the layer's workers
    bit<<%= lookups > 8 ? 16 : 8 %>> put;  // which banks the parser has a byte for
    bit<<%= rowBits - 8 %>> page;  // of the lookup tables
<% for (const i of lows) { -%>
    bit<8>  low_<%= i %>;  // row, low bits
<% } -%>
<% for (const s of slots) { -%>
    bit<8>  key_<%= s %>;
<%   if (it.banked) { -%>
    bit<16> row_<%= s %>;  // of bank <%= s %>

<%   } -%>
<% } -%>
}

<% if (it.architecture === "t2na") { -%>
// Alone in its container it is set without action data, of which lookups leave nothing.
@pa_solitary("ingress", "ig_intr_md_for_dprsr.drop_ctl")
// Bytes that a state takes one by one out of lanes cannot stay in the packet buffer (CLOT).
<%   for (let i = 0; i < it.restSize; i++) { -%>
@do_not_use_clot("ingress", "hdr.rest[<%= i %>].value")
<%   } -%>
<% } -%>
parser ServeParser(packet_in packet,
                   out headers_t hdr,
                   out metadata_t meta,
                   out ingress_intrinsic_metadata_t ig_intr_md) {
    state start {
        packet.extract(ig_intr_md);
        packet.advance(PORT_METADATA_SIZE);
        meta.looped = 0;
        meta.travels = 0;
        meta.stale = 0;
        meta.part = NO_PART;
        meta.bank = 0;
        meta.looks = 0;
        meta.scale = 0;
        meta.half = 0;
        meta.last = 0;
        meta.seen = 0;
        meta.verdict = 0;
        meta.total = 0;
        meta.count = 0;
        meta.spawns = 0;
        meta.put = 0;
        meta.page = 0;
<% for (const i of lows) { -%>
        meta.low_<%= i %> = 0;
<% } -%>
<% for (const s of slots) { -%>
        meta.key_<%= s %> = 0;
<% } -%>
        transition parse_ethernet;
    }

<%~ include("../v1model/serve-outer", it) %>

    // Only what comes from a loopback port chooses how it is parsed.
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
            KIND_DATA: parse_input;
<% if (it.merges) { -%>
            KIND_PARTIAL: parse_input;
<% } -%>
            KIND_STORE: parse_mode;
            KIND_WORK: parse_mode;
            default: foreign;
        }
    }

    state parse_input {
        meta.looped = 1;
        transition accept;
    }

    state parse_mode {
        meta.looped = 2;
        transition select(hdr.matchmul.parse) {
<% for (const mode of it.modes) { -%>
            <%= mode.id %>: parse_<%= mode.id %>;
<% } -%>
            default: foreign;
        }
    }

    // Not for us.
    state foreign {
        transition reject;
    }

<% for (const mode of it.modes) { -%>
    // <%= mode.comment %>

    state parse_<%= mode.id %> {
<%   if (mode.parse.kind === "pool") { -%>
        hdr.sample.setValid();
<%     for (let m = mode.parse.first; m < mode.parse.first + mode.parse.count; m++) { -%>
        hdr.sample.s<%= m %> = packet.lookahead<bit<<%= (m + 1) * 32 %>>>()[15:0];
<%     } -%>
<%   } -%>
<%   let mask = 0; -%>
<%   for (const step of mode.steps) { -%>
<%     const key = step.kind === "extract" ? /^key\[(\d+)\]$/.exec(step.header) : null; -%>
<%     if (key) { mask |= 1 << Number(key[1]); -%>
        meta.key_<%= key[1] %> = packet.lookahead<bit<8>>();
        packet.advance(8);
<%     } else if (step.kind === "extract") { -%>
        packet.extract(hdr.<%= step.header %>);
<%     } else if (step.kind === "advance") { -%>
        packet.advance(<%= step.bits %>);
<%     } else { -%>
<%       if (!step.fresh) { -%>
        packet.extract(hdr.best);
<%       } -%>
        meta.half = <%= step.half %>;
<%     } -%>
<%   } -%>
<%   if (mode.parse.kind === "store") { -%>
        meta.put = 0x<%= mask.toString(16) %>;
<%   } -%>
        transition accept;
    }

<% } -%>
}

control Serve(inout headers_t hdr,
              inout metadata_t meta,
              in ingress_intrinsic_metadata_t ig_intr_md,
              in ingress_intrinsic_metadata_from_parser_t ig_prsr_md,
              inout ingress_intrinsic_metadata_for_deparser_t ig_dprsr_md,
              inout ingress_intrinsic_metadata_for_tm_t ig_tm_md) {
<%~ include("./serve-entrance", it) %>

    // The hosts' routes once more: a packet passes here where its own pass has made it an answer.
    table answers {
        key = { hdr.matchmul.reply: exact @name("destination"); }
        actions = { forward; deliver; NoAction; }
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

<% if (it.merges) { -%>
    // A sum, complete: its worker goes on.
    action to_work() {
        hdr.matchmul.kind = KIND_WORK;
    }

<% } -%>
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

    // ---- The sequencer ---------------------------------------------------------------------------------------------

    action next(bit<16> pc, bit<8> parse) {
        hdr.matchmul.pc = pc;
        hdr.matchmul.parse = parse;
    }

    action store_at(bit<16> d_address) {
        meta.bank = 2;
<% if (it.banked) for (const s of slots) { -%>
        meta.row_<%= s %> = hdr.matchmul.address + d_address;
<% } -%>
        hdr.matchmul.address = hdr.matchmul.address + d_address;
    }

    action store_row(bit<16> pc, bit<8> parse, bit<16> d_address) {
        next(pc, parse);
        store_at(d_address);
        again();
    }

    // The last row of what has arrived.
    action store_last(bit<16> pc, bit<8> parse, bit<16> d_address, bit<16> total, bit<16> group) {
        next(pc, parse);
        store_at(d_address);
        meta.last = 1;
        meta.total = total;
        meta.spawns = group;
    }

    // A new tile; its task says where it begins.
    action begin() {
        meta.part = <%= it.part.load %>;
        again();
    }

<% for (const sum of it.sums) { -%>
    // <%= sum.comment %>

    action <%= sum.name %>(bit<16> pc, bit<8> parse, bit<16> d_address, bit<16> d_row<% if (sum.banked) { %>, <%= list(slots.map((s) => `bit<16> offset_${s}`)) %><% } %>) {
        next(pc, parse);
<%   if (it.banked) for (const s of slots) { -%>
        meta.row_<%= s %> = hdr.matchmul.address + <%= sum.banked ? `offset_${s}` : "d_address" %>;
<%   } -%>
        hdr.matchmul.address = hdr.matchmul.address + d_address;
        hdr.matchmul.row = hdr.matchmul.row + d_row;
        meta.bank = 1;
        meta.looks = 1;
        again();
<%   if (sum.shift > 0) { -%>
<%     for (const m of lanes) { -%>
        hdr.lanes.l<%= m %> = hdr.lanes.l<%= m %> << <%= sum.shift %>;
<%     } -%>
<%   } -%>
    }

<% } -%>
    action add_bias(bit<16> pc, bit<8> parse) {
        next(pc, parse);
        meta.part = <%= it.part.bias %>;
        meta.looks = 1;
        again();
    }

    // Of the last layer: 32 logits are complete.
    action add_bias_answer(bit<16> pc, bit<8> parse, bit<16> index) {
        next(pc, parse);
        meta.part = <%= it.part.bias %>;
        meta.looks = 1;
        hdr.matchmul.kind = KIND_ANSWER;
        hdr.matchmul.index = index;
        hdr.matchmul.destination = hdr.matchmul.reply;
        meta.travels = 1;
    }

<% for (const shift of it.rightShifts) { -%>
    // Requantization: arithmetic shift by a constant (the rounding term is in the bias), then clamp.
    action scale_<%= shift %>(bit<16> pc, bit<8> parse) {
        next(pc, parse);
        meta.scale = 1;
        again();
<%   for (const m of lanes) { -%>
        hdr.lanes.l<%= m %> = hdr.lanes.l<%= m %> >> <%= shift %>;
<%   } -%>
    }

<% } -%>
<% if (it.pools) { -%>
    // Max pooling of the lanes that the parser chose.
    action pool_lanes(bit<16> pc, bit<8> parse) {
        next(pc, parse);
        again();
    }

    // The same for the last of them: on to the next position of the window, as the task says.
    action pool_last(bit<16> pc, bit<8> parse) {
        next(pc, parse);
        meta.part = <%= it.part.pool %>;
        again();
    }

<% } -%>
    // Lanes' bytes, as keys, become bits in their places in the words of the next layer's input.
    action convert(bit<16> pc, bit<8> parse, bit<16> row) {
        next(pc, parse);
        hdr.matchmul.row = row;
        meta.looks = 1;
        again();
    }

    // The same for the last of them: then send.
    action convert_send(bit<16> pc, bit<8> parse, bit<16> row) {
        next(pc, parse);
        hdr.matchmul.row = row;
        meta.looks = 1;
        meta.part = <%= it.part.send %>;
    }

<% if (it.merges) { -%>
    // The lanes are a part of a sum; they come back when it is complete.
    action merge(bit<16> pc, bit<8> parse) {
        next(pc, parse);
        meta.part = <%= it.part.merge %>;
    }

<% } -%>
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
            drop;
        }
        size = <%= it.size.sequencer %>;
        const default_action = drop();
    }

    // ---- Tasks -----------------------------------------------------------------------------------------------------

    // Where the tile's window lies in the store, and its weights in the lookups.
    action task_load(bit<16> pc, bit<8> parse, bit<16> address, bit<16> row) {
        next(pc, parse);
        hdr.matchmul.address = hdr.matchmul.base + address;
        hdr.matchmul.row = row;
    }

    action task_bias(bit<16> row) {
        hdr.matchmul.row = row;
    }

    // After a position of a pooling window.
    action task_pool(bit<16> pc, bit<8> parse, bit<16> task) {
        next(pc, parse);
        hdr.matchmul.task = task;
    }

    // The tile is complete: to the pipes of the next layer, and this worker goes on with another task.
    action task_send(bit<16> pc, bit<8> parse, bit<16> address, bit<16> index, bit<16> group, bit<16> task) {
        next(pc, parse);
        hdr.matchmul.kind = KIND_DATA;
        hdr.matchmul.address = address;
        hdr.matchmul.index = index;
        hdr.matchmul.task = task;
        ig_tm_md.mcast_grp_a = group;
    }

<% if (it.merges) { -%>
    // To the pipe that merges.
    action task_merge(bit<16> address, bit<16> index, bit<16> group, bit<16> task, bit<16> source) {
        hdr.matchmul.kind = KIND_PARTIAL;
        hdr.matchmul.source = source;
        hdr.matchmul.address = address;
        hdr.matchmul.index = index;
        hdr.matchmul.task = task;
        ig_tm_md.mcast_grp_a = group;
    }

<% } -%>
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
            drop;
        }
        size = <%= it.size.tasks %>;
        const default_action = drop();
    }

    // ---- The activation store --------------------------------------------------------------------------------------

<% for (const [n, bank] of banks.entries()) { -%>
<%   if (paired) { -%>
    Register<keys_t, bit<16>>(<%= it.storeRows %>) banks_<%= bank %>;
    RegisterAction2<keys_t, bit<16>, bit<8>, bit<8>>(banks_<%= bank %>) get_<%= bank %> = {
        void apply(inout keys_t keys, out bit<8> even, out bit<8> odd) {
            even = keys.even;
            odd = keys.odd;
        }
    };
    RegisterAction<keys_t, bit<16>, bit<8>>(banks_<%= bank %>) put_<%= bank %> = {
        void apply(inout keys_t keys) {
            keys.even = meta.key_<%= bank %>;
            keys.odd = meta.key_<%= bank + 1 %>;
        }
    };

    action get_bank_<%= bank %>() {
        meta.key_<%= bank %> = get_<%= bank %>.execute(hdr.matchmul.address, meta.key_<%= bank + 1 %>);
    }

<%   } else { -%>
    Register<bit<8>, bit<16>>(<%= it.storeRows %>) bank_<%= bank %>;
    RegisterAction<bit<8>, bit<16>, bit<8>>(bank_<%= bank %>) get_<%= bank %> = {
        void apply(inout bit<8> cell, out bit<8> key) {
            key = cell;
        }
    };
    RegisterAction<bit<8>, bit<16>, bit<8>>(bank_<%= bank %>) put_<%= bank %> = {
        void apply(inout bit<8> cell) {
            cell = meta.key_<%= bank %>;
        }
    };

    action get_bank_<%= bank %>() {
        meta.key_<%= bank %> = get_<%= bank %>.execute(<%= rowOf(bank) %>);
    }

<%   } -%>
    action put_bank_<%= bank %>() {
        put_<%= bank %>.execute(<%= rowOf(bank) %>);
    }

    @stage(<%= bankStage(n) %>)
    table read_<%= bank %> {
        actions = { get_bank_<%= bank %>; }
        size = 1;
        const default_action = get_bank_<%= bank %>();
    }

    @stage(<%= bankStage(n) %>)
    table write_<%= bank %> {
        actions = { put_bank_<%= bank %>; }
        size = 1;
        const default_action = put_bank_<%= bank %>();
    }

<% } -%>
    // ---- What has arrived ------------------------------------------------------------------------------------------

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

    Register<counted_t, bit<16>>(<%= it.states %>) arrivals;
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
        meta.count = one_more.execute(hdr.matchmul.state);
    }

    // It was counted, so the cell is this request's.
    action count_seen() {
        meta.count = no_more.execute(hdr.matchmul.state);
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

    // The request and attempt that workers were last spawned for.
    Register<counted_t, bit<16>>(<%= it.states %>) spawned;
    RegisterAction<counted_t, bit<16>, bit<8>>(spawned) note_spawn = {
        void apply(inout counted_t cell, out bit<8> spawns) {
            if (cell.epoch != hdr.matchmul.epoch || cell.number < (bit<32>)hdr.matchmul.attempt) {
                spawns = 1;
                cell.epoch = hdr.matchmul.epoch;
                cell.number = (bit<32>)hdr.matchmul.attempt;
            } else {
                spawns = 0;
            }
        }
    };
    RegisterAction<counted_t, bit<16>, bit<8>>(spawned) is_unfed = {
        void apply(inout counted_t cell, out bit<8> unfed) {
            if (cell.epoch != hdr.matchmul.epoch) {
                unfed = 1;
            } else {
                unfed = 0;
            }
        }
    };

    action may_spawn() {
        meta.verdict = note_spawn.execute(hdr.matchmul.state);
    }

    action is_fed() {
        meta.verdict = is_unfed.execute(hdr.matchmul.state);
    }

    @stage(3)
    table try_spawn {
        actions = { may_spawn; }
        size = 1;
        const default_action = may_spawn();
    }

    @stage(3)
    table check_fed {
        actions = { is_fed; }
        size = 1;
        const default_action = is_fed();
    }

    // All input of the layer has come: copies of this packet are its workers.
    action spawn() {
        hdr.matchmul.kind = KIND_WORK;
        ig_tm_md.mcast_grp_a = meta.spawns;
    }

    // A worker whose input is not complete: the pipe has restarted.
    action refuse_unfed() {
        drop();
    }

    @stage(4)
    table refuse {
        actions = { refuse_unfed; }
        size = 1;
        const default_action = refuse_unfed();
    }

    // ---- Lanes -----------------------------------------------------------------------------------------------------

    action clear_lanes() {
        hdr.lanes.setValid();
<% for (const m of lanes) { -%>
        hdr.lanes.l<%= m %> = 0;
<% } -%>
    }

    // A row is chosen by a page and a byte, in containers of their own; an identity hash carries bits between those.
    Hash<bit<8>>(HashAlgorithm_t.IDENTITY) low_bits;

    action split_row() {
        meta.page = hdr.matchmul.row[<%= rowBits - 1 %>:8];
<% for (const i of lows) { -%>
        meta.low_<%= i %> = low_bits.get({ hdr.matchmul.row[7:0] });
<% } -%>
    }

    @stage(2)
    table split {
        actions = { split_row; }
        size = 1;
        const default_action = split_row();
    }

<% for (const [name, keys] of [["join_early", early], ["join_late", late]]) { -%>
<%   if (keys.length > 0) { -%>
    action <%= name %>() {
<%     for (const s of keys) { -%>
        meta.key_<%= s %> = meta.key_<%= s %> | <%= low(s) %>;
<%     } -%>
    }

<%   } -%>
<% } -%>
<% for (const s of slots) { -%>
    action add_<%= s %>(<%= list(lanes.map((m) => `int<32> w${m}`)) %>) {
<%   for (const m of lanes) { -%>
        hdr.lanes.l<%= m %> = hdr.lanes.l<%= m %> + w<%= m %>;
<%   } -%>
    }

    // Every key is an address, so the table needs no match memory.
    @placement_priority(<%= lookups - s %>)
    @use_hash_action(1)
    table lookup_<%= s %> {
        key = {
            meta.page: exact;
            meta.key_<%= s %>: exact;
        }
        actions = { add_<%= s %>; }
        size = <%= 2 ** rowBits %>;
        const default_action = add_<%= s %>(<%= list(lanes.map(() => "0")) %>);
    }

<% } -%>
<% if (it.rightShifts.length > 0) { -%>
    action clamp_low() {
<%   for (const m of lanes) { -%>
        hdr.lanes.l<%= m %> = max(hdr.lanes.l<%= m %>, 0);
<%   } -%>
    }

    action clamp_high() {
<%   for (const m of lanes) { -%>
        hdr.lanes.l<%= m %> = min(hdr.lanes.l<%= m %>, 255);
<%   } -%>
    }

<% } -%>
<% if (it.pools) { -%>
    action clear_best() {
        hdr.best.setValid();
<%   for (const m of lanes) { -%>
        hdr.best.b<%= m %> = 0;
<%   } -%>
    }

<% } -%>
<% for (const half of it.halves) { -%>
    action larger_<%= half.id %>() {
<%   for (const m of half.lanes) { -%>
        hdr.best.b<%= m %> = max(hdr.best.b<%= m %>, hdr.sample.s<%= m %>);
<%   } -%>
    }

<% } -%>
    /*
     * Conditions follow the stages: a Tofino goes through the tables of one path in order, so two chains of tables on
     * one path, each over several stages, are written interleaved.
     */
    apply {
        if (meta.looped == 0) {
<%~ include("./serve-arrival", it) %>
        } else if (meta.looped == 1) {
            slots.apply();
<% if (it.merges) { -%>
            if (hdr.matchmul.kind == KIND_PARTIAL) {
                to_work();
            } else {
                to_store();
            }
<% } else { -%>
            to_store();
<% } -%>
        } else {
            // Only what has a step may begin another request.
            if (sequencer.apply().hit) {
                check_epoch.apply();
            }
            if (meta.stale == 1) {
                refuse_stale();
            } else if (meta.bank == 2) {
<% for (const stage of stages) { -%>
<%   if (stage === 1) { -%>
                if (meta.last == 1) {
                    arrive.apply();
                }
<%   } else if (stage === 2) { -%>
                if (meta.last == 1) {
                    if (meta.seen == 0) {
                        count_arrival.apply();
                    } else {
                        count_again.apply();
                    }
                }
<%   } else if (stage === 3) { -%>
                if (meta.last == 1 && meta.count == meta.total) {
                    try_spawn.apply();
                }
<%   } -%>
<%   for (const bank of banksOf(stage)) { -%>
                if (meta.put[<%= bank %>:<%= bank %>] == 1) {
                    write_<%= bank %>.apply();
                }
<%   } -%>
<% } -%>
                if (meta.verdict == 1) {
                    spawn();
                }
            } else {
                // A worker.
                if (meta.travels == 1) {
                    answers.apply();
                }
<% if (it.rightShifts.length > 0) { -%>
                if (meta.scale == 1) {
                    clamp_low();
                    clamp_high();
                } else {
<% } else { -%>
                {
<% } -%>
                    if (!hdr.lanes.isValid()) {
                        clear_lanes();
                    }
                    if (meta.bank == 1) {
<% for (const bank of banksOf(1)) { -%>
                        read_<%= bank %>.apply();
<% } -%>
                    } else if (meta.part != NO_PART) {
                        tasks.apply();
                    }
                    if (meta.looks == 1) {
                        split.apply();
                        if (meta.bank == 1) {
<% for (const bank of stages.slice(1).flatMap(banksOf)) { -%>
                            read_<%= bank %>.apply();
<% } -%>
                        }
                    }
                }
                // Always so; without a condition the compiler would make the branch itself part of this late table.
                if (meta.last == 0) {
                    check_fed.apply();
                }
                if (meta.verdict == 1) {
                    refuse.apply();
                }
                if (meta.looks == 1) {
<% if (early.length > 0) { -%>
                    join_early();
<% } -%>
<% if (late.length > 0) { -%>
                    join_late();
<% } -%>
<% for (const s of slots) { -%>
                    lookup_<%= s %>.apply();
<% } -%>
<% if (it.halves.length > 0) { -%>
                } else if (meta.half != 0) {
                    if (!hdr.best.isValid()) {
                        clear_best();
                    }
<%   for (const [i, half] of it.halves.entries()) { -%>
                    <% if (i > 0) { %>} else <% } %>if (meta.half == <%= half.id %>) {
                        larger_<%= half.id %>();
<%   } -%>
                    }
<% } -%>
                }
            }
        }
    }
}

control ServeDeparser(packet_out packet,
                      inout headers_t hdr,
                      in metadata_t meta,
                      in ingress_intrinsic_metadata_for_deparser_t ig_dprsr_md) {
    apply {
        packet.emit(hdr.ethernet);
        packet.emit(hdr.ether_type);
        packet.emit(hdr.matchmul);
        packet.emit(hdr.lanes);
<% if (it.pools) { -%>
        packet.emit(hdr.best);
<% } -%>
        packet.emit(hdr.rest);
    }
}

<%~ include("./serve-egress", it) %>

Pipeline(ServeParser(), Serve(), ServeDeparser(), CopyParser(), Copies(), CopyDeparser()) pipe;

Switch(pipe) main;
