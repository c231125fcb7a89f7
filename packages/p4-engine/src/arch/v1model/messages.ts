/** Externs that tell somebody something: digest, log_msg, assert, assume. */

import { bool, sequence } from "../../compile/expressions.js";
import type { ExternHandler } from "../../compile/externs.js";
import type { Fn } from "../../compile/generator.js";
import { argument } from "../../compile/packets.js";
import { P4Error } from "../../errors.js";
import type { Pos } from "../../frontend/ast.js";
import { snapshot } from "../metadata.js";
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
