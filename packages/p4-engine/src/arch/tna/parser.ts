/** Externs of Tofino parsers: counters, priorities, port metadata. */

import { type Effects, value } from "../../compile/expressions.js";
import type { ExternCall, ExternHandler } from "../../compile/externs.js";
import { argument, lookaheadInto } from "../../compile/packets.js";
import { Reg } from "../../runtime/machine.js";
import type { TnaLibrary } from "./library.js";

/** Eight bits, two's complement; Tofino 2 has a stack of them. */
export class ParserCounter {
  private value = 0;
  private readonly stack: number[] = [];

  reset(): void {
    this.value = 0;
    this.stack.length = 0;
  }
  set(value: number): void {
    this.value = (value << 24) >> 24;
  }
  /** ((field rotated right) & mask) + add, of a field that does not exceed `max`. */
  load(field: number, max: number, rotate: number, mask: number, add: number): void {
    const f = field & 0xff;
    const r = rotate & 7;
    const rotated = ((f >>> r) | (f << (8 - r))) & 0xff;
    this.set((Math.min(rotated, max) & mask) + add);
  }
  add(value: number): void {
    this.set(this.value + value);
  }
  push(): void {
    this.stack.push(this.value);
  }
  pop(): void {
    this.value = this.stack.pop() ?? 0;
  }
  isZero(): boolean {
    return this.value === 0;
  }
  isNegative(): boolean {
    return this.value < 0;
  }
}

/** Bits of port metadata in front of a packet. */
export const portMetadataBits = (architecture: string): number => (architecture === "t2na" ? 192 : 64);

export function parserExterns(library: TnaLibrary): Readonly<Record<string, ExternHandler>> {
  const object = ({ fn, call, object: instance }: ExternCall): string => {
    if (!instance) throw fn.g.unsupported(call.pos, "this counter");
    return fn.g.module.constant("counter", library.object(fn.g, instance));
  };
  const setter = (before: string): ExternHandler => ({
    value: (c) => {
      const o = object(c);
      const args = c.call.args.map((_, i) => value(c.fn, argument(c.call, i)));
      const first = before === "" ? "" : `${o}.${before}(), `;
      if (args.length < 5) return `(${first}${o}.set(${args[0]}))`;
      // Tofino 1 gives the mask as its number of bits less one.
      const mask = library.architecture === "tna" ? `(2 << ${args[3]}) - 1` : args[3];
      return `(${first}${o}.load(${args[0]}, ${args[1]}, ${args[2]}, ${mask}, ${args[4]}))`;
    },
  });
  const method = (name: string, sign = ""): ExternHandler => ({
    value: (c) =>
      `${object(c)}.${name}(${c.call.args.length > 0 ? sign + value(c.fn, argument(c.call, 0)) : ""})`,
  });
  return {
    "ParserCounter.set": setter(""),
    "ParserCounter.push": setter("push"),
    "ParserCounter.pop": method("pop"),
    "ParserCounter.increment": method("add"),
    "ParserCounter.decrement": method("add", "-"),
    "ParserCounter.is_zero": method("isZero"),
    "ParserCounter.is_negative": method("isNegative"),
    // Which of several packets is dropped under pressure is not modelled.
    "ParserPriority.set": { value: () => "0" },
    port_metadata_unpack: {
      into: (c, place): Effects => {
        const bytes = portMetadataBits(library.architecture) / 8;
        return [...lookaheadInto(c, place), `R[${Reg.pos}] += ${bytes}`];
      },
    },
  };
}
