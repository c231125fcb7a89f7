/** The data argument of hashes and checksums: its fields, packed into a BitBuffer. */

import { BitBuffer } from "../externs/index.js";
import type { Expr } from "../frontend/ast.js";
import { representation } from "../frontend/types.js";
import { MAX_PACKET } from "../runtime/machine.js";
import { type BitField, bitFields, dataBits, hasVarbit, writeFields } from "./bits.js";
import { assign, fieldsOf, offsetOf, scratch } from "./composites.js";
import { type Effects, fixPlace, isPlaceExpr, locateSlots } from "./expressions.js";
import type { Fn } from "./generator.js";
import { isSigned, layoutOf, scalarWidth, valueClass } from "./layout.js";
import { address, loadCode, part, type SlotPlace } from "./places.js";

export interface HashInput {
  /** To be done before the buffer is read. */
  readonly effects: Effects;
  /** The buffer's name in generated code, and the buffer. */
  readonly buffer: string;
  readonly object: BitBuffer;
}

/** Several expressions as one input; see `hashInput`. */
export function hashInputs(fn: Fn, data: readonly Expr[]): HashInput {
  const effects: Effects = [];
  const fields: BitField[] = [];
  let bits = 0;
  for (const e of data) {
    const { effects: more, place } = slotsOf(fn, e);
    if (hasVarbit(e.type)) throw fn.g.unsupported(e.pos, "a varbit here");
    effects.push(...more);
    fields.push(...bitFields(place, bits));
    bits += dataBits(e.type);
  }
  const { call, buffer, object } = packed(fn, fields, bits);
  return { effects: [...effects, call], buffer, object };
}

/** A function that packs fields in static slots, and the buffer it packs into. */
function packed(
  fn: Fn,
  fields: readonly BitField[],
  bits: number,
): { call: string; buffer: string; object: BitBuffer } {
  const buffer = new BitBuffer(Math.ceil(bits / 8) + 8);
  const b = fn.g.module.constant("buffer", buffer);
  const bytes = fn.g.module.constant("bytes", buffer.bytes);
  const view = fn.g.module.constant("view", new DataView(buffer.bytes.buffer));
  const name = fn.g.module.names.unique("pack");
  const lines = writeFields(fields, "0", bytes, view);
  fn.g.module.add([`function ${name}() {`, ...lines, `${b}.bitLength = ${bits};`, "}"].join("\n"));
  return { call: `${name}()`, buffer: b, object: buffer };
}

/** @param payload whether the bytes behind the parsed headers follow the fields */
export function hashInput(fn: Fn, data: Expr, payload = false): HashInput {
  const { effects, place } = slotsOf(fn, data);
  const bits = dataBits(data.type);
  if (!payload && !hasVarbit(data.type) && place.dyn === null) {
    const { call, buffer, object } = packed(fn, bitFields(place), bits);
    return { effects: [...effects, call], buffer, object };
  }
  const buffer = new BitBuffer(Math.ceil(bits / 8) + 8 + (payload ? MAX_PACKET : 0));
  const b = fn.g.module.constant("buffer", buffer);
  const more = payload ? [`${b}.putBytes(U8, R[0], R[1])`] : [];
  const put = [`${b}.reset()`, ...putAll(place, b), ...more];
  return { effects: [...effects, ...put], buffer: b, object: buffer };
}

/** The data in slots; scalars are put there. */
function slotsOf(fn: Fn, data: Expr): { effects: Effects; place: SlotPlace } {
  if (valueClass(data.type) !== "slots" || !isPlaceExpr(data)) {
    const own = scratch(fn, data.type);
    return { effects: assign(fn, own, data), place: own };
  }
  const found = locateSlots(fn, data, "read");
  const fixed = fixPlace(fn, found.place);
  return { effects: [...found.effects, ...fixed.effects], place: fixed.place };
}

function putAll(place: SlotPlace, b: string): Effects {
  const type = representation(place.type);
  if (type.kind === "varbit") return [`putVarbit(S, ${address(place)}, ${b})`];
  const width = scalarWidth(type);
  switch (valueClass(type)) {
    case "big":
      return [
        `${b}.putBig(${isSigned(type) ? `BigInt.asUintN(${width}, ${loadCode(place)})` : loadCode(place)}, ${width})`,
      ];
    case "slots":
      return fieldsOf(type).flatMap((f, i) => putAll(part(place, offsetOf(type, i), f.type), b));
    default:
      return layoutOf(type).size === 0 ? [] : [`${b}.put(S[${address(place)}], ${width})`];
  }
}
