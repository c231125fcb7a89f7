/**
 * Serving microcode: networks whose layers are larger than a packet, spread over the pipes of many switches. A pipe keeps
 * the input of its layers in registers (the activation store); workers, packets that recirculate, each compute a tile of
 * 32 outputs at one position and send it to the pipes of the next layer. docs/serving.md tells the whole protocol.
 *
 * As in ../microcode, nothing here is P4 yet: a ServePipe says what a pipe's tables hold and what a pass does. The
 * interpreter in machine.ts executes it, the emitter writes it down.
 */
import type { TopologyHost } from "@matchmul/profiles";

/** A pipe or a host, numbered from 1: what a packet's `destination` names. */
export type NodeId = number;

/** What a packet is; the number is on the wire. */
export const ServeKind = {
  /** From a host: part of layer 0's input. */
  request: 1,
  /** Part of a layer's input on its way to a pipe; address and index count from the slot's first. */
  data: 2,
  /** The same at its pipe, being written row by row; address and index are the store's own. */
  store: 3,
  /** A worker. */
  work: 4,
  /** Logits on their way to the host. */
  answer: 5,
  /** Partial sums or maxima on their way to a pipe that merges. */
  partial: 6,
} as const;
export type ServeKind = (typeof ServeKind)[keyof typeof ServeKind];

/** Replication id of the copy with which a worker goes on after it has sent something. */
export const CONTINUE = 0xffff;

/** Lanes of a worker's packet. */
export const SERVE_LANES = 32;

/** The header's fields behind Ethernet, in order, with their widths in bits (docs/serving.md). */
export const serveFields = [
  ["version", 8],
  ["kind", 8],
  /** How the next pass reads what follows the header: the number of one of the pipe's ServeParse. */
  ["parse", 8],
  /** Of the pipe the packet is for or at; layers count from 0. */
  ["layer", 8],
  ["destination", 16],
  /** Host that gets the answer; set where the request enters. */
  ["reply", 16],
  /** Request slot: store space of one request in flight. A slot belongs to one client. */
  ["slot", 16],
  /** Number of the request in its slot; a greater one takes the slot over. 0 is no request. */
  ["epoch", 32],
  /** How many times the client has sent it before. */
  ["attempt", 8],
  ["reserved", 8],
  ["pc", 16],
  ["task", 16],
  /** Arrival number of what a store or partial packet brings. Of an answer: number of the 32 logits. */
  ["index", 16],
  /** Row of the store (of a merger: of the accumulators). */
  ["address", 16],
  /** First row of the slot. */
  ["base", 16],
  /** Registers of this layer and slot. */
  ["state", 16],
  /** Row of the lookup tables, before the key's bits. */
  ["row", 16],
  /** Pipe that a partial sum came from, and goes back to when complete. */
  ["source", 16],
] as const;

/**
 * What the parser does with the bytes behind the header. All read from the front; what is left over stays behind. Their
 * numbers hold in the whole network, since a sender writes the number that its receiver parses by.
 */
export type ServeParse =
  /** Nothing is read: `skip` bytes are dropped (a worker's old lanes). */
  | { kind: "skip"; skip: number }
  /** `count` bytes become keys of the banks from `first` on; then `skip` bytes are dropped. */
  | { kind: "store"; first: number; count: number; skip: number }
  /** The 32 lanes. */
  | { kind: "lanes" }
  /** The lanes; then the next `keys` bytes become keys 0 to keys - 1 (a conversion after the first). */
  | { kind: "keys"; keys: number }
  /** Low bytes of the first `lanes` lanes: `keys` become keys, the others wait behind the new lanes, which are 0. */
  | { kind: "narrow"; lanes: number; keys: number }
  /** The same of the running maxima: 32 words of 16 bits that stand behind the lanes, which are dropped. */
  | { kind: "narrow-best"; lanes: number; keys: number }
  /**
   * Max pooling: the lanes, and the low 16 bits of lanes `first` to `first + count - 1` once more; of the maxima behind
   * the lanes those with the same numbers. `fresh`: there are none yet, all 32 begin at 0.
   */
  | { kind: "pool"; first: number; count: number; fresh: boolean };

