/** The public surface of the engine. `loadProgram` (index.ts) makes an Engine; everything here is plain data. */

import type { ProgramObjects } from "./control/objects.js";

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

/** What a digest carries, as the control plane receives it. */
export interface Digest {
  /** The type of the data, as in `mac_learn_digest_t`. */
  name: string;
  /** Its scalars in order; bool is 0 or 1, an error or enum its number. */
  data: bigint[];
}

/** What happened to a packet, reported as it happens; register one with Engine.observe. */
export interface Observer {
  /** A table was applied: `handle` is the entry that hit, -1 for the default action. */
  table?(table: string, handle: number, action: string): void;
  /** The packet re-enters the pipeline, as these bytes. */
  again?(kind: "recirculate" | "resubmit" | "clone" | "multicast", packet: Uint8Array): void;
  log?(message: string): void;
  digest?(digest: Digest): void;
}

export interface LoadOptions {
  /** Name of the source, for messages and for `#include "..."` beside it. */
  file?: string;
  /** Folders searched for `#include <...>`. */
  includePaths?: readonly string[];
  /** Text of a file, or undefined when there is none. Default: the file system. */
  readFile?: (path: string) => string | undefined;
  /** Macros defined beforehand, as with `-D`. */
  defines?: Readonly<Record<string, string>>;
  /** Seed of `random` and of hashes that are random. Default 1. */
  seed?: number;
  /** Microseconds, never going back, for timestamps and meters. Default: since the program was loaded. */
  clock?: () => number;
  /**
   * Most passes through the pipeline that one call of `process` may take, its recirculations and copies
   * included; then it throws P4Error pass-limit. Default 2^20.
   */
  passLimit?: number;
  /**
   * Most copies of one packet that wait at a time; then P4Error queue-limit. Default 2^16. Together they may
   * take 256 MiB.
   */
  queueLimit?: number;
  /**
   * Tofino: ports whose packets come back into ingress. Default: those wired so on the hardware, ports 64 to 71
   * of a pipe (less 64 of pipe 0, the processor's) on Tofino 1, and ports 6 and 7 of a pipe on Tofino 2.
   */
  recirculationPorts?: readonly number[];
  /**
   * Most iterations of all loops that one block (parser, control) runs through, and most states of one parse;
   * then P4Error loop-limit, or error.ParserTimeout in the parser. Default 2^16.
   */
  loopLimit?: number;
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
  /** Clone (mirror) session to a port, to a multicast group, or to both; to neither deletes it. */
  setMirrorSession(session: number, port: number | null, group?: number): void;
  /** Runs one packet to completion, all its recirculations and copies included. */
  process(port: number, packet: Uint8Array): OutputPacket[];
  readRegister(name: string, index: number): Bits;
  writeRegister(name: string, index: number, value: Bits): void;
  observe(observer: Observer | null): void;
  /** The run-time objects by control-plane name, for control-plane code that needs more than the above. */
  readonly objects: ProgramObjects;
  /** The generated JavaScript, to look at. */
  readonly code: string;
}
