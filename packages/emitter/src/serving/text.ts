import { SERVE_LANES, type ServeGroup, type ServePipe } from "@matchmul/planner";
import { controlEntries, lookupRows } from "./entries.js";

/** ASCII text that grows in one Buffer. Numbers are written digit by digit: a network has some 100 million of them. */
class TextBuffer {
  #bytes = Buffer.allocUnsafe(2 ** 16);
  #end = 0;

  /** Makes room for `count` bytes. */
  reserve(count: number): void {
    if (this.#end + count <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#end + count));
    this.#bytes.copy(grown, 0, 0, this.#end);
    this.#bytes = grown;
  }

  text(text: string): void {
    this.reserve(text.length);
    this.#end += this.#bytes.write(text, this.#end, "latin1");
  }

  /**
   * A row of a lookup table: prefix, keys, ` =>`, and its words as unsigned numbers.
   * The one loop that counts; room for the longest row is made before.
   */
  row(prefix: Uint8Array, keys: readonly number[], words: Int32Array, at: number): void {
    this.reserve(prefix.length + 32 + SERVE_LANES * 11);
    const bytes = this.#bytes;
    bytes.set(prefix, this.#end);
    let end = this.#end + prefix.length;
    for (const key of keys) {
      bytes[end++] = 0x20;
      end = writeNumber(bytes, end, key);
    }
    bytes[end++] = 0x20;
    bytes[end++] = 0x3d;
    bytes[end++] = 0x3e;
    for (let m = 0; m < SERVE_LANES; m++) {
      bytes[end++] = 0x20;
      end = writeNumber(bytes, end, words[at + m]);
    }
    bytes[end++] = 0x0a;
    this.#end = end;
  }

  take(): Buffer {
    return this.#bytes.subarray(0, this.#end);
  }
}

/** The digits of 0 to 9999, four bytes each. */
const digits = (() => {
  const table = new Uint8Array(40_000);
  for (let n = 0; n < 10_000; n++)
    for (let i = 0, rest = n; i < 4; i++, rest = (rest / 10) | 0) table[n * 4 + 3 - i] = 0x30 + (rest % 10);
  return table;
})();

/** Writes the 32 bits of `value` as an unsigned decimal number; returns where it ends. */
function writeNumber(bytes: Uint8Array, start: number, value: number): number {
  let end = start;
  let rest = value;
  if (rest < 0 || rest >= 100_000_000) {
    const unsigned = value >>> 0;
    const high = (unsigned / 100_000_000) | 0;
    rest = unsigned - high * 100_000_000;
    if (high > 0) {
      if (high >= 10) bytes[end++] = digits[high * 4 + 2];
      bytes[end++] = digits[high * 4 + 3];
      return writeFour(bytes, writeFour(bytes, end, (rest / 10_000) | 0), rest % 10_000);
    }
  }
  if (rest >= 10_000) {
    const high = (rest / 10_000) | 0;
    return writeFour(bytes, writeLeading(bytes, end, high), rest - high * 10_000);
  }
  return writeLeading(bytes, end, rest);
}

function writeFour(bytes: Uint8Array, end: number, value: number): number {
  const at = value * 4;
  bytes[end] = digits[at];
  bytes[end + 1] = digits[at + 1];
  bytes[end + 2] = digits[at + 2];
  bytes[end + 3] = digits[at + 3];
  return end + 4;
}

/** Up to four digits, without zeros in front. */
function writeLeading(bytes: Uint8Array, start: number, value: number): number {
  let end = start;
  const at = value * 4;
  if (value >= 1000) bytes[end++] = digits[at];
  if (value >= 100) bytes[end++] = digits[at + 1];
  if (value >= 10) bytes[end++] = digits[at + 2];
  bytes[end++] = digits[at + 3];
  return end;
}

/** Multicast groups: one node for each replication id of a group, numbered from 0 in the order they are made. */
function groupCommands(groups: readonly ServeGroup[], out: TextBuffer): void {
  let handle = 0;
  for (const { id, copies } of groups) {
    out.text(`mc_mgrp_create ${id}\n`);
    const ports = new Map<number, number[]>();
    for (const { port, rid } of copies) ports.set(rid, [...(ports.get(rid) ?? []), port]);
    for (const [rid, list] of ports) {
      out.text(`mc_node_create ${rid} ${list.join(" ")}\n`);
      out.text(`mc_node_associate ${id} ${handle++}\n`);
    }
  }
}

/** Name of the P4 control with a pipe's tables. */
export const SERVE_CONTROL = "Serve";

/**
 * A pipe's entries and multicast groups as commands of simple_switch_CLI, for a switch without any: the groups' nodes
 * are named by the numbers it gives them.
 *
 * @param target `v1model`, `tna` or `t2na`
 */
export function serveCommands(pipe: ServePipe, target: string): Buffer {
  const out = new TextBuffer();
  out.text(`# ${pipe.name}\n`.replace(/[^\n -~]/g, "?"));
  groupCommands(pipe.groups, out);
  for (const { table, action, keys, params, label, control = SERVE_CONTROL } of controlEntries(
    pipe,
    target,
  )) {
    if (label) out.text(`# ${label.replace(/[^ -~]/g, "?")}\n`);
    const command = `table_add ${control}.${table} ${control}.${action} ${keys.join(" ")} =>`;
    out.text(`${params.length === 0 ? command : `${command} ${params.join(" ")}`}\n`);
  }
  // A Tofino's key is a page and a byte: together they are the row's address.
  const split = target !== "v1model";
  if (pipe.program === "tile")
    for (const [slot, words] of pipe.words().entries()) {
      const table = Buffer.from(`table_add ${SERVE_CONTROL}.lookup_${slot} ${SERVE_CONTROL}.add_${slot}`);
      for (const { row, at } of lookupRows(words))
        out.row(table, split ? [row >> 8, row & 0xff] : [row], words, at);
    }
  return out.take();
}
