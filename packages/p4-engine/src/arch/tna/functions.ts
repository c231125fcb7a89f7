/** Functions of tna that only compute: hashes, random numbers, min and max, shifts, sizes. */

import { integerOf } from "../../compile/calls.js";
import { sequence, value } from "../../compile/expressions.js";
import type { ExternCall, ExternHandler } from "../../compile/externs.js";
import type { Fn } from "../../compile/generator.js";
import { hashInput } from "../../compile/hash-input.js";
import { isSigned, scalarWidth, valueClass } from "../../compile/layout.js";
import { lvalue } from "../../compile/lvalues.js";
import { normalise } from "../../compile/numeric.js";
import { argument } from "../../compile/packets.js";
import { asBig } from "../../compile/wide.js";
import type { Expr } from "../../frontend/ast.js";
import { type Type, widthBits } from "../../frontend/types.js";
import type { TnaLibrary } from "./library.js";
import { NO_PORT } from "./registers.js";

export function functionExterns(library: TnaLibrary): Readonly<Record<string, ExternHandler>> {
  const size = (unit: number): ExternHandler => ({
    value: ({ call }) => String(Math.ceil(widthBits(argument(call, 0).type) / unit)),
  });
  return {
    max: { value: (c) => extreme(c, ">") },
    min: { value: (c) => extreme(c, "<") },
    sizeInBits: size(1),
    sizeInBytes: size(8),
    funnel_shift_right: { value: funnel },
    invalidate: { value: invalidate },
    "Hash.get": {
      value: ({ fn, call, object }) => {
        if (!object) throw fn.g.unsupported(call.pos, "this hash");
        const f = fn.g.module.constant("hash", library.hash(fn.g, object));
        const { effects, buffer } = hashInput(fn, argument(call, 0));
        const wide = valueClass(call.type) === "big";
        return sequence(effects, ofType(`${f}.${wide ? "wide" : "hash"}(${buffer})`, call.type));
      },
    },
    "Random.get": {
      value: ({ fn, call }) => {
        const r = fn.g.module.constant("random", library.random);
        const width = scalarWidth(call.type);
        return ofType(`${r}.${valueClass(call.type) === "big" ? "wide" : "bits"}(${width})`, call.type);
      },
    },
    "RegisterParam.read": {
      value: ({ fn, call, object }) => {
        const initial = object?.args[0];
        if (typeof initial !== "bigint") throw fn.g.unsupported(call.pos, "this register parameter");
        return valueClass(call.type) === "big" ? `${initial}n` : `(${initial})`;
      },
    },
  };
}

/** A number of enough bits as a value of a type. */
export function ofType(code: string, type: Type): string {
  const width = scalarWidth(type);
  switch (valueClass(type)) {
    case "bool":
      return `(${code} !== 0)`;
    case "big":
      return `BigInt.${isSigned(type) ? "asIntN" : "asUintN"}(${width}, ${code})`;
    default:
      return normalise(code, width, isSigned(type));
  }
}

function extreme({ fn, call }: ExternCall, relation: string): string {
  const [a, b] = [fn.local("x"), fn.local("y")];
  const [left, right] = [value(fn, argument(call, 0)), value(fn, argument(call, 1))];
  return `(${a} = ${left}, ${b} = ${right}, ${a} ${relation} ${b} ? ${a} : ${b})`;
}

/** The low bits of src1 ++ src2, shifted right. */
function funnel({ fn, call }: ExternCall): string {
  const [target, high, low, amount] = [0, 1, 2, 3].map((i) => argument(call, i));
  const width = scalarWidth(target.type);
  const n = integerOf(fn, amount);
  const unsigned = (e: Expr) => `BigInt.asUintN(${width}, ${asBig(fn, e)})`;
  const joined = `(${unsigned(high)} << ${width}n | ${unsigned(low)}) >> ${n}n`;
  const fitted = `BigInt.${isSigned(target.type) ? "asIntN" : "asUintN"}(${width}, ${joined})`;
  const to = lvalue(fn, target);
  const code = valueClass(target.type) === "big" ? fitted : `Number(${fitted})`;
  return sequence([...to.effects, ...to.store(code)], "0");
}

/** A field of intrinsic metadata goes back to what says nothing. */
function invalidate({ fn, call }: ExternCall): string {
  const field = argument(call, 0);
  const c = valueClass(field.type);
  if (c === "slots" || c === "none") throw fn.g.unsupported(call.pos, "invalidating this");
  const port = field.kind === "member" && field.field.name === "ucast_egress_port";
  const to = lvalue(fn, field);
  const none = c === "big" ? "0n" : c === "bool" ? "false" : port ? String(NO_PORT) : "0";
  return sequence([...to.effects, ...to.store(none)], "0");
}

/** Code of an array index as a number; what is far outside stays outside. */
export function indexCode(fn: Fn, e: Expr): string {
  return valueClass(e.type) === "big" ? `shiftB(${value(fn, e)}, 4294967295)` : value(fn, e);
}
