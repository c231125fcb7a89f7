<% const { lanes, slots, modes } = it; -%>
<% /* P4Runtime ids stay with their objects whatever the model is: fixed for the kinds of sum, by number otherwise. */ -%>
<% const sumId = ({ admits, lanes, wide }) =>
     (wide ? 64 : 0) + (admits ? 16 : lanes === "clear" ? 17 : 32 + (lanes === "keep" ? 0 : lanes)); -%>
/*
 * <%= it.title %>

<% for (const line of it.summary) { -%>
 * <%= line %>

<% } -%>
 *
 * One pass of a packet through this program:
 *
 *   parse      the header says how to read the bytes behind it (state parse_mode)
 *   sequencer  keyed on the program counter: prepares the lanes, chooses a page for each lookup
 *   lookups    each key byte selects a row of 32 words, which are added to the 32 lanes
 *   clamp      after the last bit plane of a layer: bring the shifted lanes into the range of a byte
 *   verdict    after the last layer: the largest lane names the class
 *   deparse    key bytes are gone, the lanes stand in front of what is left; then recirculate, or answer
 *
 * All weights, layer shapes and the schedule are table entries.
 */
#include <core.p4>
#include <v1model.p4>

const bit<16> ETHERTYPE_MATCHMUL = 0x88B5;  // IEEE 802 local experimental
const bit<8>  KIND_REQUEST = 1;  // from a client: the payload is the input
const bit<8>  KIND_PASS    = 2;  // between two passes; accepted from the recirculation path only
const bit<8>  KIND_ANSWER  = 3;  // to the client: the lanes are the logits
const bit<32> INSTANCE_RECIRCULATED = 4;  // of standard_metadata.instance_type

header ethernet_t {
    bit<48> destination;
    bit<48> source;
    bit<16> ether_type;
}

header matchmul_t {
    bit<8>  version;     // 1
    bit<8>  kind;
    bit<8>  parse;       // how the next pass reads what follows
    bit<8>  reserved;
    bit<16> pc;          // program counter of the next pass
    bit<16> reply_port;  // where the request came in
    bit<32> request;     // the client's number, returned untouched
    bit<16> verdict;     // the class, in an answer
}

// Accumulators of 32 bits.
header lanes_t {
<% for (const m of lanes) { -%>
    bit<32> l<%= m %>;
<% } -%>
}

// The classes' lanes once more: what the arg-max compares.
header tops_t {
<% for (const k of it.tops) { -%>
    bit<32> t<%= k %>;
<% } -%>
}

header byte_t {
    bit<8> value;
}

<% for (const bytes of new Set([...it.opaque.parked, ...it.opaque.rest, ...it.copied.flatMap((c) => c.waiting)])) { -%>
// <%= bytes %> bytes that only pass through.
header waiting_<%= bytes %>_t {
    bit<<%= bytes * 8 %>> bytes;
}

<% } -%>
struct headers_t {
    ethernet_t ethernet;
    matchmul_t matchmul;
<% for (const bytes of it.opaque.parked) { -%>
    waiting_<%= bytes %>_t parked_waiting_<%= bytes %>;  // results of earlier tiles
<% } -%>
<% if (it.parkSize > 0) { -%>
    byte_t[<%= it.parkSize %>] parked;  // results of the tile before
<% } -%>
    lanes_t    lanes;
<% for (const bytes of it.opaque.rest) { -%>
    waiting_<%= bytes %>_t rest_waiting_<%= bytes %>;  // results of earlier tiles that wait to be keys
<% } -%>
<% for (const { number, waiting, rest } of it.copied) { -%>
    // What tile <%= number + 1 %> takes: the same as the first.
    byte_t copy_<%= number %>_key;
<%   for (const bytes of waiting) { -%>
    waiting_<%= bytes %>_t copy_<%= number %>_waiting_<%= bytes %>;
<%   } -%>
<%   if (rest > 0) { -%>
    byte_t[<%= rest %>] copy_<%= number %>;
<%   } -%>
<% } -%>
    tops_t     tops;  // in the verdict's pass
    byte_t[<%= it.keySize %>]  key;   // the keys of this pass: parsed, used, not sent on
    byte_t[<%= it.restSize %>]  rest;  // low bytes of lanes that wait to be keys
}

