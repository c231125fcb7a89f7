/** Externs of Tofino deparsers that make copies: Mirror, Resubmit, Digest. */

import { type Effects, sequence, value } from "../../compile/expressions.js";
import type { ExternCall, ExternHandler } from "../../compile/externs.js";
import type { Fn } from "../../compile/generator.js";
import { hashInputs } from "../../compile/hash-input.js";
import { argument } from "../../compile/packets.js";
import { address } from "../../compile/places.js";
import type { BitBuffer } from "../../externs/index.js";
import type { Expr } from "../../frontend/ast.js";
import { typeName } from "../../frontend/types.js";
import { fieldOf, snapshot } from "../metadata.js";
import type { TnaLibrary } from "./library.js";
import { TnaReg } from "./registers.js";

export function deparserExterns(library: TnaLibrary): Readonly<Record<string, ExternHandler>> {
  /** Effects that pack a header, and the number by which the traffic manager finds it. */
  const packed = (fn: Fn, header: Expr | undefined | null): { effects: Effects; number: number } => {
    if (!header) return { effects: [], number: -1 };
    const { effects, object } = hashInputs(fn, [header]);
    library.headers.push(object as BitBuffer);
    return { effects, number: library.headers.length - 1 };
  };
  /** Only the extern whose number the metadata holds acts, as on the hardware. */
  const chosen = (c: ExternCall, field: string, code: string): string => {
    const type = c.object?.args[0];
    if (typeof type !== "bigint") return code;
    const at = address(fieldOf(library.gress.forDeparser, field));
    return `S[${at}] === ${type} && ${code}`;
  };
  return {
    "Mirror.emit": {
      value: (c) => {
        const { fn, call } = c;
        const { effects, number } = packed(fn, call.args[1]?.value);
        const session = `R[${TnaReg.mirror}] = ${value(fn, argument(call, 0))} + 1`;
        const all = sequence([...effects, session, `R[${TnaReg.mirrorHeader}] = ${number}`], "0");
        return chosen(c, "mirror_type", all);
      },
    },
    "Resubmit.emit": {
      value: (c) => {
        const { effects, number } = packed(c.fn, c.call.args[0]?.value);
        const asked = `R[${TnaReg.resubmit}] = 1`;
        const all = sequence([...effects, asked, `R[${TnaReg.resubmitHeader}] = ${number}`], "0");
        return chosen(c, "resubmit_type", all);
      },
    },
    "Digest.pack": {
      value: (c) => {
        const data = argument(c.call, 0);
        const { effects, read } = snapshot(c.fn, data);
        library.digests.push({ name: c.object?.name ?? typeName(data.type), read });
        const all = sequence([...effects, `R[${TnaReg.digest}] = ${library.digests.length}`], "0");
        return chosen(c, "digest_type", all);
      },
    },
  };
}
