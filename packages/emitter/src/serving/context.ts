/**
 * The data of the serving templates (p4src/<target>/serve.p4, merge.p4, transit.p4), the same for v1model, tna and t2na.
 *
 * Tables, with their keys and what their entries' actions take, in this order (entries.ts writes them):
 *
 * | table | key | action | parameters |
 * |---|---|---|---|
 * | links | port | from_link | |
 * | admit | port, slot | admit_request | reply |
 * | requests | index | place | address, pc, parse, group |
 * | route | destination | forward | port |
 * | | | on Tofino deliver: to a host that `clients` knows | port |
 * | on Tofino answers (tile) | destination | forward, deliver | port |
 * | on Tofino returns (merge) | destination | forward | port |
 * | slots | layer, slot | locate | base, arrivals, state |
 * | sequencer | kind, layer, pc | store_row | pc, parse, d_address |
 * | | | store_last | pc, parse, d_address, total, group |
 * | | | begin | |
 * | | | sum_K, K the shift | pc, parse, d_address, d_row |
 * | | | sum_K_banked | pc, parse, d_address, d_row, for each bank d_address plus its offset |
 * | | | add_bias | pc, parse |
 * | | | add_bias_answer | pc, parse, index |
 * | | | scale_K | pc, parse |
 * | | | pool_lanes, pool_last | pc, parse |
 * | | | convert, convert_send | pc, parse, row |
 * | | | merge | pc, parse |
 * | tasks | task, part | task_load | pc, parse, address, row |
 * | | | task_bias | row |
 * | | | task_pool | pc, parse, task |
 * | | | task_send | pc, parse, address, index, group, task |
 * | | | task_merge | address, index, group, task, source |
 * | lookup_S, S the slot | row; on Tofino its page (all but 8 bits), then its low 8 bits | add_S | 32 words |
 * | merges | layer | add_parts, max_parts | parts |
 * | clients, in egress | port | over_ipv4, over_ipv6 | MAC of host and switch, IP of host and switch |
 *
 * serve.p4 has all but merges; merge.p4 has links, admit, requests, route, slots and merges; transit.p4 the first four;
 * all have clients.
 * A negative parameter is written in two's complement. A miss drops the packet, but for lookups, where it adds nothing,
 * and links, where it means a host's port. `requests` is the model's input layout: a host cannot write elsewhere.
 */
import { SERVE_LANES, type ServeParse, TaskPart } from "@matchmul/planner";
import { type Half, halvesOf, type PipeShape, type TableSizes } from "./shape.js";

/** Rows, cells and entries are rounded up, so that another model of about this size needs no other program. */
function rounded(count: number, least: number): number {
  return Math.max(least, 2 ** Math.ceil(Math.log2(Math.max(1, count))));
}

/** What a parser state does behind the header, in order. */
export type ServeParserStep =
  | { kind: "advance"; bits: number }
  /** `lanes`, `key[2]` or `rest[5]`. */
  | { kind: "extract"; header: string }
  /** The running maxima of max pooling. `fresh`: there are none in the packet, all begin at 0. */
  | { kind: "best"; fresh: boolean; half: number };

export interface ServeMode {
  id: number;
  comment: string;
  parse: ServeParse;
  steps: ServeParserStep[];
}

const BYTE = 8;
const LANE_BITS = 32;
const BEST_BITS = 16;

const bytes = (count: number): string => (count === 1 ? "1 byte" : `${count} bytes`);

function describe(parse: ServeParse): string {
  switch (parse.kind) {
    case "skip":
      return parse.skip === 0 ? "Nothing is read." : `${bytes(parse.skip)} are dropped.`;
    case "store": {
      const last = parse.first + parse.count - 1;
      const behind = parse.skip === 0 ? "" : `, then ${bytes(parse.skip)} are dropped`;
      const banks = parse.count === 1 ? `bank ${parse.first}` : `banks ${parse.first} to ${last}`;
      return `${bytes(parse.count)} for ${banks}${behind}.`;
    }
    case "lanes":
      return "The lanes.";
    case "keys":
      return `The lanes, then ${bytes(parse.keys)} that are keys.`;
    case "narrow":
    case "narrow-best": {
      const of = parse.kind === "narrow" ? "lanes" : "maxima";
      const wait = parse.lanes - parse.keys;
      return `Low bytes of ${parse.lanes} ${of}: ${parse.keys} are keys${wait > 0 ? `, ${wait} wait` : ""}.`;
    }
    case "pool": {
      const maxima = parse.fresh ? "maxima begin at 0" : "the maxima behind them";
      return `The lanes, of which ${parse.first} to ${parse.first + parse.count - 1} are compared; ${maxima}.`;
    }
  }
}