/** Number of the parse of a spawned worker, whose packet is the header alone: { skip: 0 }. */
export const PARSE_SPAWNED = 0;
/** Number of the parse of a worker that continues: { skip: 128 }, its old lanes. */
export const PARSE_CONTINUE = 1;

/** What the sequencer says for (kind, layer, pc). `pc` and `parse` are for the pass that follows. */
export type ServeStep =
  /**
   * STORE: address += dAddress, the parsed keys are written to their banks at address. `last`: also, the packet's arrival
   * is counted: of `total` indices, and when all have come, workers are spawned (multicast `group`).
   */
  | {
      op: "store";
      pc: number;
      parse: number;
      dAddress: number;
      last: { total: number; group: number } | null;
    }
  /** WORK, pc 0 of each layer: lanes are 0. The task's `load` gives pc, parse, address (plus base) and row. */
  | { op: "load" }
  /**
   * address += dAddress; row += dRow; lanes = (lanes << shiftLeft) + sum over the slots of
   * lookup[slot][row | bank[slot][address + offsets[slot]]].
   */
  | {
      op: "sum";
      pc: number;
      parse: number;
      shiftLeft: number;
      dAddress: number;
      dRow: number;
      /** Of a banked layer: each bank has its own place. Null: all read at address. */
      offsets: number[] | null;
    }
  /** row = the task's `bias`; lanes += sum over the slots of lookup[slot][row]. `answer`: then the lanes are the answer. */
  | { op: "bias"; pc: number; parse: number; answer: { index: number } | null }
  /** lane = min(max(lane >> shift, 0), 255). */
  | { op: "scale"; pc: number; parse: number; shift: number }
  /** best[m] = max(best[m], lane[m] as 16 bits) for the lanes the parser took; `last`: the task's `pool` gives pc, parse and task. */
  | { op: "pool"; pc: number; parse: number; last: boolean }
  /**
   * row = `row`; lanes (cleared before where the parser narrowed) += sum over the keys of lookup[key's slot][row | key].
   * `send`: then the task's `send` gives pc, parse, address, index, group and task, and the packet goes to that group as DATA.
   */
  | { op: "convert"; pc: number; parse: number; row: number; send: boolean }
  /** The task's `merge` gives address, index, group, task and source; the packet goes to that group as PARTIAL, pc as given. */
  | { op: "merge"; pc: number; parse: number };

export interface SequencerEntry {
  kind: typeof ServeKind.store | typeof ServeKind.work;
  layer: number;
  pc: number;
  step: ServeStep;
  /** For people: `conv2, plane 6, row 3 of 9`. */
  label: string;
}

/** Parts of a task: when in its life the table is asked. The number is the table's second key. */
export const TaskPart = { load: 0, bias: 1, pool: 2, send: 3, merge: 4 } as const;

/** One tile at one position: what differs from task to task. Each part is an entry of the table `tasks`. */
export interface Task {
  /** From 1. */
  id: number;
  layer: number;
  /** For people: `tile 3 at (4, 7)`. */
  label: string;
  load: { pc: number; parse: number; address: number; row: number };
  bias: { row: number } | null;
  pool: { pc: number; parse: number; task: number } | null;
  /** `task`: what the worker does next; 0 where the group has no copy that continues. */
  send: {
    pc: number;
    /** How the receiver parses it when it is stored. */
    parse: number;
    address: number;
    index: number;
    group: number;
    task: number;
  } | null;
  /** `source`: the pipe's own number, or one of its loopbacks', that the sum comes back to. */
  merge: { address: number; index: number; group: number; task: number; source: NodeId } | null;
}

