/** Expressions (P4_16 8): names resolved, types found, constants folded. */
import type { BinaryOp, ConstValue, Expr, Pos } from "./ast.js";
import { checkCall } from "./check-calls.js";
import { binaryExpr } from "./check-operators.js";
import { resolveType } from "./check-types.js";
import { aggregate, coerce, explicitCast, fieldsOf, initialiserItems, literal } from "./coerce.js";
import type { Context } from "./context.js";
import { FoldError, foldUnary } from "./fold.js";
import { describeSym, type Scope, type Sym } from "./scope.js";
import type { SExpr, SMember, SName } from "./syntax.js";
import {
  BOOL,
  bitType,
  ERROR,
  type Field,
  freshTypeId,
  INTEGER,
  intType,
  MATCH_KIND,
  type RecordType,
  representation,
  STRING,
  type Type,
  typeName,
  UNKNOWN,
  widthBits,
} from "./types.js";

/** Checks an expression. Initialisers get their final type from `coerce`. */
export function checkExpr(cx: Context, s: SExpr, scope: Scope): Expr {
  switch (s.kind) {
    case "int":
      return literal(
        s.pos,
        s.width === null ? INTEGER : s.signed ? intType(s.width) : bitType(s.width),
        s.value,
      );
    case "bool":
      return literal(s.pos, BOOL, s.value);
    case "string":
      return literal(s.pos, STRING, s.value);
    case "error": {
      const index = cx.errorIndex.get(s.name);
      if (index === undefined) throw cx.error("unknown-name", `error '${s.name}' is not declared`, s.pos);
      return literal(s.pos, ERROR, { kind: "error", index, name: s.name });
    }
    case "name":
      return nameExpr(cx, s, scope);
    case "this":
      if (!cx.body.self)
        throw cx.error("bad-this", "'this' is only known in the methods of an instance", s.pos);
      return { kind: "this", pos: s.pos, type: cx.body.self };
    case "member":
      return memberExpr(cx, s, scope);
    case "index":
      return indexExpr(cx, s, scope);
    case "slice": {
      const object = checkExpr(cx, s.object, scope);
      const hi = constantNumber(cx, s.hi, scope, "a slice's bound");
      const lo = constantNumber(cx, s.lo, scope, "a slice's bound");
      return sliceExpr(cx, object, hi, lo, s.pos);
    }
    case "plusSlice": {
      const object = checkExpr(cx, s.object, scope);
      const width = constantNumber(cx, s.width, scope, "a slice's width");
      const base = checkExpr(cx, s.base, scope);
      if (base.kind === "literal" && typeof base.value === "bigint") {
        const lo = constantNumber(cx, s.base, scope, "a slice's bound");
        return sliceExpr(cx, object, lo + width - 1, lo, s.pos);
      }
      return sliceExpr(cx, binaryExpr(cx, ">>", object, base, s.pos), width - 1, 0, s.pos);
    }
    case "unary":
      return unaryExpr(cx, s, scope);
    case "binary":
      return binaryChain(cx, s, scope);
    case "ternary":
      return ternaryExpr(cx, s, scope);
    case "cast": {
      const to = resolveType(cx, s.type, scope);
      return explicitCast(cx, checkExpr(cx, s.operand, scope), to, s.pos);
    }
    case "list": {
      const items = s.items.map((item) => checkExpr(cx, item, scope));
      return initialiser(cx, s.pos, cx.types.tuple(items.map((i) => i.type)), items, s.rest);
    }
    case "struct":
      return structExpr(cx, s, scope);
    case "invalid":
      return literal(s.pos, UNKNOWN, { kind: "invalid", type: UNKNOWN });
    case "default": {
      const e = literal(s.pos, UNKNOWN, { kind: "invalid", type: UNKNOWN });
      cx.defaults.add(e);
      return e;
    }
    case "call":
      return checkCall(cx, s, scope);
    case "type":
      throw cx.error("not-a-value", "a type is not a value", s.pos);
  }
}

/** Checked, converted to the type. */
export const checkAs = (cx: Context, s: SExpr, scope: Scope, type: Type, what?: string): Expr =>
  coerce(cx, checkExpr(cx, s, scope), type, what);

