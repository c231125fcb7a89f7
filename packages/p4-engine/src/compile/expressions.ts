/** Expressions: the value of one as JavaScript, and the place of one that has a place. */
import type { BuiltinExpr, Expr, IndexExpr, MemberExpr, StackExpr } from "../frontend/ast.js";
import { representation, type Type } from "../frontend/types.js";
import { callValue, tableApply } from "./calls.js";
import { equalCode, located } from "./composites.js";
import type { Fn, Generator } from "./generator.js";
import { layoutOf, valueClass } from "./layout.js";
import { num } from "./numeric.js";
import { address, loadCode, type Place, part, type SlotPlace } from "./places.js";
import { wide } from "./wide.js";

/** JavaScript expressions to evaluate in order for what they do. */
export type Effects = string[];

export interface Located<P extends Place = Place> {
  readonly effects: Effects;
  readonly place: P;
}

/** One expression that does `effects` and yields `code`. */
export const sequence = (effects: Effects, code: string): string =>
  effects.length === 0 ? code : `(${[...effects, code].join(", ")})`;

/** Canonical code of a scalar of any class. */
export function value(fn: Fn, e: Expr): string {
  if (e.kind === "call") return callValue(fn, e);
  switch (valueClass(e.type)) {
    case "num":
      return num(fn, e);
    case "big":
      return wide(fn, e);
    case "bool":
      return bool(fn, e);
    default:
      if (e.kind === "literal" && typeof e.value === "bigint") return num(fn, e);
      throw fn.g.unsupported(e.pos, "this expression as a value");
  }
}

export const big = (fn: Fn, e: Expr): string => wide(fn, e);

/** Code of a truth value. */
export function bool(fn: Fn, e: Expr): string {
  switch (e.kind) {
    case "literal":
      return String(e.value);
    case "unary":
      return `!${bool(fn, e.operand)}`;
    case "ternary":
      return `(${bool(fn, e.condition)} ? ${bool(fn, e.whenTrue)} : ${bool(fn, e.whenFalse)})`;
    case "cast":
      return valueClass(e.operand.type) === "bool" ? bool(fn, e.operand) : `(${num(fn, e.operand)} !== 0)`;
    case "builtin":
      return builtinCall(fn, e);
    case "tableApply":
      return `((${tableApply(fn, e.table, e.pos)} & 1) ${e.result === "hit" ? "!==" : "==="} 0)`;
    case "call":
      return value(fn, e);
    case "binary":
      break;
    default:
      return scalarOfPlace(fn, e);
  }
  const { left, right, op } = e;
  if (op === "&&" || op === "||") {
    const before = fn.sawExit;
    const first = bool(fn, left);
    // What follows a table whose action exits is not evaluated any more.
    const guard = fn.sawExit && !before ? "!xit && " : "";
    return op === "&&"
      ? `(${first} && ${guard}${bool(fn, right)})`
      : `(${first} || ${guard}${bool(fn, right)})`;
  }
  const js = op === "==" ? "===" : op === "!=" ? "!==" : op;
  switch (valueClass(left.type)) {
    case "num":
      return `(${num(fn, left)} ${js} ${num(fn, right)})`;
    case "big":
      return `(${big(fn, left)} ${js} ${big(fn, right)})`;
    case "bool":
      return `(${bool(fn, left)} ${js} ${bool(fn, right)})`;
    case "slots":
      return op === "==" ? equalCode(fn, left, right) : `!${equalCode(fn, left, right)}`;
    default:
      throw fn.g.unsupported(e.pos, `operator ${op} on these operands`);
  }
}

export function scalarOfPlace(fn: Fn, e: Expr): string {
  if (e.kind === "ctorParam") {
    const arg = fn.instance?.args[e.decl.index];
    if (
      arg === undefined ||
      arg === null ||
      (typeof arg === "object" && "kind" in arg && arg.kind === "instanceNode")
    ) {
      throw fn.g.unsupported(e.pos, `constructor parameter '${e.decl.name}' as a value`);
    }
    return value(fn, { kind: "literal", pos: e.pos, type: e.type, value: arg as never });
  }
  const { effects, place } = locate(fn, e, "read");
  return sequence(effects, loadCode(place));
}

