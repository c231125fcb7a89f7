/**
 * The tile kernel as a program by itself: a packet of 32 accumulators goes around; each pass a sequencer chooses
 * a page for each of 10 lookups, each lookup adds 32 words, chosen by page and key byte, to the accumulators.
 */
import type { Engine } from "../src/api.js";

export interface TileShape {
  lanes: number;
  lookups: number;
  /** Activations in a group: bits of a key. */
  group: number;
  /** Bits of a page number: 2^pageBits * 2^group entries a lookup. */
  pageBits: number;
  /** Passes of one packet. */
  passes: number;
}

export const TILE: TileShape = { lanes: 32, lookups: 10, group: 8, pageBits: 5, passes: 1000 };

const list = (n: number, f: (i: number) => string, separator = "\n") =>
  Array.from({ length: n }, (_, i) => f(i)).join(separator);

export function tileProgram(s: TileShape): string {
  const pages = list(s.lookups, (i) => `bit<${s.pageBits}> page_${i}`, ", ");
  return `#include <core.p4>
#include <v1model.p4>

header ethernet_t { bit<48> destination; bit<48> source; bit<16> ether_type; }
header tile_t {
    bit<8> version; bit<8> kind; bit<8> parse; bit<8> reserved;
    bit<16> pc; bit<16> reply_port; bit<32> request; bit<16> verdict;
}
header lanes_t {
${list(s.lanes, (i) => `    bit<32> l${i};`)}
}
header byte_t { bit<${s.group}> value; }
struct headers_t { ethernet_t ethernet; tile_t tile; lanes_t lanes; byte_t[${s.lookups}] key; }
struct metadata_t {
${list(s.lookups, (i) => `    bit<${s.pageBits}> page_${i};`)}
    @field_list(0) bit<1> nothing;
    bit<1> again;
}

parser TileParser(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(hdr.ethernet);
        transition select(hdr.ethernet.ether_type) { 0x88B5: parse_tile; default: accept; }
    }
    state parse_tile {
        packet.extract(hdr.tile);
        transition select(hdr.tile.version, hdr.tile.kind) { (1, 2): parse_lanes; default: accept; }
    }
    state parse_lanes {
        packet.extract(hdr.lanes);
${list(s.lookups, () => "        packet.extract(hdr.key.next);")}
        transition accept;
    }
}

control NoChecksum(inout headers_t hdr, inout metadata_t meta) { apply { } }

control Tile(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t sm) {
    action drop() { mark_to_drop(sm); }
    action next(bit<16> pc, ${pages}) {
        hdr.tile.pc = pc;
        meta.again = 1;
${list(s.lookups, (i) => `        meta.page_${i} = page_${i};`)}
    }
    action next_plane(bit<16> pc, ${pages}) {
        next(pc, ${list(s.lookups, (i) => `page_${i}`, ", ")});
${list(s.lanes, (i) => `        hdr.lanes.l${i} = hdr.lanes.l${i} << 1;`)}
    }
    action answer() {
        hdr.tile.kind = 3;
        sm.egress_spec = (bit<9>)hdr.tile.reply_port;
    }
    table sequencer {
        key = { hdr.tile.pc: exact; }
        actions = { next; next_plane; answer; drop; }
        size = 65536;
        default_action = drop();
    }
${list(
  s.lookups,
  (t) => `    action add_${t}(${list(s.lanes, (i) => `bit<32> w${i}`, ", ")}) {
${list(s.lanes, (i) => `        hdr.lanes.l${i} = hdr.lanes.l${i} + w${i};`)}
    }
    table lookup_${t} {
        key = { meta.page_${t}: exact; hdr.key[${t}].value: exact; }
        actions = { add_${t}; NoAction; }
        size = ${2 ** (s.pageBits + s.group)};
        default_action = NoAction();
    }`,
)}
    apply {
        if (!hdr.tile.isValid()) {
            drop();
        } else {
            if (sequencer.apply().hit && meta.again == 1) {
${list(s.lookups, (t) => `                lookup_${t}.apply();`)}
            }
        }
    }
}

control Again(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t sm) {
    apply {
        if (meta.again == 1) { recirculate_preserving_field_list(0); }
    }
}

control TileDeparser(packet_out packet, in headers_t hdr) {
    apply {
        packet.emit(hdr.ethernet);
        packet.emit(hdr.tile);
        packet.emit(hdr.lanes);
        packet.emit(hdr.key);
    }
}

V1Switch(TileParser(), NoChecksum(), Tile(), Again(), NoChecksum(), TileDeparser()) main;
`;
}