/** The compile-time value of an integer expression, as a number. */
export function constantNumber(cx: Context, s: SExpr, scope: Scope, what: string): number {
  const e = checkExpr(cx, s, scope);
  if (e.kind !== "literal") {
    throw cx.error("not-compile-time", `${what} must be known at compile time`, s.pos);
  }
  if (typeof e.value !== "bigint") {
    throw cx.error("type-mismatch", `${what} must be an integer, not ${typeName(e.type)}`, s.pos);
  }
  if (e.value > BigInt(Number.MAX_SAFE_INTEGER) || e.value < -BigInt(Number.MAX_SAFE_INTEGER)) {
    throw cx.error("bad-constant", `${what} is too large`, s.pos);
  }
  return Number(e.value);
}

// ---- Names and members ----

export function findName(cx: Context, s: SName, scope: Scope): Sym {
  const sym = (s.global ? cx.global : scope).find(s.name);
  if (!sym) throw cx.error("unknown-name", `'${s.name}' is not declared`, s.pos);
  return sym;
}

function nameExpr(cx: Context, s: SName, scope: Scope): Expr {
  const { pos } = s;
  // Match kinds are names of the weakest kind: any declaration hides them.
  if (cx.matchKinds.has(s.name) && !scope.find(s.name)) {
    return literal(pos, MATCH_KIND, { kind: "matchKind", name: s.name });
  }
  const sym = findName(cx, s, scope);
  switch (sym.kind) {
    case "const":
      return literal(pos, sym.type, sym.value);
    case "alias":
      return { ...sym.expr, pos };
    case "variable":
      return { kind: "variable", pos, type: sym.decl.type, decl: sym.decl };
    case "param":
      return { kind: "param", pos, type: sym.decl.type, decl: sym.decl };
    case "ctorParam":
      return { kind: "ctorParam", pos, type: sym.decl.type, decl: sym.decl };
    case "instance":
      return { kind: "instance", pos, type: sym.decl.type, decl: sym.decl };
    case "functions":
    case "action":
    case "table":
      throw cx.error("not-a-value", `'${s.name}' is ${describeSym(sym)}, which can only be called here`, pos);
    default:
      throw cx.error("not-a-value", `'${s.name}' is ${describeSym(sym)}, not a value`, pos);
  }
}

/** The type a name or specialised type stands for, if it does. */
export function typeOfName(cx: Context, s: SExpr, scope: Scope): Type | null {
  if (s.kind === "type") return resolveType(cx, s.type, scope);
  if (s.kind !== "name") return null;
  const sym = (s.global ? cx.global : scope).find(s.name);
  return sym?.kind === "type" ? sym.type : null;
}

function memberExpr(cx: Context, s: SMember, scope: Scope): Expr {
  const type = typeOfName(cx, s.object, scope);
  if (type) return typeMember(cx, type, s);
  const applied = tableResult(cx, s, scope);
  if (applied) return applied;
  const object = checkExpr(cx, s.object, scope);
  return fieldExpr(cx, object, s);
}

/** `E.member` */
function typeMember(cx: Context, type: Type, s: SMember): Expr {
  if (type.kind === "enum") {
    const index = type.members.indexOf(s.name);
    if (index >= 0) return literal(s.pos, type, { kind: "enum", type, index, name: s.name });
  }
  if (type.kind === "serEnum") {
    const member = type.members.find((m) => m.name === s.name);
    if (member) return literal(s.pos, type, member.value);
  }
  throw cx.error("unknown-member", `type ${typeName(type)} has no member '${s.name}'`, s.pos);
}

/** `t.apply().hit` and `.miss`. */
function tableResult(cx: Context, s: SMember, scope: Scope): Expr | null {
  if (s.object.kind !== "call") return null;
  const call = checkCall(cx, s.object, scope);
  if (call.kind !== "tableApply") return fieldExpr(cx, call, s);
  if (s.name === "hit" || s.name === "miss") return { ...call, type: BOOL, result: s.name };
  if (s.name === "action_run") {
    throw cx.error("bad-action-run", "'action_run' can only be the expression of a switch", s.pos);
  }
  throw cx.error("unknown-member", `the result of a table's application has no member '${s.name}'`, s.pos);
}

function fieldExpr(cx: Context, object: Expr, s: SMember): Expr {
  const t = representation(object.type);
  const { pos, name } = s;
  switch (t.kind) {
    case "header":
    case "struct":
    case "union": {
      const field = t.fieldByName.get(name);
      if (field) return memberOf(pos, object, field);
      break;
    }
    case "stack":
      if (name === "size") return literal(pos, INTEGER, BigInt(t.size));
      if (name === "lastIndex") {
        inParser(cx, name, pos);
        return { kind: "stackElement", pos, type: bitType(32), object, which: name };
      }
      if (name === "next" || name === "last") {
        inParser(cx, name, pos);
        return { kind: "stackElement", pos, type: t.element, object, which: name };
      }
      break;
  }
  throw cx.error("unknown-member", `${typeName(object.type)} has no member '${name}'`, pos);
}

