<% const { lanes, slots, modes } = it; -%>
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
#include <<%= it.architecture %>.p4>

const bit<16> ETHERTYPE_MATCHMUL = 0x88B5;  // IEEE 802 local experimental
const bit<8>  KIND_REQUEST = 1;  // from a client: the payload is the input
const bit<8>  KIND_PASS    = 2;  // between two passes; accepted from the recirculation path only
const bit<8>  KIND_ANSWER  = 3;  // to the client: the lanes are the logits
const PortId_t RECIRCULATION_PORT = <%= it.recirculationPort %>;

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
    int<32> l<%= m %>;
<% } -%>
}

// The classes' lanes once more: what the arg-max compares.
header tops_t {
<% for (const k of it.tops) { -%>
    int<32> t<%= k %>;
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
    bit<16> row;  // of weights
    bit<8> map_number;  // what the key byte means; 0: no key, the factor is 1
    bit<8> factor;
<%   for (const m of lanes) { -%>
    int<32> weight_<%= m %>;
<%   } -%>
<% } -%>
<% for (const s of slots) { -%>
    bit<<%= it.pageContainer %>> page_<%= s %>;
<% } -%>
    PortId_t around;  // the way back into this pipe
    bit<8> scale;     // 1: clamp the shifted lanes to a byte
    bit<8> quantize;  // 0: no; otherwise which thresholds
    bit<8> pool;      // 0: no; otherwise which windows
    bit<8> decide;  // 1 in the verdict pass
}

// What the sequencer writes lies in containers of its own: then its action data are its parameters byte by byte, with no
// packing to depend on where a field happens to lie.
<% for (const { field, bits } of it.containers) { -%>
@pa_container_size("ingress", "<%= field %>", <%= bits %>)
<% } -%>
@pa_no_pack("ingress", <%= it.ownFlags.map((flag) => `"${flag}"`).join(", ") %>)
<% if (it.architecture === "t2na") { -%>
// Bytes that a state takes one by one out of lanes cannot stay in the packet buffer (CLOT).
<%   for (let i = 0; i < it.restUsed; i++) { -%>
@do_not_use_clot("ingress", "hdr.rest[<%= i %>].value")
<%   } -%>
<%   for (let i = 0; i < it.parkSize; i++) { -%>
@do_not_use_clot("ingress", "hdr.parked[<%= i %>].value")
<%   } -%>
<%   for (const bytes of it.opaque.parked) { -%>
@do_not_use_clot("ingress", "hdr.parked_waiting_<%= bytes %>.bytes")
<%   } -%>
<%   for (const bytes of it.opaque.rest) { -%>
@do_not_use_clot("ingress", "hdr.rest_waiting_<%= bytes %>.bytes")
<%   } -%>
<%   for (const { number, waiting, rest } of it.copied) { -%>
@do_not_use_clot("ingress", "hdr.copy_<%= number %>_key.value")
<%     for (const bytes of waiting) { -%>
@do_not_use_clot("ingress", "hdr.copy_<%= number %>_waiting_<%= bytes %>.bytes")
<%     } -%>
<%     for (let i = 0; i < rest; i++) { -%>
@do_not_use_clot("ingress", "hdr.copy_<%= number %>[<%= i %>].value")
<%     } -%>
<%   } -%>
<% } -%>
parser TileParser(packet_in packet,
                  out headers_t hdr,
                  out metadata_t meta,
                  out ingress_intrinsic_metadata_t ig_intr_md) {
    state start {
        packet.extract(ig_intr_md);
        packet.advance(PORT_METADATA_SIZE);
<% for (const s of slots) { -%>
        meta.page_<%= s %> = 0;
<% } -%>
<% if (it.shiftAdd) { -%>
        meta.row = 0;
        meta.map_number = 0;
        meta.factor = 0;
<%   for (const m of lanes) { -%>
        meta.weight_<%= m %> = 0;
<%   } -%>
<% } -%>
        meta.around = RECIRCULATION_PORT;
        meta.scale = 0;
        meta.quantize = 0;
        meta.pool = 0;
        meta.decide = 0;
        transition parse_ethernet;
    }

    state parse_ethernet {
        packet.extract(hdr.ethernet);
        transition select(hdr.ethernet.ether_type) {
            ETHERTYPE_MATCHMUL: parse_matchmul;
            default: accept;
        }
    }

    // A client cannot enter in the middle: only recirculated packets choose their way of parsing.
    state parse_matchmul {
        packet.extract(hdr.matchmul);
        transition select(hdr.matchmul.version, hdr.matchmul.kind, ig_intr_md.ingress_port) {
            (1, KIND_PASS, RECIRCULATION_PORT &&& 0x7f): parse_mode;
            (1, KIND_REQUEST, _): parse_0;
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

    // Not for us.
    state foreign {
        transition reject;
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
        meta.page_<%= step.slot %> = <% if (it.pageContainer > 8) { %>(bit<<%= it.pageContainer %>>)<% } %>packet.lookahead<bit<8>>();
<%     } -%>
<%   } -%>
        transition accept;
    }

<% } -%>
}

