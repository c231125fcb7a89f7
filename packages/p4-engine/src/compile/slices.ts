/** Bit slices: of values in slots word by word, stored by merging. */
import type { Expr, SliceExpr } from "../frontend/ast.js";
import { type Effects, isPlaceExpr, locate } from "./expressions.js";
import type { Fn } from "./generator.js";
import { isSigned, scalarWidth, valueClass } from "./layout.js";
import { normalise } from "./numeric.js";
import { acceptsRaw, address, loadCode, type Place, storeCode } from "./places.js";

/** The whole of which `e` is a slice, with slices of slices taken together. */
export function flatten(e: SliceExpr): { object: Expr; hi: number; lo: number } {
  let object: Expr = e.object;
  let { hi, lo } = e;
  while (object.kind === "slice") {
    hi += object.lo;
    lo += object.lo;
    object = object.object;
  }
  return { object, hi, lo };
}

/** Canonical code of a slice of at most 32 bits of a wide value in static slots; null where that is not the case. */
export function sliceOfPlace(fn: Fn, e: SliceExpr): string | null {
  const { object, hi, lo } = flatten(e);
  if (hi - lo >= 32 || valueClass(object.type) !== "big" || !isPlaceExpr(object)) return null;
  const { effects, place } = locate(fn, object, "read");
  if (effects.length > 0 || place.kind !== "slot" || place.dyn !== null) return null;
  const word = lo >> 5;
  const shift = lo & 31;
  const low = shift === 0 ? `S[${address(place, word)}]` : `(S[${address(place, word)}] >>> ${shift})`;
  if (hi >> 5 === word) return normalise(low, hi - lo + 1, false);
  return normalise(`(${low} | S[${address(place, word + 1)}] << ${32 - shift})`, hi - lo + 1, false);
}

const ones = (width: number): number => (width >= 32 ? -1 : (1 << width) - 1);

/** Canonical code of bits hi..lo of a place (fixed). */
export function loadSlice(place: Place, hi: number, lo: number): string {
  const width = hi - lo + 1;
  if (valueClass(place.type) === "num") return normalise(`(${loadCode(place)} >>> ${lo})`, width, false);
  const bits = `BigInt.asUintN(${width}, ${loadCode(place)} >> ${lo}n)`;
  return width <= 32 ? `Number(${bits})` : bits;
}

/** Effects that store `code`, canonical and of the slice's width, into bits hi..lo of a place (fixed). */
export function storeSlice(fn: Fn, place: Place, hi: number, lo: number, code: string): Effects {
  const width = hi - lo + 1;
  const total = scalarWidth(place.type);
  const signed = isSigned(place.type);
  // The new bits first: computing them may change the bits that stay.
  const bits = fn.local("b");
  const first = `${bits} = ${code}`;
  if (valueClass(place.type) === "num") {
    const merged = `(${loadCode(place)} & ${~(ones(width) << lo)} | ${bits} << ${lo})`;
    return [first, storeCode(place, acceptsRaw(place) ? merged : normalise(merged, total, signed))];
  }
  // A new sign bit would have to be spread over the slots.
  const spreads = signed && hi === total - 1;
  if (place.kind === "slot" && width <= 32 && hi >> 5 === lo >> 5 && !spreads) {
    const slot = `S[${address(place, lo >> 5)}]`;
    return [first, `${slot} = ${slot} & ${~(ones(width) << (lo & 31))} | ${bits} << ${lo & 31}`];
  }
  const inserted = width <= 32 ? `BigInt(${bits})` : bits;
  const hole = BigInt.asUintN(total, ~(((1n << BigInt(width)) - 1n) << BigInt(lo)));
  const merged = `BigInt.asUintN(${total}, ${loadCode(place)}) & ${hole}n | ${inserted} << ${lo}n`;
  return [first, storeCode(place, signed ? `BigInt.asIntN(${total}, ${merged})` : `(${merged})`)];
}