export function memberOf(pos: Pos, object: Expr, field: Field): Expr {
  if (object.kind === "literal" && typeof object.value === "object" && object.value.kind === "aggregate") {
    return literal(pos, field.type, object.value.fields[field.index]!);
  }
  return { kind: "member", pos, type: field.type, object, field };
}

function inParser(cx: Context, name: string, pos: Pos): void {
  if (cx.body.kind !== "parser")
    throw cx.error("not-in-parser", `'${name}' can only be used in a parser`, pos);
}

function indexExpr(cx: Context, s: Extract<SExpr, { kind: "index" }>, scope: Scope): Expr {
  const object = checkExpr(cx, s.object, scope);
  const index = checkExpr(cx, s.index, scope);
  const t = representation(object.type);
  const at = representation(index.type);
  const constant = index.kind === "literal" && typeof index.value === "bigint" ? index.value : null;
  const outside = (size: number) =>
    constant !== null && (constant < 0n || constant >= BigInt(size))
      ? cx.error("index-out-of-bounds", `index ${constant} is outside 0 to ${size - 1}`, s.index.pos)
      : null;
  if (t.kind === "tuple") {
    if (constant === null) {
      throw cx.error("not-compile-time", "a tuple's index must be known at compile time", s.index.pos);
    }
    const problem = outside(t.fields.length);
    if (problem) throw problem;
    return memberOf(s.pos, object, t.fields[Number(constant)]!);
  }
  if (t.kind !== "stack") throw cx.error("not-indexable", `${typeName(object.type)} has no elements`, s.pos);
  if (at.kind !== "bit" && at.kind !== "int" && at.kind !== "integer") {
    throw cx.error("type-mismatch", `an index must be an integer, not ${typeName(index.type)}`, s.index.pos);
  }
  const problem = outside(t.size);
  if (problem) throw problem;
  const items = constant === null ? null : object.kind === "literal" ? initialiserItems(object) : null;
  if (items) return { ...items[Number(constant)]!, pos: s.pos };
  return { kind: "index", pos: s.pos, type: t.element, object, index };
}

function sliceExpr(cx: Context, object: Expr, hi: number, lo: number, pos: Pos): Expr {
  const t = representation(object.type);
  if (t.kind !== "bit" && t.kind !== "int" && !(t.kind === "integer" && object.kind === "literal")) {
    throw cx.error("type-mismatch", `${typeName(object.type)} has no bits to slice`, pos);
  }
  const width = t.kind === "integer" ? Number.MAX_SAFE_INTEGER : widthBits(t);
  if (lo < 0 || hi < lo || hi >= width || hi - lo >= 65536) {
    throw cx.error("bad-slice", `[${hi}:${lo}] is not a slice of ${typeName(object.type)}`, pos);
  }
  const type = bitType(hi - lo + 1);
  if (object.kind === "literal") {
    return literal(pos, type, BigInt.asUintN(hi - lo + 1, (object.value as bigint) >> BigInt(lo)));
  }
  return { kind: "slice", pos, type, object, hi, lo };
}

// ---- Operators ----

function unaryExpr(cx: Context, s: Extract<SExpr, { kind: "unary" }>, scope: Scope): Expr {
  let operand = checkExpr(cx, s.operand, scope);
  const { pos } = s;
  if (operand.type.kind === "serEnum") operand = coerce(cx, operand, operand.type.underlying);
  const t = representation(operand.type);
  const op = s.op as "-" | "~" | "!" | "+";
  const legal =
    op === "!"
      ? t.kind === "bool"
      : t.kind === "bit" || t.kind === "int" || (t.kind === "integer" && op !== "~");
  if (!legal) throw cx.error("type-mismatch", `'${op}' does not apply to ${typeName(operand.type)}`, pos);
  if (op === "+") return operand;
  if (operand.kind === "literal") {
    return literal(
      pos,
      operand.type,
      folded(cx, pos, () => foldUnary(op, (operand as { value: ConstValue }).value, t)),
    );
  }
  return { kind: "unary", pos, type: operand.type, op, operand };
}