/** Whether an expression denotes something stored, which can be located without computing a value first. */
export function isPlaceExpr(e: Expr): boolean {
  switch (e.kind) {
    case "variable":
    case "param":
      return true;
    case "member":
    case "index":
      return isPlaceExpr(e.object);
    case "stackElement":
      return e.which !== "lastIndex";
    default:
      return false;
  }
}

export type Access = "read" | "write";

/** Where an expression's value is. Composite values that are nowhere yet are put into a place of their own. */
export function locate(fn: Fn, e: Expr, access: Access): Located {
  switch (e.kind) {
    case "variable":
    case "param": {
      const binding = fn.scope.find(e.decl);
      if (!binding || binding.kind === "object" || binding.kind === "packet" || binding.kind === "constant") {
        throw fn.g.unsupported(e.pos, `'${e.decl.name}' as a value`);
      }
      return { effects: [], place: binding };
    }
    case "member":
      return member(fn, e, access);
    case "index":
      return element(fn, e, access);
    case "stackElement":
      return stackElement(fn, e, access);
    default:
      if (valueClass(e.type) === "slots") return located(fn, e);
      throw fn.g.unsupported(e.pos, "this expression as a place");
  }
}

/** Where a composite value is: slots, always. */
export function locateSlots(fn: Fn, e: Expr, access: Access): Located<SlotPlace> {
  const found = locate(fn, e, access);
  if (found.place.kind !== "slot") throw fn.g.unsupported(e.pos, "this expression as a composite place");
  return found as Located<SlotPlace>;
}

/** The place with its address computed once, so that it can be used several times. */
export function fixPlace<P extends Place>(fn: Fn, place: P): Located<P> {
  if (place.kind !== "slot" || place.dyn === null || /^\w+\$\w*$/.test(place.dyn))
    return { effects: [], place };
  const t = fn.local("a");
  const union = place.union && place.union.dyn !== null ? { ...place.union, dyn: t } : place.union;
  return { effects: [`${t} = ${place.dyn}`], place: { ...place, dyn: t, union } };
}

function member(fn: Fn, e: MemberExpr, access: Access): Located {
  const { effects, place } = locateSlots(fn, e.object, access);
  const record = representation(e.object.type);
  const offset = layoutOf(e.object.type).offsets[e.field.index];
  fn.g.externs.onField(e.object.type, e.field.name);
  if (record.kind !== "union") return { effects, place: part(place, offset, e.type) };
  const union = { type: e.object.type, dyn: place.dyn, off: place.off, member: e.field.index };
  return { effects, place: { ...part(place, offset, e.type), union } };
}

function element(fn: Fn, e: IndexExpr, access: Access): Located {
  const { effects, place } = locateSlots(fn, e.object, access);
  const stack = representation(e.object.type);
  const { first, stride } = layoutOf(e.object.type);
  const size = stack.kind === "stack" ? stack.size : 0;
  if (e.index.kind === "literal" && typeof e.index.value === "bigint") {
    const i = Number(e.index.value);
    if (i >= 0 && i < size)
      return { effects, place: { ...part(place, first + i * stride, e.type), union: undefined } };
    fn.g.module.needOutOfRange(stride);
    return { effects, place: outside(e.type, access) };
  }
  fn.g.module.needOutOfRange(stride);
  const t = fn.local("i");
  const index =
    valueClass(e.index.type) === "big" ? `shiftB(${wide(fn, e.index)}, ${size})` : num(fn, e.index);
  const dyn = `((${t} = ${index} >>> 0) < ${size} ? ${t} * ${stride} + ${address(place, first)} : ${nowhere(access)})`;
  return { effects, place: { kind: "slot", dyn, off: 0, type: e.type } };
}