struct metadata_t {
<% if (it.shiftAdd) { -%>
    bit<<%= it.shiftAdd.rowBits %>> row;  // of weights
    bit<8> map_number;  // what the key byte means; 0: no key, the factor is 1
    bit<8> factor;
<%   for (const m of lanes) { -%>
    bit<32> weight_<%= m %>;
<%   } -%>
<% } -%>
<% for (const s of slots) { -%>
    bit<<%= it.pageBits %>> page_<%= s %>;
<% } -%>
    bit<8> scale;     // 1: clamp the shifted lanes to a byte
    bit<8> quantize;  // 0: no; otherwise which thresholds
    bit<8> pool;      // 0: no; otherwise which windows
    // Recirculation keeps no metadata, but BMv2 wants a list of fields to keep: this one is 0 then anyway.
    @field_list(0)
    bit<1> decide;  // 1 in the verdict pass
    bit<1> again;   // 1: recirculate
}

parser TileParser(packet_in packet,
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

    // A client cannot enter in the middle: only recirculated packets choose their way of parsing.
    state parse_matchmul {
        packet.extract(hdr.matchmul);
        transition select(hdr.matchmul.version, hdr.matchmul.kind, standard_metadata.instance_type) {
            (1, KIND_REQUEST, 0): parse_0;
            (1, KIND_PASS, INSTANCE_RECIRCULATED): parse_mode;
            default: foreign;
        }
    }

    state parse_mode {
        transition select(hdr.matchmul.parse) {
<% for (const mode of modes) { -%>
            <%= mode.id %>: parse_<%= mode.id %>;
<% } -%>
            default: foreign;
        }
    }

    // Not for us: the pipeline drops what has no valid MatchMul header.
    state foreign {
        hdr.matchmul.setInvalid();
        transition accept;
    }

<% for (const mode of modes) { -%>
    // <%= mode.comment %>

    state parse_<%= mode.id %> {
<%   for (const step of mode.steps) { -%>
<%     if (step.kind === "extract") { -%>
        packet.extract(hdr.<%= step.header %>);
<%     } else if (step.kind === "tops") { -%>
        hdr.tops = packet.lookahead<tops_t>();
<%     } else if (step.kind === "copy") { -%>
        hdr.<%= step.header %>.setValid();
        hdr.<%= step.header %>.<%= step.field %> = packet.lookahead<bit<<%= step.bits %>>>();
<%     } else if (step.kind === "advance") { -%>
        packet.advance(<%= step.bits %>);
<%     } else { -%>
        meta.page_<%= step.slot %> = (bit<<%= it.pageBits %>>)packet.lookahead<bit<8>>();
<%     } -%>
<%   } -%>
        transition accept;
    }

<% } -%>
}

control NoChecksum(inout headers_t hdr, inout metadata_t meta) {
    apply { }
}

