/** The Checksum extern: verification and residuals in parsers, updates in deparsers. */
import { bool, type Effects, sequence } from "../../compile/expressions.js";
import type { ExternCall, ExternHandler } from "../../compile/externs.js";
import { hashInput } from "../../compile/hash-input.js";
import { lvalue } from "../../compile/lvalues.js";
import { argument } from "../../compile/packets.js";
import { type BitBuffer, internetChecksum, onesComplementSum } from "../../externs/index.js";
import { Reg } from "../../runtime/machine.js";
import { ofType } from "./functions.js";
import type { TnaLibrary } from "./library.js";

const fold = (sum: number): number => (sum & 0xffff) + (sum >>> 16);

/** A ones' complement sum that a parser builds up; it begins anew with each packet. */
export class RunningChecksum {
  private sum = 0;

  reset(): void {
    this.sum = 0;
  }
  add(data: BitBuffer): void {
    this.sum = onesComplementSum(data.bytes, data.byteLength, this.sum);
  }
  subtract(data: BitBuffer): void {
    this.sum = fold(this.sum + (~onesComplementSum(data.bytes, data.byteLength) & 0xffff));
  }
  /** Subtracts the rest of the packet, bytes `from` to `to`. */
  subtractBytes(bytes: Uint8Array, from: number, to: number): void {
    const rest = bytes.subarray(from, to);
    this.sum = fold(this.sum + (~onesComplementSum(rest, rest.length) & 0xffff));
  }
  /** The checksum that what was added calls for. */
  get(): number {
    return ~this.sum & 0xffff;
  }
  /** Whether the sum is *not* that of data with a right checksum: programs read the result as an error flag. */
  verify(): boolean {
    return this.sum !== 0xffff && this.sum !== 0;
  }
}

export function checksumExterns(library: TnaLibrary): Readonly<Record<string, ExternHandler>> {
  const object = ({ fn, call, object: instance }: ExternCall): string => {
    if (!instance) throw fn.g.unsupported(call.pos, "this checksum");
    return fn.g.module.constant("checksum", library.object(fn.g, instance));
  };
  const data = (c: ExternCall): { effects: Effects; buffer: string } => hashInput(c.fn, argument(c.call, 0));
  const feed = (method: string): ExternHandler => ({
    value: (c) => {
      const { effects, buffer } = data(c);
      return sequence(effects, `${object(c)}.${method}(${buffer})`);
    },
  });
  return {
    "Checksum.add": feed("add"),
    "Checksum.subtract": feed("subtract"),
    "Checksum.get": { value: (c) => `${object(c)}.get()` },
    "Checksum.verify": { value: (c) => `${object(c)}.verify()` },
    "Checksum.subtract_all_and_deposit": {
      value: (c) => {
        // What follows in the packet is what the parser has not extracted yet.
        const target = argument(c.call, 0);
        const to = lvalue(c.fn, target);
        const o = object(c);
        const taken = `${o}.subtractBytes(U8, R[${Reg.pos}], R[${Reg.end}])`;
        return sequence([...to.effects, taken, ...to.store(ofType(`${o}.get()`, target.type))], "0");
      },
    },
    "Checksum.update": {
      value: (c) => {
        const { fn, call } = c;
        const { effects, buffer } = data(c);
        const sum = fn.g.module.constant("internetChecksum", internetChecksum);
        const code = `${sum}(${buffer}.bytes, ${buffer}.byteLength)`;
        const zeros = call.args[1]?.value;
        if (!zeros) return sequence(effects, code);
        const t = fn.local("sum");
        return sequence(effects, `(${t} = ${code}, ${t} === 0 && ${bool(fn, zeros)} ? 0xffff : ${t})`);
      },
    },
  };
}