control Tile(inout headers_t hdr,
             inout metadata_t meta,
             in ingress_intrinsic_metadata_t ig_intr_md,
             in ingress_intrinsic_metadata_from_parser_t ig_prsr_md,
             inout ingress_intrinsic_metadata_for_deparser_t ig_dprsr_md,
             inout ingress_intrinsic_metadata_for_tm_t ig_tm_md) {
    action drop() {
        ig_dprsr_md.drop_ctl = 1;
    }

    action next(bit<8> parse, bit<16> pc) {
        hdr.matchmul.parse = parse;
        hdr.matchmul.pc = pc;
        ig_tm_md.ucast_egress_port = meta.around;
        ig_tm_md.bypass_egress = 1;
    }

<% if (it.sums.some((sum) => !sum.wide)) { -%>
    action choose(<%= it.pageParams %>) {
<% if (it.shiftAdd) { -%>
        meta.row = row;
        meta.map_number = map_number;
<% } -%>
<% for (const s of slots) { -%>
        meta.page_<%= s %> = page_<%= s %>;
<% } -%>
    }

<% } -%>
<% for (const sum of it.sums) { -%>
    // <%= sum.comment %>

    action <%= sum.name %>(bit<8> parse, bit<16> pc<% if (!sum.wide) { %>, <%= it.pageParams %><% } %>) {
        next(parse, pc);
<%   if (!sum.wide) { -%>
        choose(<%= it.pageArgs %>);
<%   } -%>
<%   if (sum.admits) { -%>
        hdr.matchmul.kind = KIND_PASS;
        hdr.matchmul.reply_port = (bit<16>)ig_intr_md.ingress_port;
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
    action scale_<%= shift %>(bit<8> parse, bit<16> pc, bit<8> pool) {
        next(parse, pc);
        meta.scale = 1;
        meta.pool = pool;
<% for (const m of lanes) { -%>
        hdr.lanes.l<%= m %> = hdr.lanes.l<%= m %> >> <%= shift %>;
<% } -%>
    }

<% } -%>
<% if (it.quantized.length > 0) { -%>
    // Requantization by thresholds, all in one.
    action quantize(bit<8> parse, bit<16> pc, bit<8> table_number, bit<8> pool) {
        next(parse, pc);
        meta.quantize = table_number;
        meta.pool = pool;
    }

<% } -%>
    action decide() {
        meta.decide = 1;
        ig_tm_md.bypass_egress = 1;
    }

    // Its data in a table of their own, none beside the match entries: how the compiler divides them is no question then.
    @immediate(0)
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

    action load_<%= number %>() {
<%       for (const m of lanes) { -%>
        meta.weight_<%= m %> = <%= words[m] %>;
<%       } -%>
    }

<%     } -%>
<%     for (const [t, group] of it.shiftAdd.constants.entries()) { -%>
    table weights_<%= t %> {
        key = { meta.row[<%= it.shiftAdd.rowBits - 1 %>:0]: exact @name("meta.row"); }
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
    action load(<%= lanes.map((m) => `int<32> w${m}`).join(", ") %>) {
<%   for (const m of lanes) { -%>
        meta.weight_<%= m %> = w<%= m %>;
<%   } -%>
    }

    @use_hash_action(1)
    table weights {
        key = { meta.row[<%= it.shiftAdd.rowBits - 1 %>:0]: exact @name("meta.row"); }
        actions = { load; }
        size = <%= it.shiftAdd.rows %>;
        const default_action = load(<%= lanes.map(() => "0").join(", ") %>);
    }
<%   } -%>

    // What the key byte means: requantization and activation function of the layer before, or the input itself.
    action multiply_by(bit<8> factor) {
        meta.factor = factor;
    }

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
    // Key byte <%= s %>. Every key is an address, so the table needs no match memory.
    action add_<%= s %>(<%= lanes.map((m) => `int<32> w${m}`).join(", ") %>) {
<% for (const m of lanes) { -%>
        hdr.lanes.l<%= m %> = hdr.lanes.l<%= m %> + w<%= m %>;
<% } -%>
    }

    // One lookup a stage fills the action data bus: they come first, whatever else needs it waits.
    @placement_priority(<%= slots.length - s %>)
    @use_hash_action(1)
    table lookup_<%= s %> {
        key = {
            meta.page_<%= s %>[<%= it.pageBits - 1 %>:0]: exact @name("meta.page_<%= s %>");
            hdr.key[<%= s %>].value: exact;
        }
        actions = { add_<%= s %>; }
        size = <%= it.lookupSize %>;
        const default_action = add_<%= s %>(<%= lanes.map(() => "0").join(", ") %>);
    }

<% } -%>
<% if (it.rightShifts.length > 0) { -%>
    // Requantization, second half: saturate to a byte. Offsets in the bias make 0 the lower end for every layer;
    // for ReLU it is the sign test itself.
    action clamp_low() {
<% for (const m of lanes) { -%>
        hdr.lanes.l<%= m %> = max(hdr.lanes.l<%= m %>, 0);
<% } -%>
    }

    action clamp_high() {
<% for (const m of lanes) { -%>
        hdr.lanes.l<%= m %> = min(hdr.lanes.l<%= m %>, 255);
<% } -%>
    }

<% } -%>
<% for (const m of it.quantized) { -%>
    action put_<%= m %>(int<32> value) {
        hdr.lanes.l<%= m %> = value;
    }

    // The intervals between the thresholds of lane <%= m %>.
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
        hdr.lanes.l<%= p.to %> = max(hdr.lanes.l<%= p.to %>, hdr.lanes.l<%= p.from %>);
<%     } -%>
    }

<%   } -%>
<% } -%>
    // The largest of <%= it.classes %> lanes, by halving; each lane carries <%= it.indexMask %> minus its own number in its low <%= it.indexBits %> bits.
