/** Compile-time evaluation of operators on constants (P4_16 18.1). */
import type { AggregateValue, BinaryOp, ConstValue, EnumValue } from "./ast.js";
import { MAX_WIDTH, saturate, wrap } from "./integers.js";
import { representation, type Type } from "./types.js";

/** Why an operation has no value; the caller knows where it is. */
export class FoldError extends Error {}

/** The integer in the range of the type: modulo its width; `int` is unbounded (up to a size no program needs). */
export function fit(value: bigint, type: Type): bigint {
  const t = representation(type);
  if (t.kind === "bit" || t.kind === "int") return wrap(value, t.width, t.kind === "int");
  if (value > LARGEST || value < -LARGEST)
    throw new FoldError(`the constant needs more than ${MAX_WIDTH} bits`);
  return value;
}
const LARGEST = 1n << BigInt(MAX_WIDTH);

export function foldUnary(op: "-" | "~" | "!", value: ConstValue, type: Type): ConstValue {
  if (op === "!") return !(value as boolean);
  return fit(op === "-" ? -(value as bigint) : ~(value as bigint), type);
}

/** Operands have the type `operandType` (of the left one, for shifts); comparisons and booleans give a boolean. */
export function foldBinary(
  op: BinaryOp,
  a: ConstValue,
  b: ConstValue,
  operandType: Type,
  rightType: Type,
): ConstValue {
  switch (op) {
    case "==":
      return sameValue(a, b);
    case "!=":
      return !sameValue(a, b);
    case "&&":
      return (a as boolean) && (b as boolean);
    case "||":
      return (a as boolean) || (b as boolean);
  }
  if (typeof a === "string" && typeof b === "string" && op === "++") return a + b;
  const x = a as bigint;
  const y = b as bigint;
  const t = representation(operandType);
  switch (op) {
    case "<":
      return x < y;
    case "<=":
      return x <= y;
    case ">":
      return x > y;
    case ">=":
      return x >= y;
    case "+":
      return fit(x + y, t);
    case "-":
      return fit(x - y, t);
    case "*":
      return fit(x * y, t);
    case "/":
    case "%":
      if (y === 0n) throw new FoldError("division by zero");
      if (t.kind === "integer" && (x < 0n || y < 0n))
        throw new FoldError("division of negative numbers is not defined");
      return fit(op === "/" ? x / y : x % y, t);
    case "|+|":
    case "|-|": {
      const sum = op === "|+|" ? x + y : x - y;
      return t.kind === "bit" || t.kind === "int" ? saturate(sum, t.width, t.kind === "int") : sum;
    }
    case "&":
      return fit(x & y, t);
    case "|":
      return fit(x | y, t);
    case "^":
      return fit(x ^ y, t);
    case "<<":
    case ">>":
      return shift(op, x, y, t);
    case "++": {
      const right = representation(rightType);
      const width = right.kind === "bit" || right.kind === "int" ? right.width : 0;
      const left = t.kind === "bit" || t.kind === "int" ? t.width : 0;
      const joined = (BigInt.asUintN(left, x) << BigInt(width)) | BigInt.asUintN(width, y);
      return t.kind === "int" ? BigInt.asIntN(left + width, joined) : joined;
    }
  }
}

function shift(op: "<<" | ">>", x: bigint, amount: bigint, t: Type): bigint {
  if (amount < 0n) throw new FoldError("shift by a negative amount");
  if (op === ">>") return amount > BigInt(MAX_WIDTH) ? (x < 0n ? -1n : 0n) : x >> amount;
  if (t.kind === "bit" || t.kind === "int") return amount >= BigInt(t.width) ? 0n : fit(x << amount, t);
  if (amount > BigInt(MAX_WIDTH)) throw new FoldError(`the constant needs more than ${MAX_WIDTH} bits`);
  return fit(x << amount, t);
}

export function sameValue(a: ConstValue, b: ConstValue): boolean {
  if (typeof a !== "object" || typeof b !== "object") return a === b;
  if (a.kind !== b.kind) return false;
  switch (a.kind) {
    case "aggregate": {
      const other = b as AggregateValue;
      return (
        a.fields.length === other.fields.length && a.fields.every((f, i) => sameValue(f, other.fields[i]!))
      );
    }
    case "enum":
      return a.index === (b as EnumValue).index && a.type === (b as EnumValue).type;
    case "error":
    case "matchKind":
      return a.name === (b as { name: string }).name;
    case "invalid":
      return true;
  }
}

/** A constant converted to another type, as by a cast the types allow. */
export function foldCast(value: ConstValue, to: Type): ConstValue {
  const t = representation(to);
  if (typeof value === "bigint") {
    if (t.kind === "bool") return value !== 0n;
    if (t.kind === "bit" || t.kind === "int" || t.kind === "integer") return fit(value, t);
  }
  if (typeof value === "boolean" && (t.kind === "bit" || t.kind === "int")) return value ? 1n : 0n;
  if (typeof value === "object" && (value.kind === "aggregate" || value.kind === "invalid")) {
    return { ...value, type: to };
  }
  return value;
}