control Tile(inout headers_t hdr,
             inout metadata_t meta,
             inout standard_metadata_t standard_metadata) {
    @id(1)
    action drop() {
        mark_to_drop(standard_metadata);
    }

    action next(bit<8> parse, bit<16> pc) {
        hdr.matchmul.parse = parse;
        hdr.matchmul.pc = pc;
        meta.again = 1;
    }

<% if (it.sums.some((sum) => !sum.wide)) { -%>
    action choose(<%= it.pageParams %>) {
<% if (it.shiftAdd) { -%>
        meta.row = row[<%= it.shiftAdd.rowBits - 1 %>:0];
        meta.map_number = map_number;
<% } -%>
<% for (const s of slots) { -%>
        meta.page_<%= s %> = page_<%= s %>;
<% } -%>
    }

<% } -%>
<% for (const sum of it.sums) { -%>
    // <%= sum.comment %>

    @id(<%= sumId(sum) %>)
    action <%= sum.name %>(bit<8> parse, bit<16> pc<% if (!sum.wide) { %>, <%= it.pageParams %><% } %>) {
        next(parse, pc);
<%   if (!sum.wide) { -%>
        choose(<%= it.pageArgs %>);
<%   } -%>
<%   if (sum.admits) { -%>
        hdr.matchmul.kind = KIND_PASS;
        hdr.matchmul.reply_port = (bit<16>)standard_metadata.ingress_port;
<%   } -%>
<%   if (sum.lanes === "clear") { -%>
        hdr.lanes.setValid();
<%     for (const m of lanes) { -%>
        hdr.lanes.l<%= m %> = 0;
<%     } -%>
<%   } else if (sum.lanes !== "keep") { -%>
<%     for (const m of lanes) { -%>
        hdr.lanes.l<%= m %> = hdr.lanes.l<%= m %> << <%= sum.lanes %>;
<%     } -%>
<%   } -%>
    }

<% } -%>
<% for (const shift of it.rightShifts) { -%>
    // Requantization, first half: arithmetic shift by a constant (the rounding term is in the bias).
    @id(<%= 128 + shift %>)
    action scale_<%= shift %>(bit<8> parse, bit<16> pc, bit<8> pool) {
        next(parse, pc);
        meta.scale = 1;
        meta.pool = pool;
<% for (const m of lanes) { -%>
        hdr.lanes.l<%= m %> = (bit<32>)((int<32>)hdr.lanes.l<%= m %> >> <%= shift %>);
<% } -%>
    }

<% } -%>
<% if (it.quantized.length > 0) { -%>
    // Requantization by thresholds, all in one.
    @id(5)
    action quantize(bit<8> parse, bit<16> pc, bit<8> table_number, bit<8> pool) {
        next(parse, pc);
        meta.quantize = table_number;
        meta.pool = pool;
    }

<% } -%>
    @id(2)
    action decide() {
        meta.decide = 1;
    }

    @id(1)
    table sequencer {
        key = {
            hdr.matchmul.kind: exact;
            hdr.matchmul.pc: exact;
        }
        actions = {
<% for (const sum of it.sums) { -%>
            <%= sum.name %>;
<% } -%>
<% for (const shift of it.rightShifts) { -%>
            scale_<%= shift %>;
<% } -%>
<% if (it.quantized.length > 0) { -%>
            quantize;
<% } -%>
            decide;
            drop;
        }
        size = <%= it.sequencerSize %>;
        default_action = drop();
    }

<% if (it.shiftAdd) { -%>
<%   if (it.shiftAdd.inText) { -%>
    // The weights, a row an action: an input's, for all lanes; or a bias. A new model is a new program.
<%     for (const { number, comment, words } of it.shiftAdd.constants.flat()) { -%>
    // <%= comment %>

    @id(<%= 1024 + number %>)
    action load_<%= number %>() {
<%       for (const m of lanes) { -%>
        meta.weight_<%= m %> = <%= words[m] >>> 0 %>;
<%       } -%>
    }

<%     } -%>
<%     for (const [t, group] of it.shiftAdd.constants.entries()) { -%>
    @id(<%= 1024 + t %>)
    table weights_<%= t %> {
        key = { meta.row: exact; }
        actions = {
<%       for (const { number } of group) { -%>
            load_<%= number %>;
<%       } -%>
            NoAction;
        }
        const entries = {
<%       for (const { number } of group) { -%>
            <%= number %>: load_<%= number %>();
<%       } -%>
        }
        const default_action = NoAction();
    }

<%     } -%>
<%   } else { -%>
    // One row of weights: an input's, for all lanes; or the bias.
    @id(6)
    action load(<%= lanes.map((m) => `bit<32> w${m}`).join(", ") %>) {
<%   for (const m of lanes) { -%>
        meta.weight_<%= m %> = w<%= m %>;
<%   } -%>
    }

    @id(3)
    table weights {
        key = { meta.row: exact; }
        actions = { load; }
        size = <%= it.shiftAdd.rows %>;
        const default_action = load(<%= lanes.map(() => "0").join(", ") %>);
    }
<%   } -%>

    // What the key byte means: requantization and activation function of the layer before, or the input itself.
    @id(7)
    action multiply_by(bit<8> factor) {
        meta.factor = factor;
    }

    @id(4)
    table translate {
        key = {
            meta.map_number: exact;
            hdr.key[0].value: exact;
        }
        actions = { multiply_by; }
        size = <%= it.shiftAdd.translations %>;
        const default_action = multiply_by(1);
    }

    // A product is eight of these, each for one bit of the factor, with the weights doubled in between.
    action add_weights() {
<%   for (const m of lanes) { -%>
        hdr.lanes.l<%= m %> = hdr.lanes.l<%= m %> + meta.weight_<%= m %>;
<%   } -%>
    }

    action double_weights() {
<%   for (const m of lanes) { -%>
        meta.weight_<%= m %> = meta.weight_<%= m %> << 1;
<%   } -%>
    }

<% } -%>
<% for (const s of slots) { -%>
    // Key byte <%= s %>.
    @id(<%= 256 + s %>)
    action add_<%= s %>(<%= lanes.map((m) => `bit<32> w${m}`).join(", ") %>) {
<% for (const m of lanes) { -%>
        hdr.lanes.l<%= m %> = hdr.lanes.l<%= m %> + w<%= m %>;
<% } -%>
    }

    @id(<%= 256 + s %>)
    table lookup_<%= s %> {
        key = {
            meta.page_<%= s %>: exact;
            hdr.key[<%= s %>].value: exact;
        }
        actions = { add_<%= s %>; NoAction; }
        size = <%= it.lookupSize %>;
        default_action = NoAction();  // page 0 and rows no key reaches: nothing to add
    }

<% } -%>
<% if (it.rightShifts.length > 0) { -%>
    // Requantization, second half: saturate to a byte. Offsets in the bias make 0 the lower end for every layer;
    // for ReLU it is the sign test itself.
    action clamp_low() {
<% for (const m of lanes) { -%>
        hdr.lanes.l<%= m %> = ((int<32>)hdr.lanes.l<%= m %> < 0) ? 32w0 : hdr.lanes.l<%= m %>;
<% } -%>
    }

    action clamp_high() {
<% for (const m of lanes) { -%>
        hdr.lanes.l<%= m %> = (hdr.lanes.l<%= m %> > 255) ? 32w255 : hdr.lanes.l<%= m %>;
<% } -%>
    }

<% } -%>
<% for (const m of it.quantized) { -%>
    @id(<%= 512 + m %>)
    action put_<%= m %>(bit<32> value) {
        hdr.lanes.l<%= m %> = value;
    }

    // The intervals between the thresholds of lane <%= m %>.
    @id(<%= 512 + m %>)
    table quantize_<%= m %> {
        key = {
            meta.quantize: exact;
            hdr.lanes.l<%= m %>: ternary;
        }
        actions = { put_<%= m %>; NoAction; }
        size = <%= it.quantizeSize %>;
        const default_action = NoAction();
    }

<% } -%>
<% for (const pool of it.pools) { -%>
    // Max pooling of <%= pool.units %> windows of <%= pool.window %>.
<%   for (const [level, pairs] of pool.levels.entries()) { -%>
    action pool_<%= pool.id %>_<%= level %>() {
<%     for (const p of pairs) { -%>
        hdr.lanes.l<%= p.to %> = ((int<32>)hdr.lanes.l<%= p.to %> < (int<32>)hdr.lanes.l<%= p.from %>) ? hdr.lanes.l<%= p.from %> : hdr.lanes.l<%= p.to %>;
<%     } -%>
    }

<%   } -%>
<% } -%>
    // The largest of <%= it.classes %> lanes, by halving; each lane carries <%= it.indexMask %> minus its own number in its low <%= it.indexBits %> bits.
<% for (const [i, level] of it.levels.entries()) { -%>
    action larger_<%= i %>() {
<%   for (const { to, from } of level) { -%>
        <%= to %> = ((int<32>)<%= to %> < (int<32>)<%= from %>) ? <%= from %> : <%= to %>;
<%   } -%>
    }

<% } -%>
    // The logits, without the index bits.
    action conclude() {
        hdr.matchmul.kind = KIND_ANSWER;
        hdr.matchmul.parse = 0;
        hdr.matchmul.pc = 0;
<% for (const m of lanes) { -%>
        hdr.lanes.l<%= m %> = (bit<32>)((int<32>)hdr.lanes.l<%= m %> >> <%= it.indexBits %>);
<% } -%>
    }

    // Back to the client.
    @id(3)
    action answer(bit<16> verdict) {
        hdr.matchmul.verdict = verdict;
        bit<48> client = hdr.ethernet.source;
        hdr.ethernet.source = hdr.ethernet.destination;
        hdr.ethernet.destination = client;
        standard_metadata.egress_spec = (bit<9>)hdr.matchmul.reply_port;
    }

    // On through another port, for whoever acts on this class there.
    @id(4)
    action forward(bit<16> verdict, bit<9> port) {
        hdr.matchmul.verdict = verdict;
        standard_metadata.egress_spec = port;
    }

    // Names the class, and does with it what the switch is to do; drop stops its packets here.
    @id(2)
    table on_verdict {
        key = { hdr.tops.t0[<%= it.indexBits - 1 %>:0]: exact @name("index"); }
        actions = { answer; forward; drop; }
        size = <%= it.verdictSize %>;
        const default_action = drop();
    }

    apply {
        if (standard_metadata.parser_error != error.NoError || !hdr.matchmul.isValid()) {
            drop();  // foreign, or cut off
        } else {
            if (sequencer.apply().hit) {
                // The sums first: the compiler places branches in this order, and theirs is the longest.
                if (meta.decide == 0<% if (it.rightShifts.length > 0) { %> && meta.scale == 0<% } %><% if (it.quantized.length > 0) { %> && meta.quantize == 0<% } %>) {
<% if (it.shiftAdd) { -%>
<%   if (!it.shiftAdd.inText) { -%>
                    weights.apply();
<%   } -%>
<%   for (const t of it.shiftAdd.constants.keys()) { -%>
                    weights_<%= t %>.apply();
<%   } -%>
                    translate.apply();
<%   for (const j of it.shiftAdd.bits) { -%>
                    if (meta.factor[<%= j %>:<%= j %>] == 1) {
                        add_weights();
                    }
<%     if (j < 7) { -%>
                    double_weights();
<%     } -%>
<%   } -%>
<% } -%>
<% for (const s of slots) { -%>
                    lookup_<%= s %>.apply();
<% } -%>
                } else if (meta.decide == 1) {
<% for (const i of it.levels.keys()) { -%>
                    larger_<%= i %>();
<% } -%>
                    conclude();
                    on_verdict.apply();
<% if (it.rightShifts.length > 0) { -%>
                } else if (meta.scale == 1) {
<%   for (const [i, pool] of it.pools.filter((p) => p.kind === "scale").entries()) { -%>
                    <% if (i > 0) { %>} else <% } %>if (meta.pool == <%= pool.id %>) {
<%     for (const level of pool.levels.keys()) { -%>
                        pool_<%= pool.id %>_<%= level %>();
<%     } -%>
<%   } -%>
<%   if (it.pools.some((p) => p.kind === "scale")) { -%>
                    }
<%   } -%>
                    clamp_low();
                    clamp_high();
<% } -%>
<% if (it.quantized.length > 0) { -%>
                } else if (meta.quantize != 0) {
<%   for (const m of it.quantized) { -%>
                    quantize_<%= m %>.apply();
<%   } -%>
<%   for (const [i, pool] of it.pools.filter((p) => p.kind === "threshold").entries()) { -%>
                    <% if (i > 0) { %>} else <% } %>if (meta.pool == <%= pool.id %>) {
<%     for (const level of pool.levels.keys()) { -%>
                        pool_<%= pool.id %>_<%= level %>();
<%     } -%>
<%   } -%>
<%   if (it.pools.some((p) => p.kind === "threshold")) { -%>
                    }
<%   } -%>
<% } -%>
                }
            }
        }
    }
}

