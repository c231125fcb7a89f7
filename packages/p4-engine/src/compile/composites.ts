/** Values that exist only in slots: structs, headers, stacks, tuples, unions, varbits. */
import type { ConstValue, Expr } from "../frontend/ast.js";
import { type Field, representation, type Type } from "../frontend/types.js";
import { callComposite } from "./calls.js";
import {
  bool,
  type Effects,
  fixPlace,
  invalidateSiblings,
  isPlaceExpr,
  type Located,
  locate,
  locateSlots,
  sequence,
  value,
} from "./expressions.js";
import type { Fn } from "./generator.js";
import { layoutOf, valueClass } from "./layout.js";
import { raw } from "./numeric.js";
import { acceptsRaw, address, type Place, part, type SlotPlace, storeCode } from "./places.js";

/** Slots of a new place that lives as long as the packet's pass. */
export function scratch(fn: Fn, type: Type): SlotPlace {
  return { kind: "slot", dyn: null, off: fn.g.module.allocateType(type), type };
}

/** A composite value that is not stored yet, put into a scratch place. */
export function located(fn: Fn, e: Expr): Located<SlotPlace> {
  if (e.kind === "call") return callComposite(fn, e);
  if (e.kind === "cast" && sameShape(e.type, e.operand.type)) {
    const inner = locateSlots(fn, e.operand, "read");
    return { effects: inner.effects, place: { ...inner.place, type: e.type } };
  }
  const place = scratch(fn, e.type);
  return { effects: assign(fn, place, e), place };
}

/** Structs and tuples with the same fields are laid out alike. */
function sameShape(a: Type, b: Type): boolean {
  const x = representation(a);
  const y = representation(b);
  if (x === y) return true;
  const plain = (t: Type) => t.kind === "struct" || t.kind === "tuple";
  if (!plain(x) || !plain(y)) return false;
  const xs = fieldsOf(x);
  const ys = fieldsOf(y);
  return xs.length === ys.length && xs.every((f, i) => sameShape(f.type, ys[i].type));
}

export function fieldsOf(type: Type): readonly Field[] {
  const t = representation(type);
  if (t.kind === "stack") {
    return Array.from({ length: t.size }, (_, index) => ({
      name: String(index),
      type: t.element,
      index,
      annotations: [],
    }));
  }
  return "fields" in t ? t.fields : [];
}

/** Word of a field or element within its composite. */
export function offsetOf(type: Type, index: number): number {
  const layout = layoutOf(type);
  return representation(type).kind === "stack" ? layout.first + index * layout.stride : layout.offsets[index];
}

const FEW = 8;

/** Copies a composite; both places are fixed. */
export function copy(to: SlotPlace, from: SlotPlace): Effects {
  const { size } = layoutOf(to.type);
  if (to.dyn === from.dyn && to.off === from.off) return [];
  if (size <= FEW) {
    return Array.from({ length: size }, (_, i) => `S[${address(to, i)}] = S[${address(from, i)}]`);
  }
  return [`S.copyWithin(${address(to)}, ${address(from)}, ${address(from, size)})`];
}

export function clear(place: SlotPlace): Effects {
  const { size } = layoutOf(place.type);
  if (size <= FEW) return Array.from({ length: size }, (_, i) => `S[${address(place, i)}] = 0`);
  return [`S.fill(0, ${address(place)}, ${address(place, size)})`];
}

/** After a header was copied into a union's member. */
function settleUnion(place: SlotPlace): Effects {
  const others = invalidateSiblings(place);
  if (others.length === 0 || representation(place.type).kind !== "header") return [];
  return [`S[${address(place)}] !== 0 && (${others.join(", ")})`];
}

/** Effects that give the scalar or composite at `place` (fixed) the value of `e`. */
export function assign(fn: Fn, place: Place, e: Expr): Effects {
  if (valueClass(place.type) !== "slots") {
    return [storeCode(place, acceptsRaw(place) && valueClass(e.type) === "num" ? raw(fn, e) : value(fn, e))];
  }
  return assignSlots(fn, place as SlotPlace, e);
}

