/**
 * Random programs of the tile kernel's shape, with entries and packets: a header of accumulators, a sequencer
 * that says what a pass does and what comes next, lookups that add their action data to the lanes, conversions
 * by shift and clamp, keys taken from lanes by the parser, recirculation until the program ends.
 */
import type { Random } from "../../src/externs/index.js";

export interface TileCase {
  program: string;
  /** simple_switch_CLI commands. */
  commands: string[];
  packets: Uint8Array[];
}

const list = (n: number, f: (i: number) => string, separator = " ") =>
  Array.from({ length: n }, (_, i) => f(i)).join(separator);

export function randomTile(random: Random): TileCase {
  const pick = (low: number, high: number) => random.between(low, high);
  const lanes = pick(1, 12);
  const lookups = pick(1, 5);
  const group = pick(2, 7);
  const pageBits = pick(1, 2);
  const passes = pick(1, 12);
  const signed = pick(0, 1) === 1;
  const shift = pick(0, 12);
  const bound = 2 ** pick(3, 10);
  // BMv2 takes the bits of an int<W> action parameter as unsigned, which saturation would show.
  const saturating = !signed && pick(0, 3) === 0;
  const ternary = pick(0, 1) === 1;
  const lane = (i: number) => `hdr.lanes.l${i}`;
  const add = saturating ? "|+|" : "+";
  const type = signed ? "int<32>" : "bit<32>";

  const program = `
#include <core.p4>
#include <v1model.p4>
header tile_t { bit<8> kind; bit<8> pc; bit<8> mode; bit<8> port; }
header lanes_t { ${list(lanes, (i) => `${type} l${i};`)} }
header key_t { bit<8> k; }
struct headers_t { tile_t tile; lanes_t lanes; key_t[${lookups}] keys; }
struct metadata_t { bit<${pageBits}> page; @field_list(1) bit<8> passes; bit<1> again; bit<2> step; }
parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(hdr.tile);
        transition select(hdr.tile.kind, hdr.tile.mode) {
            (1, 0): accumulators;
            (1, 1 &&& 0x81): from_lanes;
            default: accept;
        }
    }
    state accumulators { packet.extract(hdr.lanes); transition key_0; }
    ${list(lookups, (i) => `state key_${i} { packet.extract(hdr.keys.next); transition ${i === lookups - 1 ? "accept" : `key_${i + 1}`}; }`, "\n    ")}
    // The keys are the low bytes of the first accumulators, which stay where they are.
    state from_lanes {
        ${list(lookups, (i) => `hdr.keys[${i}].setValid(); hdr.keys[${i}].k = packet.lookahead<bit<${32 * ((i % lanes) + 1)}>>()[7:0];`, "\n        ")}
        packet.extract(hdr.lanes);
        transition accept;
    }
}
control Nothing(inout headers_t hdr, inout metadata_t meta) { apply {} }
control Tile(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t sm) {
    action drop() { mark_to_drop(sm); }
    action next(bit<8> pc, bit<8> mode, bit<${pageBits}> page, bit<2> step) {
        hdr.tile.pc = pc;
        hdr.tile.mode = mode;
        meta.page = page;
        meta.step = step;
        meta.again = 1;
        sm.egress_spec = 1;
    }
    action double_and_next(bit<8> pc, bit<8> mode, bit<${pageBits}> page, bit<2> step) {
        next(pc, mode, page, step);
        ${list(lanes, (i) => `${lane(i)} = ${lane(i)} << 1;`)}
    }
    action done() {
        hdr.tile.kind = 3;
        sm.egress_spec = (bit<9>)(hdr.tile.port & 3);
    }
    table sequencer {
        key = { hdr.tile.pc: ${ternary ? "ternary" : "exact"}; }
        actions = { next; double_and_next; done; drop; }
        default_action = drop();
        size = 256;
    }
    ${list(
      lookups,
      (t) => `
    action add_${t}(${list(lanes, (i) => `${type} w${i}`, ", ")}) {
        ${list(lanes, (i) => `${lane(i)} = ${lane(i)} ${add} w${i};`)}
    }
    table lookup_${t} {
        key = { meta.page: exact; hdr.keys[${t}].k[${group - 1}:0]: exact; }
        actions = { add_${t}; NoAction; }
        default_action = NoAction();
        size = ${2 ** (group + pageBits)};
    }`,
      "\n",
    )}
    action convert() {
        ${list(lanes, (i) => `${lane(i)} = ${lane(i)} >> ${shift};`)}
        ${list(lanes, (i) => `${lane(i)} = ${lane(i)} > ${bound} ? ${bound} : ${lane(i)};`)}
        ${signed ? list(lanes, (i) => `${lane(i)} = ${lane(i)} < -${bound} ? -${bound} : ${lane(i)};`) : ""}
    }
    apply {
        // A packet that ends early lacks keys, and what an invalid header holds is nobody's business.
        if (!hdr.lanes.isValid() || !hdr.keys[${lookups - 1}].isValid()) {
            drop();
        } else if (sequencer.apply().hit && meta.again == 1) {
            meta.passes = meta.passes + 1;
            if (meta.step == 1) {
                convert();
            } else if (meta.step == 2) {
                if (${lane(0)} > ${lane(lanes - 1)}) { ${lane(0)} = ${lane(lanes - 1)}; }
            } else {
                ${list(lookups, (t) => `lookup_${t}.apply();`)}
            }
            if (meta.passes > ${passes + 4}) { drop(); meta.again = 0; }
        }
    }
}
control Again(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t sm) {
    apply { if (meta.again == 1) { recirculate_preserving_field_list(1); } }
}
control Emit(packet_out packet, in headers_t hdr) {
    apply {
        packet.emit(hdr.tile);
        packet.emit(hdr.lanes);
        packet.emit(hdr.keys);
    }
}
V1Switch(P(), Nothing(), Tile(), Again(), Nothing(), Emit()) main;
`;

  const commands: string[] = [];
  for (let pc = 0; pc < passes; pc++) {
    const action = pick(0, 3) === 0 ? "double_and_next" : "next";
    // Mode 1 makes the keys of the next pass from lanes; after it they are in the packet.
    const args = [pc + 1, pick(0, 5) === 0 ? 1 : 0, pick(0, 2 ** pageBits - 1), pick(0, 3)];
    const key = ternary ? `${pc}&&&0xff` : `${pc}`;
    commands.push(
      `table_add sequencer ${action} ${key} => ${args.join(" ")}${ternary ? ` ${pick(1, 9)}` : ""}`,
    );
  }
  commands.push(
    `table_add sequencer done ${ternary ? `${passes}&&&0x7f` : passes} =>${ternary ? " 20" : ""}`,
  );
  const word = () => (pick(0, 2) === 0 ? pick(0, 3) : random.next());
  for (let t = 0; t < lookups; t++)
    for (let i = 0; i < 2 ** (pageBits + group); i++)
      if (pick(0, 7) > 0) {
        const words = list(lanes, () => String(word()));
        commands.push(`table_add lookup_${t} add_${t} ${i >>> group} ${i % 2 ** group} => ${words}`);
      }

  const packets = Array.from({ length: 80 }, () => {
    const whole = [1, pick(0, Math.min(passes, 3)), pick(0, 4) === 0 ? 1 : 0, pick(0, 255)];
    for (let i = 0; i < 4 * lanes + lookups + pick(0, 20); i++)
      whole.push(pick(0, 3) === 0 ? 0 : random.bits(8));
    if (pick(0, 9) === 0) whole[0] = random.bits(8);
    // BMv2 refuses packets that are shorter than an Ethernet header on some interfaces; these are all longer.
    return Uint8Array.from(pick(0, 9) === 0 ? whole.slice(0, Math.max(14, pick(1, whole.length))) : whole);
  }).map((p) => (p.length >= 14 ? p : Uint8Array.from([...p, ...new Array(14 - p.length).fill(0)])));
  return { program, commands, packets };
}