/** What lies beyond a stack's end: zeroes when read, nothing when written. */
const nowhere = (access: Access): string => (access === "read" ? "ZERO" : "TRASH");
const outside = (type: Type, access: Access): SlotPlace => ({
  kind: "slot",
  dyn: nowhere(access),
  off: 0,
  type,
});

function stackElement(fn: Fn, e: StackExpr, access: Access): Located {
  const { effects, place: stack } = locateSlots(fn, e.object, access);
  const fixed = fixPlace(fn, stack);
  const all = [...effects, ...fixed.effects];
  const next = `S[${address(fixed.place)}]`;
  if (e.which === "lastIndex") {
    return { effects: all, place: { kind: "value", js: `(${next} - 1 >>> 0)`, type: e.type } };
  }
  const { first, stride } = layoutOf(e.object.type);
  const t = representation(e.object.type);
  const size = t.kind === "stack" ? t.size : 0;
  fn.sawParserError = true;
  fn.g.module.needOutOfRange(stride);
  const fail = `(R[2] = ${parserError(fn.g, "StackOutOfBounds")}, ${nowhere(access)})`;
  const start = address(fixed.place, first);
  const dyn =
    e.which === "next"
      ? `(${next} < ${size} ? ${start} + ${next} * ${stride} : ${fail})`
      : `(${next} > 0 ? ${start} + (${next} - 1) * ${stride} : ${fail})`;
  return { effects: all, place: { kind: "slot", dyn, off: 0, type: e.type } };
}

/** What `R[2]` is when the parser fails with a core.p4 error: 1 + its number. */
export const parserError = (g: Generator, name: string): number => g.program.errors.indexOf(name) + 1;

/** Code that makes the other members of the union invalid. */
export function invalidateSiblings(place: SlotPlace): Effects {
  const { union } = place;
  if (!union) return [];
  const offsets = layoutOf(union.type).offsets;
  const base: SlotPlace = { kind: "slot", dyn: union.dyn, off: union.off, type: union.type };
  return offsets.flatMap((offset, i) => (i === union.member ? [] : [`S[${address(base, offset)}] = 0`]));
}

/** isValid as a truth value; the others as effects. */
export function builtinCall(fn: Fn, e: BuiltinExpr): string {
  const access = e.op === "isValid" ? "read" : "write";
  const { effects, place: moving } = locateSlots(fn, e.object, access);
  const type = representation(e.object.type);
  if (e.op === "isValid" && type.kind !== "union") {
    return sequence(effects, `(S[${address(moving)}] !== 0)`);
  }
  const fixed = fixPlace(fn, moving);
  const place = fixed.place;
  const all = [...effects, ...fixed.effects];
  const { size, offsets, first, stride } = layoutOf(e.object.type);
  switch (e.op) {
    case "isValid":
      return sequence(
        all,
        `(${offsets.map((o) => `S[${address(place, o)}] !== 0`).join(" || ") || "false"})`,
      );
    case "setValid": {
      // As on BMv2, the fields of a header that becomes valid are zero.
      const at = `S[${address(place)}]`;
      const change = [`S.fill(0, ${address(place)}, ${address(place, size)})`, `${at} = 1`];
      const effects = [...change, ...fn.g.externs.onSetValid(place)].join(", ");
      return sequence([...all, ...invalidateSiblings(place), `${at} === 0 && (${effects})`], "0");
    }
    case "setInvalid": {
      const at = `S[${address(place)}]`;
      const effects = [`${at} = 0`, ...fn.g.externs.onSetInvalid(place)].join(", ");
      return sequence([...all, `${at} !== 0 && (${effects})`], "0");
    }
    default: {
      const stack = type.kind === "stack" ? type.size : 0;
      const n = Math.min(e.count, stack);
      const call = `${e.op === "push_front" ? "push" : "pop"}(S, ${address(place, first)}, ${stride}, ${stack}, ${n})`;
      const next = `S[${address(place)}]`;
      const moved =
        e.op === "push_front" ? `Math.min(${next} + ${n}, ${stack})` : `Math.max(${next} - ${n}, 0)`;
      return sequence([...all, call, `${next} = ${moved}`], "0");
    }
  }
}