function assignSlots(fn: Fn, place: SlotPlace, e: Expr): Effects {
  switch (e.kind) {
    case "literal":
      return [...storeConst(place, e.value), ...settleUnion(place)];
    case "aggregate": {
      // The fields may be computed from what is being overwritten, so they are completed elsewhere first.
      const whole = e.fields.every((f) => f.kind === "literal") ? place : scratch(fn, place.type);
      const fields = e.fields.flatMap((f, i) =>
        assign(fn, part({ ...whole, union: undefined }, offsetOf(place.type, i), f.type), f),
      );
      const mark = headMark(whole);
      const move = whole === place ? [] : copy(place, whole);
      return [...mark, ...fields, ...move, ...settleUnion(place)];
    }
    case "ternary": {
      const yes = sequence(assignSlots(fn, place, e.whenTrue), "0");
      const no = sequence(assignSlots(fn, place, e.whenFalse), "0");
      return [`${bool(fn, e.condition)} ? ${yes} : ${no}`];
    }
    case "cast": {
      if (sameShape(e.type, e.operand.type)) break;
      const from = locateSlots(fn, e.operand, "read");
      const fixed = fixPlace(fn, from.place);
      const whole = scratch(fn, place.type);
      const fields = fieldsOf(place.type).flatMap((f, i) => {
        const source = part(fixed.place, offsetOf(e.operand.type, i), f.type);
        return copy(part(whole, offsetOf(place.type, i), f.type), source);
      });
      const done = [...headMark(whole), ...fields, ...copy(place, whole), ...settleUnion(place)];
      return [...from.effects, ...fixed.effects, ...done];
    }
    default:
  }
  const from = locate(fn, e, "read");
  if (from.place.kind !== "slot") throw fn.g.unsupported(e.pos, "this expression as a composite");
  const fixed = fixPlace(fn, from.place);
  return [...from.effects, ...fixed.effects, ...copy(place, fixed.place), ...settleUnion(place)];
}

/** The words of a composite that are no fields: a header made of values is valid. */
function headMark(place: SlotPlace): Effects {
  const kind = representation(place.type).kind;
  if (kind === "header") return [`S[${address(place)}] = 1`];
  if (kind === "stack") return [`S[${address(place)}] = 0`];
  return [];
}

/** Stores a constant of the place's type. */
export function storeConst(place: SlotPlace, constant: ConstValue): Effects {
  if (typeof constant === "bigint") {
    const { size } = layoutOf(place.type);
    if (valueClass(place.type) === "num") return [`S[${address(place)}] = ${BigInt.asUintN(32, constant)}`];
    return Array.from(
      { length: size },
      (_, i) => `S[${address(place, i)}] = ${BigInt.asUintN(32, constant >> BigInt(32 * i))}`,
    );
  }
  if (typeof constant === "boolean") return [`S[${address(place)}] = ${constant ? 1 : 0}`];
  if (typeof constant === "string") return [];
  switch (constant.kind) {
    case "enum":
    case "error":
      return [`S[${address(place)}] = ${constant.index}`];
    case "invalid":
      return clear(place);
    case "aggregate":
      return [
        ...headMark(place),
        ...fieldsOf(place.type).flatMap((f, i) =>
          storeConst(part(place, offsetOf(place.type, i), f.type), constant.fields[i]),
        ),
      ];
    default:
      return [];
  }
}

/** Code that compares two composites: headers are equal when both are invalid or both valid with equal fields. */
export function equalCode(fn: Fn, left: Expr, right: Expr): string {
  const a = stay(fn, left);
  const b = stay(fn, right);
  return sequence([...a.effects, ...b.effects], equalPlaces(a.place, b.place));
}

/** A located composite whose place no later effect of the same expression can change. */
function stay(fn: Fn, e: Expr): Located<SlotPlace> {
  const found = locateSlots(fn, e, "read");
  const fixed = fixPlace(fn, found.place);
  if (isPlaceExpr(e) || e.kind === "literal") {
    return { effects: [...found.effects, ...fixed.effects], place: fixed.place };
  }
  const own = scratch(fn, e.type);
  return { effects: [...found.effects, ...fixed.effects, ...copy(own, fixed.place)], place: own };
}

function equalPlaces(a: SlotPlace, b: SlotPlace): string {
  const type = representation(a.type);
  const at = (place: SlotPlace, i = 0): string => `S[${address(place, i)}]`;
  switch (type.kind) {
    case "header": {
      const fields = equalFields(a, b);
      return `(${at(a)} === ${at(b)} && (${at(a)} === 0 || ${fields}))`;
    }
    case "struct":
    case "tuple":
    case "union":
    case "stack":
      return equalFields(a, b);
    default: {
      const { size } = layoutOf(type);
      if (size <= 2) {
        return `(${Array.from({ length: size }, (_, i) => `${at(a, i)} === ${at(b, i)}`).join(" && ")})`;
      }
      return `eqw(S, ${address(a)}, ${address(b)}, ${size})`;
    }
  }
}

function equalFields(a: SlotPlace, b: SlotPlace): string {
  const parts = fieldsOf(a.type).map((f, i) => {
    const offset = offsetOf(a.type, i);
    return equalPlaces(part(a, offset, f.type), part(b, offset, f.type));
  });
  return parts.length === 0 ? "true" : `(${parts.join(" && ")})`;
}