<% for (const [i, level] of it.levels.entries()) { -%>
    action larger_<%= i %>() {
<%   for (const { to, from } of level) { -%>
        <%= to %> = max(<%= to %>, <%= from %>);
<%   } -%>
    }

<% } -%>
    // The logits, without the index bits.
    action conclude() {
        hdr.matchmul.kind = KIND_ANSWER;
        hdr.matchmul.parse = 0;
        hdr.matchmul.pc = 0;
<% for (const m of lanes) { -%>
        hdr.lanes.l<%= m %> = hdr.lanes.l<%= m %> >> <%= it.indexBits %>;
<% } -%>
    }

    // Back to the client.
    action answer(bit<16> verdict) {
        hdr.matchmul.verdict = verdict;
        bit<48> client = hdr.ethernet.source;
        hdr.ethernet.source = hdr.ethernet.destination;
        hdr.ethernet.destination = client;
        ig_tm_md.ucast_egress_port = hdr.matchmul.reply_port[8:0];
    }

    // On through another port, for whoever acts on this class there.
    action forward(bit<16> verdict, bit<9> port) {
        hdr.matchmul.verdict = verdict;
        ig_tm_md.ucast_egress_port = port;
    }

    // Names the class, and does with it what the switch is to do; drop stops its packets here.
    table on_verdict {
        key = { hdr.tops.t0[<%= it.indexBits - 1 %>:0]: exact @name("index"); }
        actions = { answer; forward; drop; }
        size = <%= it.verdictSize %>;
        const default_action = drop();
    }

    apply {
        if (!hdr.matchmul.isValid()) {
            drop();
        } else if (sequencer.apply().hit) {
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
<% if (it.rightShifts.length > 0) { -%>
            } else {
                // What is left: to scale. A condition here would take a logical table, as the branch starts with another.
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
            }
        }
    }
}

control TileDeparser(packet_out packet,
                     inout headers_t hdr,
                     in metadata_t meta,
                     in ingress_intrinsic_metadata_for_deparser_t ig_dprsr_md) {
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

// Egress does nothing: every packet bypasses it.
struct no_headers_t { }

struct no_metadata_t { }

parser NoEgressParser(packet_in packet,
                      out no_headers_t hdr,
                      out no_metadata_t meta,
                      out egress_intrinsic_metadata_t eg_intr_md) {
    state start {
        packet.extract(eg_intr_md);
        transition accept;
    }
}

control NoEgress(inout no_headers_t hdr,
                 inout no_metadata_t meta,
                 in egress_intrinsic_metadata_t eg_intr_md,
                 in egress_intrinsic_metadata_from_parser_t eg_prsr_md,
                 inout egress_intrinsic_metadata_for_deparser_t eg_dprsr_md,
                 inout egress_intrinsic_metadata_for_output_port_t eg_oport_md) {
    apply { }
}

control NoEgressDeparser(packet_out packet,
                         inout no_headers_t hdr,
                         in no_metadata_t meta,
                         in egress_intrinsic_metadata_for_deparser_t eg_dprsr_md) {
    apply { }
}

Pipeline(TileParser(), Tile(), TileDeparser(), NoEgressParser(), NoEgress(), NoEgressDeparser()) pipe;

Switch(pipe) main;
