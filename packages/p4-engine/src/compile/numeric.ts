/**
 * Arithmetic on values of at most 32 bits, as JavaScript numbers.
 *
 * Two forms of code: *canonical* code yields the value itself (bit<W>: 0 .. 2^W - 1, int<W>: signed); *raw*
 * code yields a number of magnitude below 2^53 that is right in its low 32 bits, or low W bits where noted, so
 * that a chain of additions is normalised once, and not at all where the result is stored in a slot.
 */
import type { BinaryExpr, CastExpr, Expr, SliceExpr, TernaryExpr, UnaryExpr } from "../frontend/ast.js";
import { integerOf } from "./calls.js";
import { big, bool, builtinCall, scalarOfPlace, value } from "./expressions.js";
import type { Fn } from "./generator.js";
import { isSigned, scalarWidth, valueClass } from "./layout.js";
import { sliceOfPlace } from "./slices.js";

const mask = (width: number): number => (width >= 32 ? -1 : (1 << width) - 1);

/** Canonical code of what is right in its low `width` bits. */
export function normalise(raw: string, width: number, signed: boolean): string {
  if (width === 0) return `(${raw}, 0)`;
  if (signed) return width === 32 ? `(${raw} | 0)` : `(${raw} << ${32 - width} >> ${32 - width})`;
  return width === 32 ? `(${raw} >>> 0)` : `(${raw} & ${mask(width)})`;
}

const fit = (e: Expr, raw: string): string => normalise(raw, scalarWidth(e.type), isSigned(e.type));

/** Canonical code of an expression of class "num". */
export function num(fn: Fn, e: Expr): string {
  switch (e.kind) {
    case "unary":
    case "binary":
    case "cast":
    case "slice":
    case "ternary":
      return compound(fn, e, false);
    default:
      return leaf(fn, e);
  }
}

/** Raw code: right in the low bits of the expression's own width. */
export function raw(fn: Fn, e: Expr): string {
  switch (e.kind) {
    case "unary":
    case "binary":
    case "cast":
    case "slice":
    case "ternary":
      return compound(fn, e, true);
    default:
      return leaf(fn, e);
  }
}

function leaf(fn: Fn, e: Expr): string {
  switch (e.kind) {
    case "literal": {
      const v = e.value;
      if (typeof v === "bigint") return v < 0n ? `(${v})` : String(v);
      if (typeof v === "object" && (v.kind === "enum" || v.kind === "error")) return String(v.index);
      throw fn.g.unsupported(e.pos, "this constant as a number");
    }
    case "builtin":
      return `(${builtinCall(fn, e)} ? 1 : 0)`;
    case "call":
      return value(fn, e);
    default:
      return scalarOfPlace(fn, e);
  }
}

type Compound = UnaryExpr | BinaryExpr | CastExpr | SliceExpr | TernaryExpr;

function compound(fn: Fn, e: Compound, rawWanted: boolean): string {
  const width = scalarWidth(e.type);
  const finish = (code: string): string => (rawWanted ? code : fit(e, code));
  switch (e.kind) {
    case "ternary": {
      const part = rawWanted ? raw : num;
      return `(${bool(fn, e.condition)} ? ${part(fn, e.whenTrue)} : ${part(fn, e.whenFalse)})`;
    }
    case "slice":
      return slice(fn, e);
    case "cast":
      return cast(fn, e, rawWanted);
    case "unary": {
      if (e.op === "-") return finish(`(-${raw(fn, e.operand)} | 0)`);
      // The complement of a signed canonical value is canonical.
      const operand = isSigned(e.type) ? num(fn, e.operand) : raw(fn, e.operand);
      return isSigned(e.type) ? `(~${operand})` : finish(`(~${operand})`);
    }
    default:
      return binary(fn, e, width, rawWanted, finish);
  }
}

