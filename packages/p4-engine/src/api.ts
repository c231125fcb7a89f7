/** The public surface of the engine. `loadProgram` (index.ts) makes an Engine; everything here is plain data. */

/** An integer the control plane gives: number where it fits 53 bits, bigint or hex text otherwise. */
export type Bits = number | bigint;

/** One element of a table key, in the order of the table's `key` property. */
export type MatchKey =
  | { kind: "exact"; value: Bits }
  | { kind: "ternary"; value: Bits; mask: Bits }
  | { kind: "lpm"; value: Bits; prefixLength: number }
  | { kind: "range"; low: Bits; high: Bits }
  | { kind: "optional"; value: Bits | null };

export interface TableEntry {
  key: MatchKey[];
  /** Control-plane (full) action name, or its last component where that is unique. */
  action: string;
  args: Bits[];
  /** Larger wins, as in P4Runtime. Ignored for tables without ternary, range or optional keys. */
  priority?: number;
}

export interface OutputPacket {
  port: number;
  bytes: Uint8Array;
}

export interface TableInfo {
  /** Control-plane name, as in `ingress.lookup_0`. */
  name: string;
  keys: { name: string; kind: MatchKey["kind"] | "selector"; widthBits: number }[];
  actions: { name: string; params: { name: string; widthBits: number }[] }[];
  size: number;
  entries: number;
}

/** What happened to a packet, reported as it happens; register one with Engine.observe. */
export interface Observer {
  /** A table was applied: `handle` is the entry that hit, -1 for the default action. */
  table?(table: string, handle: number, action: string): void;
  /** The packet re-enters the pipeline, as these bytes. */
  again?(kind: "recirculate" | "resubmit" | "clone" | "multicast", packet: Uint8Array): void;
  log?(message: string): void;
}

export interface Engine {
  readonly architecture: "v1model" | "tna" | "t2na";
  readonly tables: TableInfo[];
  /** Adds an entry and returns its handle. @throws P4Error table-full, duplicate-entry, unknown-table ... */
  insert(table: string, entry: TableEntry): number;
  modify(table: string, handle: number, action: string, args: Bits[]): void;
  remove(table: string, handle: number): void;
  /** The entries of a table, in insertion order, with their handles. */
  entries(table: string): { handle: number; entry: TableEntry }[];
  setDefault(table: string, action: string, args: Bits[]): void;
  setMulticastGroup(group: number, replicas: { port: number; instance: number }[]): void;
  /** Clone (mirror) session to a port. */
  setMirrorSession(session: number, port: number): void;
  /** Runs one packet to completion, all its recirculations and copies included. */
  process(port: number, packet: Uint8Array): OutputPacket[];
  readRegister(name: string, index: number): Bits;
  writeRegister(name: string, index: number, value: Bits): void;
  observe(observer: Observer | null): void;
}
