/** Arithmetic on values of more than 32 bits, as bigints; code is always canonical. */
import type { BinaryExpr, Expr } from "../frontend/ast.js";
import { integerOf } from "./calls.js";
import { big, bool, scalarOfPlace, value } from "./expressions.js";
import type { Fn } from "./generator.js";
import { isSigned, scalarWidth, valueClass } from "./layout.js";
import { num, shiftAmount } from "./numeric.js";

const fit = (e: Expr, code: string): string =>
  `BigInt.${isSigned(e.type) ? "asIntN" : "asUintN"}(${scalarWidth(e.type)}, ${code})`;

/** Canonical code of an expression of class "big". */
export function wide(fn: Fn, e: Expr): string {
  switch (e.kind) {
    case "literal":
      if (typeof e.value !== "bigint") throw fn.g.unsupported(e.pos, "this constant as a number");
      return e.value < 0n ? `(${e.value}n)` : `${e.value}n`;
    case "ternary":
      return `(${bool(fn, e.condition)} ? ${big(fn, e.whenTrue)} : ${big(fn, e.whenFalse)})`;
    case "slice":
      return `BigInt.asUintN(${e.hi - e.lo + 1}, ${big(fn, e.object)} >> ${e.lo}n)`;
    case "unary":
      return fit(e, `${e.op}${big(fn, e.operand)}`);
    case "cast":
      return cast(fn, e, e.operand);
    case "binary":
      return binary(fn, e);
    case "call":
      return value(fn, e);
    default:
      return scalarOfPlace(fn, e);
  }
}

/** A value of any numeric class as a bigint. */
export function asBig(fn: Fn, e: Expr): string {
  switch (valueClass(e.type)) {
    case "big":
      return big(fn, e);
    case "num":
      return e.kind === "literal" ? wide(fn, e) : `BigInt(${num(fn, e)})`;
    case "bool":
      return `(${bool(fn, e)} ? 1n : 0n)`;
    default:
      if (e.type.kind === "integer") return `${integerOf(fn, e)}n`;
      throw fn.g.unsupported(e.pos, "this operand");
  }
}

function cast(fn: Fn, e: Expr, from: Expr): string {
  const code = asBig(fn, from);
  if (valueClass(from.type) === "bool") return code;
  const width = scalarWidth(e.type);
  const fromWidth = scalarWidth(from.type);
  const same = isSigned(from.type) === isSigned(e.type);
  if (same ? width >= fromWidth : isSigned(e.type) && width > fromWidth) return code;
  return fit(e, code);
}

function binary(fn: Fn, e: BinaryExpr): string {
  const width = scalarWidth(e.type);
  const { left, right } = e;
  switch (e.op) {
    case "+":
    case "-":
    case "*":
      return fit(e, `${big(fn, left)} ${e.op} ${big(fn, right)}`);
    case "&":
    case "|":
    case "^":
      return `(${big(fn, left)} ${e.op} ${big(fn, right)})`;
    case "/":
      return `divB(${big(fn, left)}, ${big(fn, right)})`;
    case "%":
      return `modB(${big(fn, left)}, ${big(fn, right)})`;
    case "|+|":
    case "|-|": {
      const w = BigInt(width);
      const [lo, hi] = isSigned(e.type) ? [-(1n << (w - 1n)), (1n << (w - 1n)) - 1n] : [0n, (1n << w) - 1n];
      return `satB(${big(fn, left)} ${e.op[1]} ${big(fn, right)}, ${lo}n, ${hi}n)`;
    }
    case "<<":
      return fit(e, `${big(fn, left)} << ${amount(fn, right, width)}`);
    case ">>":
      return `(${big(fn, left)} >> ${amount(fn, right, width)})`;
    case "++": {
      const low = scalarWidth(right.type);
      const lowBits = isSigned(right.type) ? `BigInt.asUintN(${low}, ${asBig(fn, right)})` : asBig(fn, right);
      return fit(e, `${asBig(fn, left)} << ${low}n | ${lowBits}`);
    }
    default:
      throw fn.g.unsupported(e.pos, `operator ${e.op} on numbers`);
  }
}

function amount(fn: Fn, e: Expr, width: number): string {
  const n = shiftAmount(fn, e, width);
  if (typeof n === "number") return `${n}n`;
  return `BigInt(Math.min(${n}, ${width}))`;
}