function binary(
  fn: Fn,
  e: BinaryExpr,
  width: number,
  rawWanted: boolean,
  finish: (code: string) => string,
): string {
  const signed = isSigned(e.type);
  const { left, right } = e;
  switch (e.op) {
    case "+":
    case "-":
      return finish(`(${raw(fn, left)} ${e.op} ${raw(fn, right)} | 0)`);
    case "*":
      return finish(`Math.imul(${raw(fn, left)}, ${raw(fn, right)})`);
    case "&":
    case "|":
    case "^": {
      if (rawWanted) return `(${raw(fn, left)} ${e.op} ${raw(fn, right)})`;
      const code = `(${num(fn, left)} ${e.op} ${num(fn, right)})`;
      // Of canonical operands the result is canonical, but for the sign JavaScript gives to bit 31.
      return signed || width < 32 ? code : `(${code} >>> 0)`;
    }
    case "/":
      return `divN(${num(fn, left)}, ${num(fn, right)})`;
    case "%":
      return `modN(${num(fn, left)}, ${num(fn, right)})`;
    case "|+|":
    case "|-|": {
      const [lo, hi] = signed ? [-(2 ** (width - 1)), 2 ** (width - 1) - 1] : [0, 2 ** width - 1];
      return `satN(${num(fn, left)} ${e.op[1]} ${num(fn, right)}, ${lo}, ${hi})`;
    }
    case "<<":
      return shiftLeft(fn, e, width, finish);
    case ">>":
      return shiftRight(fn, e, width, signed);
    case "++": {
      const low = scalarWidth(right.type);
      if (low === 0) return num(fn, left);
      if (scalarWidth(left.type) === 0) return num(fn, right);
      const lowBits = isSigned(right.type) ? normalise(num(fn, right), low, false) : num(fn, right);
      return finish(`(${raw(fn, left)} << ${low} | ${lowBits})`);
    }
    default:
      throw fn.g.unsupported(e.pos, `operator ${e.op} on numbers`);
  }
}

/** The amount of a shift: a constant, or code of a number, with amounts beyond 32 bits brought down to `limit`. */
export function shiftAmount(fn: Fn, e: Expr, limit: number): number | string {
  if (e.kind === "literal" && typeof e.value === "bigint") {
    return e.value > BigInt(limit) ? limit : Number(e.value);
  }
  return valueClass(e.type) === "big" ? `shiftB(${big(fn, e)}, ${limit})` : num(fn, e);
}

function shiftLeft(fn: Fn, e: BinaryExpr, width: number, finish: (code: string) => string): string {
  const n = shiftAmount(fn, e.right, 32);
  if (typeof n === "number")
    return n >= width ? `(${raw(fn, e.left)}, 0)` : finish(`(${raw(fn, e.left)} << ${n})`);
  return finish(`shl(${raw(fn, e.left)}, ${n})`);
}

function shiftRight(fn: Fn, e: BinaryExpr, width: number, signed: boolean): string {
  const left = num(fn, e.left);
  const n = shiftAmount(fn, e.right, 32);
  if (typeof n !== "number") return `${signed ? "sar" : "shr"}(${left}, ${n})`;
  if (signed) return `(${left} >> ${Math.min(n, 31)})`;
  return n >= width ? `(${left}, 0)` : `(${left} >>> ${n})`;
}

function slice(fn: Fn, e: SliceExpr): string {
  const width = e.hi - e.lo + 1;
  const words = sliceOfPlace(fn, e);
  if (words !== null) return words;
  if (valueClass(e.object.type) === "big") {
    return `Number(BigInt.asUintN(${width}, ${big(fn, e.object)} >> ${e.lo}n))`;
  }
  const object = raw(fn, e.object);
  const shifted = e.lo === 0 ? object : `(${object} >>> ${e.lo})`;
  return normalise(shifted, width, false);
}

function cast(fn: Fn, e: CastExpr, rawWanted: boolean): string {
  const from = e.operand;
  const width = scalarWidth(e.type);
  switch (valueClass(from.type)) {
    case "bool":
      return `(${bool(fn, from)} ? 1 : 0)`;
    case "big": {
      const low = sliceOfPlace(fn, {
        kind: "slice",
        pos: e.pos,
        type: e.type,
        object: from,
        hi: width - 1,
        lo: 0,
      });
      const code = low ?? `Number(BigInt.asUintN(${width}, ${big(fn, from)}))`;
      return isSigned(e.type) ? fit(e, code) : code;
    }
    case "num": {
      const fromWidth = scalarWidth(from.type);
      if (width > fromWidth) {
        // Widening keeps the value; only from int to bit does the sign have to be brought in range.
        const code = num(fn, from);
        return isSigned(from.type) && !isSigned(e.type) && !rawWanted ? fit(e, code) : code;
      }
      if (width === fromWidth && isSigned(from.type) === isSigned(e.type)) {
        return rawWanted ? raw(fn, from) : num(fn, from);
      }
      const code = raw(fn, from);
      return rawWanted ? code : fit(e, code);
    }
    default: {
      if (from.type.kind !== "integer") throw fn.g.unsupported(e.pos, "this cast to a number");
      const number = BigInt.asUintN(width, integerOf(fn, from));
      const known = isSigned(e.type) ? BigInt.asIntN(width, number) : number;
      return leaf(fn, { kind: "literal", pos: e.pos, type: e.type, value: known });
    }
  }
}