function parserSteps(parse: ServeParse, halves: readonly Half[]): ServeParserStep[] {
  const steps: ServeParserStep[] = [];
  const extract = (header: string): void => {
    steps.push({ kind: "extract", header });
  };
  const advance = (bits: number): void => {
    if (bits > 0) steps.push({ kind: "advance", bits });
  };
  /** The low bytes of the first `lanes` of 32 words: keys, then bytes that wait. */
  const narrow = (lanes: number, keys: number, wordBits: number): void => {
    for (let m = 0; m < lanes; m++) {
      advance(wordBits - BYTE);
      extract(m < keys ? `key[${m}]` : `rest[${m - keys}]`);
    }
    advance((SERVE_LANES - lanes) * wordBits);
  };
  switch (parse.kind) {
    case "skip":
      advance(parse.skip * BYTE);
      break;
    case "store":
      for (let i = 0; i < parse.count; i++) extract(`key[${parse.first + i}]`);
      advance(parse.skip * BYTE);
      break;
    case "lanes":
      extract("lanes");
      break;
    case "keys":
      extract("lanes");
      for (let i = 0; i < parse.keys; i++) extract(`key[${i}]`);
      break;
    case "narrow":
      narrow(parse.lanes, parse.keys, LANE_BITS);
      break;
    case "narrow-best":
      advance(SERVE_LANES * LANE_BITS);
      narrow(parse.lanes, parse.keys, BEST_BITS);
      break;
    case "pool": {
      const half = halves.find(({ first, count }) => first === parse.first && count === parse.count)!;
      extract("lanes");
      steps.push({ kind: "best", fresh: parse.fresh, half: half.id });
    }
  }
  return steps;
}

export interface ServeContext {
  title: string;
  /** Lines for the comment on top: what the layers' numbers stand for. */
  summary: string[];
  architecture: "v1model" | "tna" | "t2na";
  program: "tile" | "merge" | "transit";
  /** Numbers of the lanes: 0 to 31. */
  lanes: number[];
  /** Numbers of lookup tables and banks. */
  slots: number[];
  /** Lookup tables have 2^rowBits rows, and as many entries at most. */
  rowBits: number;
  lookupSize: number;
  /** Some layer reads each bank at a row of its own: then there is sum_K_banked, too. */
  banked: boolean;
  /** Ports whose packets come back; on Tofino the number within the pipe. */
  loopbacks: number[];
  /** v1model: packets to a loopback port recirculate. False in a copy to look at pass by pass: they leave by it. */
  recirculates: boolean;
  modes: ServeMode[];
  /** Bytes that wait to be keys at most: length of the stack `rest`, at least 1. */
  restSize: number;
  /** Actions sum_K and sum_K_banked. */
  sums: { name: string; shift: number; banked: boolean; comment: string }[];
  /** Actions scale_K. */
  rightShifts: number[];
  /** Max pooling; `halves` are the lanes compared in one pass. */
  pools: boolean;
  halves: (Half & { lanes: number[] })[];
  /** Partial sums leave the pipe. */
  merges: boolean;
  /** Cells of the registers. */
  storeRows: number;
  states: number;
  arrivals: number;
  accumulatorRows: number;
  /** Parts of a task, the second key of `tasks`; `none`: the pass does not ask. */
  part: typeof TaskPart & { none: number };
  /** Entries of the tables. */
  size: TableSizes;
}

/** @param title names the network, @param layers its layers, in the order of their numbers */
export function serveContext(
  shape: PipeShape,
  options: {
    title: string;
    layers: readonly string[];
    architecture: ServeContext["architecture"];
    recirculates?: boolean;
  },
): ServeContext {
  const halves = halvesOf(shape.parses.values());
  const parses = [...shape.parses].sort(([a], [b]) => a - b);
  const modes = parses.map(([id, parse]) => ({
    id,
    comment: `Mode ${id}. ${describe(parse)}`,
    parse,
    steps: parserSteps(parse, halves),
  }));
  const waiting = parses.map(([, parse]) => ("lanes" in parse ? parse.lanes - parse.keys : 0));
  const sums = shape.leftShifts.flatMap((shift) => {
    const planes =
      shift === 0
        ? "More rows of the same bit planes"
        : `The next ${shift === 1 ? "bit plane" : `${shift} bit planes`}: the sums so far count ${2 ** shift} times (Horner)`;
    const plain = { name: `sum_${shift}`, shift, banked: false, comment: `${planes}.` };
    const banked = {
      name: `sum_${shift}_banked`,
      shift,
      banked: true,
      comment: `${planes}. Each bank is read at a row of its own.`,
    };
    return shape.banked ? [plain, banked] : [plain];
  });
  const size = { ...shape.entries };
  for (const table of Object.keys(size) as (keyof TableSizes)[]) size[table] = rounded(size[table], 16);
  const count = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
  return {
    title: options.title,
    summary: options.layers.map((name, layer) => `layer ${layer}: ${name}`),
    architecture: options.architecture,
    program: shape.program,
    lanes: count(SERVE_LANES),
    slots: count(shape.lookups),
    rowBits: shape.rowBits,
    lookupSize: 2 ** shape.rowBits,
    banked: shape.banked,
    loopbacks: shape.loopbacks,
    recirculates: options.recirculates ?? true,
    modes,
    restSize: Math.max(1, ...waiting),
    sums,
    rightShifts: shape.rightShifts,
    pools: shape.pools,
    halves: halves.map((half) => ({ ...half, lanes: count(half.count).map((i) => half.first + i) })),
    merges: shape.merges,
    storeRows: rounded(shape.storeRows, 16),
    states: rounded(shape.states, 16),
    arrivals: rounded(shape.arrivals, 16),
    accumulatorRows: rounded(shape.accumulatorRows, 16),
    part: { ...TaskPart, none: 255 },
    size,
  };
}
