/** Metadata structs by field name, and copies of data for messages. */

import { type BitField, bitFields, hasVarbit } from "../compile/bits.js";
import { assign, fieldsOf, offsetOf, scratch } from "../compile/composites.js";
import type { Effects } from "../compile/expressions.js";
import type { Fn } from "../compile/generator.js";
import { isSigned, layoutOf } from "../compile/layout.js";
import { part, type SlotPlace } from "../compile/places.js";
import type { Expr } from "../frontend/ast.js";
import { ldw } from "../runtime/helpers.js";

/** A field of a metadata struct by name. */
export function fieldOf(place: SlotPlace, name: string): SlotPlace {
  const fields = fieldsOf(place.type);
  const i = fields.findIndex((f) => f.name === name);
  if (i < 0) throw new RangeError(`no field '${name}'`);
  return part(place, offsetOf(place.type, i), fields[i].type);
}

/** Slots of a struct's fields by name. */
export type FieldSlots = Readonly<Record<string, number>>;

export const fieldSlots = (place: SlotPlace): FieldSlots =>
  Object.fromEntries(fieldsOf(place.type).map((f, i) => [f.name, place.off + offsetOf(place.type, i)]));

/** Keeps the data of a message as it is now, and reads its scalars back. */
export function snapshot(fn: Fn, data: Expr): { effects: Effects; read: (S: Uint32Array) => bigint[] } {
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