/** Where a slot of a layer lies on a pipe. */
export interface SlotEntry {
  layer: number;
  slot: number;
  /** First row of the store (of a merger: of the accumulators), first arrival cell, state registers. */
  base: number;
  arrivals: number;
  state: number;
}

/** Multicast: each copy leaves by a port with its replication id. */
export interface ServeGroup {
  id: number;
  copies: { port: number; rid: number }[];
}

export interface Route {
  destination: NodeId;
  port: number;
}

/** A packet of a request, by its index. */
export interface RequestPart {
  index: number;
  address: number;
  pc: number;
  parse: number;
  /** Copies to the pipes of layer 0: replication id is the pipe's node. Parts go by different loopbacks. */
  group: number;
}

/** A host may send requests for its own slots, through the port it is connected to. */
export interface Admission {
  port: number;
  slot: number;
  reply: NodeId;
}

/** Addresses of a host that speaks UDP, and those it sends requests to: MAC `02:00:00:00:00:01`, IPv4 or IPv6. */
export type HostAddress = NonNullable<TopologyHost["address"]>;

interface PipeCommon {
  node: NodeId;
  /** `leaf0-pipe2`. */
  name: string;
  switch: string;
  pipe: number;
  /** Ports whose packets come back: a packet stays on the one it came by. */
  loopbacks: number[];
  /** Ports of cables to other switches. What comes by a port of no kind is dropped. */
  links: number[];
  groups: ServeGroup[];
  routes: Route[];
  admissions: Admission[];
  /** Where there are admissions: what a request packet of this index gets, whatever its sender wrote there. */
  requests: RequestPart[];
  /** Hosts here that speak UDP, by their ports. */
  clients?: { port: number; address: HostAddress }[];
  slots: SlotEntry[];
  /** Registers: layer and slot states, arrival cells. */
  states: number;
  arrivals: number;
}

/** A pipe that holds lookup tables. */
export interface TilePipe extends PipeCommon {
  program: "tile";
  /** Lookup tables and banks of the store. */
  lookups: number;
  /** Lookup tables have 2^rowBits rows. */
  rowBits: number;
  /** Rows of each bank, one byte each. */
  storeRows: number;
  /** True where some layer reads its banks at different rows. */
  banked: boolean;
  parses: { id: number; parse: ServeParse }[];
  sequencer: SequencerEntry[];
  tasks: Task[];
  /** Words of each lookup table: row r, lane m at [r * 32 + m]. Made anew at each call: they are large. */
  words: () => Int32Array[];
}

/** A pipe that merges: 32 registers of accumulators. */
export interface MergePipe extends PipeCommon {
  program: "merge";
  accumulatorRows: number;
  /** By layer: how many arrivals at an accumulator row make a sum or maximum, and which of the two. */
  merges: { layer: number; operation: "add" | "max"; parts: number }[];
}

/** A pipe without work: it forwards. */
export interface TransitPipe extends PipeCommon {
  program: "transit";
}

export type ServePipe = TilePipe | MergePipe | TransitPipe;

/** How a host writes an input: one packet after the other. */
export interface RequestLayout {
  packets: {
    index: number;
    address: number;
    pc: number;
    parse: number;
    /** Bits of the payload, most significant first: input element * 8 + bit of its two's complement; -1 is 0. */
    bits: Int32Array;
  }[];
}

export interface ServeNetwork {
  name: string;
  topology: string;
  pipes: ServePipe[];
  hosts: {
    node: NodeId;
    name: string;
    switch: string;
    port: number;
    slots: number[];
    /** Of a host that speaks UDP. */
    address?: HostAddress;
  }[];
  /** Cables between switches; ports are those of the pipes at their ends. */
  links: {
    from: { switch: string; port: number };
    to: { switch: string; port: number };
    gbps: number;
    delayNs: number;
  }[];
  request: RequestLayout;
  /** Logits, 32 to an answer. */
  logits: number;
  /** Requests in flight at most. */
  slots: number;
  /** Names of the layers that the packets' numbers stand for. */
  layers: string[];
}