/** Runs a computation on constants; what has no value is an error at `pos`. */
export function folded<T>(cx: Context, pos: Pos, compute: () => T): T {
  try {
    return compute();
  } catch (problem) {
    if (problem instanceof FoldError) throw cx.error("bad-constant", problem.message, pos);
    throw problem;
  }
}

/** Operators of one chain, `a + b + c`, are checked from the left without recursion. */
function binaryChain(cx: Context, s: Extract<SExpr, { kind: "binary" }>, scope: Scope): Expr {
  const chain = [s];
  let leftmost: SExpr = s.left;
  while (leftmost.kind === "binary") {
    chain.push(leftmost);
    leftmost = leftmost.left;
  }
  let left = checkExpr(cx, leftmost, scope);
  for (let i = chain.length - 1; i >= 0; i--) {
    const node = chain[i]!;
    left = binaryExpr(cx, node.op as BinaryOp, left, checkExpr(cx, node.right, scope), node.pos);
  }
  return left;
}

function ternaryExpr(cx: Context, s: Extract<SExpr, { kind: "ternary" }>, scope: Scope): Expr {
  const condition = checkAs(cx, s.condition, scope, BOOL, "the condition");
  let whenTrue = checkExpr(cx, s.whenTrue, scope);
  let whenFalse = checkExpr(cx, s.whenFalse, scope);
  if (whenTrue.type !== whenFalse.type) {
    if (whenTrue.type.kind === "integer" || initialiserItems(whenTrue) || whenTrue.type.kind === "unknown") {
      whenTrue = coerce(cx, whenTrue, whenFalse.type, "the first branch");
    } else if (whenTrue.type.kind === "serEnum" && whenTrue.type.underlying === whenFalse.type) {
      whenTrue = coerce(cx, whenTrue, whenFalse.type);
    } else {
      whenFalse = coerce(cx, whenFalse, whenTrue.type, "the second branch");
    }
  }
  if (condition.kind === "literal") return condition.value === true ? whenTrue : whenFalse;
  return { kind: "ternary", pos: s.pos, type: whenTrue.type, condition, whenTrue, whenFalse };
}

/** `{a = 1, b = 2}`: an anonymous struct until a context shapes it. */
function structExpr(cx: Context, s: Extract<SExpr, { kind: "struct" }>, scope: Scope): Expr {
  const fields: Field[] = [];
  const fieldByName = new Map<string, Field>();
  const items: Expr[] = [];
  for (const item of s.items) {
    if (fieldByName.has(item.name)) {
      throw cx.error("duplicate-name", `'${item.name}' is initialised twice`, item.pos);
    }
    const value = checkExpr(cx, item.value, scope);
    const field: Field = { name: item.name, type: value.type, index: fields.length, annotations: [] };
    fields.push(field);
    fieldByName.set(item.name, field);
    items.push(value);
  }
  const name = `struct { ${fields.map((f) => f.name).join(", ")} }`;
  const type: RecordType = { kind: "struct", id: freshTypeId(), name, fields, fieldByName, annotations: [] };
  cx.anonymous.add(type);
  return initialiser(cx, s.pos, type, items, s.rest);
}

/** What it lacks comes with its final type: until then what contains it is no constant either. */
function initialiser(cx: Context, pos: Pos, type: Type, items: readonly Expr[], rest: boolean): Expr {
  const open = rest || items.some((i) => cx.partial.has(i) || cx.open.has(i) || i.type.kind === "unknown");
  const e = aggregate(pos, type, items, !open);
  if (rest) cx.partial.add(e);
  else if (open) cx.open.add(e);
  return e;
}

/** Whether a value can be stored there (P4_16 6.7). */
export function isLvalue(e: Expr): boolean {
  switch (e.kind) {
    case "variable":
    case "dontCare":
      return true;
    case "param":
      return e.decl.direction === "out" || e.decl.direction === "inout";
    case "member":
    case "index":
    case "slice":
      return isLvalue(e.object);
    case "stackElement":
      return e.which !== "lastIndex" && isLvalue(e.object);
    default:
      return false;
  }
}

/** The fields of a struct-like type, or an error naming what it is instead. */
export function requireFields(cx: Context, type: Type, pos: Pos): readonly Field[] {
  const fields = fieldsOf(type);
  if (!fields) throw cx.error("type-mismatch", `${typeName(type)} has no fields`, pos);
  return fields;
}