control Return(inout headers_t hdr,
               inout metadata_t meta,
               inout standard_metadata_t standard_metadata) {
    apply {
        if (meta.again == 1) {
            recirculate_preserving_field_list(0);
        }
    }
}

control TileDeparser(packet_out packet, in headers_t hdr) {
    apply {
        packet.emit(hdr.ethernet);
        packet.emit(hdr.matchmul);
<% for (const bytes of it.opaque.parked) { -%>
        packet.emit(hdr.parked_waiting_<%= bytes %>);
<% } -%>
<% if (it.parkSize > 0) { -%>
        packet.emit(hdr.parked);
<% } -%>
        packet.emit(hdr.lanes);
<% for (const bytes of it.opaque.rest) { -%>
        packet.emit(hdr.rest_waiting_<%= bytes %>);
<% } -%>
        packet.emit(hdr.rest);
<% for (const { number, waiting, rest } of it.copied) { -%>
        packet.emit(hdr.copy_<%= number %>_key);
<%   for (const bytes of waiting) { -%>
        packet.emit(hdr.copy_<%= number %>_waiting_<%= bytes %>);
<%   } -%>
<%   if (rest > 0) { -%>
        packet.emit(hdr.copy_<%= number %>);
<%   } -%>
<% } -%>
    }
}

V1Switch(TileParser(), NoChecksum(), Tile(), Return(), NoChecksum(), TileDeparser()) main;
