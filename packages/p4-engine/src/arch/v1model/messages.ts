/** Externs that tell somebody something: digest, log_msg, assert, assume. */

import { type BitField, bitFields, hasVarbit } from "../../compile/bits.js";
import { assign, scratch } from "../../compile/composites.js";
import { bool, type Effects, sequence } from "../../compile/expressions.js";
import type { ExternHandler } from "../../compile/externs.js";
import type { Fn } from "../../compile/generator.js";
import { isSigned, layoutOf } from "../../compile/layout.js";
import { argument } from "../../compile/packets.js";
import { P4Error } from "../../errors.js";
import type { Expr, Pos } from "../../frontend/ast.js";
import { ldw } from "../../runtime/helpers.js";
import type { V1modelLibrary } from "./library.js";
import { V1Reg } from "./registers.js";

export function digestExterns(library: V1modelLibrary): Readonly<Record<string, ExternHandler>> {
  const check = (what: string): ExternHandler => ({
    value: ({ fn, call }) => {
      const fail = fn.g.module.constant("fail", failure(fn, call.pos, what));
      return `${bool(fn, argument(call, 0))} || ${fail}()`;
    },
  });
  return {
    assert: check("assert"),
    assume: check("assume"),
    digest: {
      value: ({ fn, call }) => {
        const { effects, read } = snapshot(fn, argument(call, 1));
        library.digests.push({ name: library.digestName(argument(call, 1).type), read });
        return sequence([...effects, `R[${V1Reg.digest}] = ${library.digests.length}`], "0");
      },
    },
    log_msg: {
      value: ({ fn, call }) => {
        const message = argument(call, 0);
        const text = message.kind === "literal" ? String(message.value) : "";
        const data = call.args.length > 1 ? snapshot(fn, argument(call, 1)) : null;
        const log = fn.g.module.constant("log", (S: Uint32Array) => {
          if (!library.log) return;
          const values = data ? data.read(S) : [];
          let next = 0;
          library.log(
            text.replace(/\{\}/g, (hole) => (next < values.length ? String(values[next++]) : hole)),
          );
        });
        return sequence([...(data?.effects ?? []), `${log}(S)`], "0");
      },
    },
  };
}

function failure(fn: Fn, pos: Pos, what: string): () => never {
  const location = fn.g.program.locate(pos);
  return () => {
    throw new P4Error("assertion-failed", `${what} does not hold`, location);
  };
}

/** Keeps the data of a message as it is now, and reads its scalars back. */
function snapshot(fn: Fn, data: Expr): { effects: Effects; read: (S: Uint32Array) => bigint[] } {
  if (hasVarbit(data.type)) throw fn.g.unsupported(data.pos, "a varbit in a message");
  const place = scratch(fn, data.type);
  const effects = assign(fn, place, data);
  const fields = bitFields(place);
  return { effects, read: (S) => fields.map((f) => scalar(S, f)) };
}

function scalar(S: Uint32Array, { place, width }: BitField): bigint {
  const raw = ldw(S, place.off, layoutOf(place.type).size);
  return isSigned(place.type) ? BigInt.asIntN(width, raw) : BigInt.asUintN(width, raw);
}
