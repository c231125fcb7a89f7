/** Binary operators: what they apply to, and of what type they are (P4_16 8.5 to 8.10). */
import type { BinaryOp, Expr, Pos } from "./ast.js";
import { folded } from "./check-expressions.js";
import { coerce, convert, initialiserItems, literal } from "./coerce.js";
import type { Context } from "./context.js";
import { foldBinary } from "./fold.js";
import { BOOL, bitType, intType, representation, type Type, typeName } from "./types.js";

export function binaryExpr(cx: Context, op: BinaryOp, left: Expr, right: Expr, pos: Pos): Expr {
  const mismatch = () =>
    cx.error(
      "type-mismatch",
      `'${op}' does not apply to ${typeName(left.type)} and ${typeName(right.type)}`,
      pos,
    );
  switch (op) {
    case "&&":
    case "||":
      left = coerce(cx, left, BOOL, `the left side of '${op}'`);
      right = coerce(cx, right, BOOL, `the right side of '${op}'`);
      // The constant side decides, or leaves the other; an effect on the right is only dropped when never reached.
      if (left.kind === "literal") return left.value === (op === "&&") ? right : { ...left, pos };
      return { kind: "binary", pos, type: BOOL, op, left, right };
    case "<<":
    case ">>":
      return shiftExpr(cx, op, left, right, pos);
    case "++":
      return concatenation(cx, left, right, pos);
  }
  const pair = unify(cx, left, right, op === "==" || op === "!=");
  if (!pair) throw mismatch();
  [left, right] = pair;
  const t = representation(left.type);
  const isNumber = t.kind === "bit" || t.kind === "int" || t.kind === "integer";
  if (op === "==" || op === "!=") {
    if (!isComparable(t)) throw mismatch();
  } else if (!isNumber) {
    throw mismatch();
  }
  const comparison = op === "==" || op === "!=" || op === "<" || op === "<=" || op === ">" || op === ">=";
  if ((op === "|+|" || op === "|-|") && t.kind === "integer") throw mismatch();
  if ((op === "/" || op === "%") && right.kind === "literal" && right.value === 0n) {
    throw cx.error("bad-constant", "division by zero", pos);
  }
  const type = comparison ? BOOL : left.type;
  return finish(cx, op, left, right, type, pos);
}

function finish(cx: Context, op: BinaryOp, left: Expr, right: Expr, type: Type, pos: Pos): Expr {
  if (left.kind === "literal" && right.kind === "literal") {
    const value = folded(cx, pos, () => foldBinary(op, left.value, right.value, left.type, right.type));
    return literal(pos, type, value);
  }
  return { kind: "binary", pos, type, op, left, right };
}

/** Both operands in one type: that of the definite one. */
function unify(cx: Context, left: Expr, right: Expr, equality: boolean): [Expr, Expr] | null {
  if (left.type === right.type) {
    // Arithmetic on enum values is arithmetic on their numbers.
    if (left.type.kind === "serEnum" && !equality) {
      return [coerce(cx, left, left.type.underlying), coerce(cx, right, left.type.underlying)];
    }
    return [left, right];
  }
  if (left.type.kind === "serEnum" && right.type.kind !== "unknown") {
    return unify(cx, coerce(cx, left, left.type.underlying), right, equality);
  }
  if (right.type.kind === "serEnum" && left.type.kind !== "unknown") {
    return unify(cx, left, coerce(cx, right, right.type.underlying), equality);
  }
  const vague = (e: Expr) =>
    e.type.kind === "integer" || e.type.kind === "unknown" || initialiserItems(e) !== null;
  if (vague(right) && !(vague(left) && right.type.kind !== "unknown" && left.type.kind === "unknown")) {
    const converted = convert(cx, right, left.type);
    if (converted) return [left, converted];
  }
  const converted = convert(cx, left, right.type);
  if (converted) return [converted, right];
  const other = convert(cx, right, left.type);
  return other ? [left, other] : null;
}

function isComparable(t: Type): boolean {
  switch (t.kind) {
    case "bit":
    case "int":
    case "integer":
    case "bool":
    case "enum":
    case "error":
    case "varbit":
    case "string":
    case "matchKind":
      return true;
    case "header":
    case "struct":
    case "union":
    case "tuple":
      return t.fields.every((f) => isComparable(representation(f.type)));
    case "stack":
      return isComparable(representation(t.element));
    default:
      return false;
  }
}

function shiftExpr(cx: Context, op: "<<" | ">>", left: Expr, right: Expr, pos: Pos): Expr {
  if (left.type.kind === "serEnum") left = coerce(cx, left, left.type.underlying);
  if (right.type.kind === "serEnum") right = coerce(cx, right, right.type.underlying);
  const a = representation(left.type);
  const b = representation(right.type);
  const amount = right.kind === "literal" && typeof right.value === "bigint" ? right.value : null;
  if (amount !== null && amount < 0n) throw cx.error("bad-constant", "shift by a negative amount", right.pos);
  const left_ok = a.kind === "bit" || a.kind === "int" || a.kind === "integer";
  // A signed amount is legal only as a constant that is not negative.
  const right_ok = b.kind === "bit" || b.kind === "integer" || (b.kind === "int" && amount !== null);
  if (!left_ok || !right_ok) {
    throw cx.error(
      "type-mismatch",
      `'${op}' does not apply to ${typeName(left.type)} and ${typeName(right.type)}`,
      pos,
    );
  }
  if (a.kind === "integer" && left.kind === "literal" && right.kind !== "literal" && b.kind !== "integer") {
    throw cx.error(
      "type-mismatch",
      "the width of the shifted constant is not known; write it as 32w1",
      left.pos,
    );
  }
  return finish(cx, op, left, right, left.type, pos);
}

function concatenation(cx: Context, left: Expr, right: Expr, pos: Pos): Expr {
  if (left.type.kind === "serEnum") left = coerce(cx, left, left.type.underlying);
  if (right.type.kind === "serEnum") right = coerce(cx, right, right.type.underlying);
  const a = representation(left.type);
  const b = representation(right.type);
  if (a.kind === "string" && b.kind === "string") return finish(cx, "++", left, right, left.type, pos);
  if ((a.kind !== "bit" && a.kind !== "int") || (b.kind !== "bit" && b.kind !== "int")) {
    throw cx.error(
      "type-mismatch",
      `'++' does not apply to ${typeName(left.type)} and ${typeName(right.type)}`,
      pos,
    );
  }
  const width = a.width + b.width;
  if (width > 65536) throw cx.error("bad-width", `a value of ${width} bits is too wide`, pos);
  return finish(cx, "++", left, right, a.kind === "bit" ? bitType(width) : intType(width), pos);
}