/** A small generator of repeatable numbers (xorshift). */
export function numbers(seed = 1): () => number {
  let x = seed | 0 || 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
}

/** What fills the tables, as data: `page` and `key` of lookup t give `words`. */
export interface TileEntries {
  /** By lookup, page and key: the words of an entry, one after the other. */
  words: Uint32Array[];
  /** By program counter: the pages. */
  pages: number[][];
}

export function tileEntries(s: TileShape): TileEntries {
  const next = numbers(7);
  const entries = 2 ** (s.pageBits + s.group);
  const words = Array.from({ length: s.lookups }, () => {
    const w = new Uint32Array(entries * s.lanes);
    for (let i = 0; i < w.length; i++) w[i] = next();
    return w;
  });
  const pages = Array.from({ length: s.passes - 1 }, () =>
    Array.from({ length: s.lookups }, () => next() % 2 ** s.pageBits),
  );
  return { words, pages };
}

/** Every eighth pass begins a new bit plane and so doubles the accumulators. */
export const doubles = (pc: number): boolean => pc % 8 === 7;

/** Loads the entries through the control plane; their number. */
export function load(engine: Engine, s: TileShape, e: TileEntries): number {
  let count = 0;
  e.pages.forEach((pages, pc) => {
    const action = doubles(pc) ? "Tile.next_plane" : "Tile.next";
    engine.insert("Tile.sequencer", {
      key: [{ kind: "exact", value: pc }],
      action,
      args: [pc + 1, ...pages],
    });
    count++;
  });
  engine.insert("Tile.sequencer", {
    key: [{ kind: "exact", value: e.pages.length }],
    action: "Tile.answer",
    args: [],
  });
  for (let t = 0; t < s.lookups; t++) {
    const table = `Tile.lookup_${t}`;
    const action = `Tile.add_${t}`;
    for (let i = 0; i < 2 ** (s.pageBits + s.group); i++) {
      const args = Array.from(e.words[t].subarray(i * s.lanes, (i + 1) * s.lanes));
      const key = [
        { kind: "exact" as const, value: i >>> s.group },
        { kind: "exact" as const, value: i % 2 ** s.group },
      ];
      engine.insert(table, { key, action, args });
      count++;
    }
  }
  return count + 1;
}

export function tilePacket(s: TileShape, seed = 3): Uint8Array {
  const next = numbers(seed);
  const packet = new Uint8Array(14 + 14 + 4 * s.lanes + s.lookups);
  packet.set([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x88, 0xb5, 1, 2]);
  for (let i = 28 + 4 * s.lanes; i < packet.length; i++) packet[i] = next();
  return packet;
}

/** The accumulators after all passes, computed directly. */
export function tileAnswer(s: TileShape, e: TileEntries, packet: Uint8Array): Uint32Array {
  const lanes = new Uint32Array(s.lanes);
  e.pages.forEach((pages, pc) => {
    if (doubles(pc)) for (let i = 0; i < s.lanes; i++) lanes[i] <<= 1;
    for (let t = 0; t < s.lookups; t++) {
      const row = (pages[t] << s.group) | packet[28 + 4 * s.lanes + t];
      for (let i = 0; i < s.lanes; i++) lanes[i] += e.words[t][row * s.lanes + i];
    }
  });
  return lanes;
}
