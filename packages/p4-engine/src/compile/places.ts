/** Places: where a variable, a field or an element is, and the code that loads and stores it. */
import type { Type } from "../frontend/types.js";
import { isSigned, layoutOf, scalarWidth, valueClass } from "./layout.js";

/** In slots, at `dyn + off`; `dyn` is code that is to be evaluated once, or null. */
export interface SlotPlace {
  readonly kind: "slot";
  readonly dyn: string | null;
  readonly off: number;
  readonly type: Type;
  /** Set for a member of a header union, or a part of one: making it valid makes its siblings invalid. */
  readonly union?: {
    readonly type: Type;
    readonly dyn: string | null;
    readonly off: number;
    readonly member: number;
  };
}
/** A scalar in a JavaScript variable. */
export interface VarPlace {
  readonly kind: "var";
  readonly name: string;
  readonly type: Type;
}
/** A scalar that is only read, such as a parameter in action data. */
export interface ValuePlace {
  readonly kind: "value";
  readonly js: string;
  readonly type: Type;
}
export type Place = SlotPlace | VarPlace | ValuePlace;

/** The slot `plus` words into a place. */
export function address(place: SlotPlace, plus = 0): string {
  const off = place.off + plus;
  if (place.dyn === null) return String(off);
  return off === 0 ? place.dyn : `${place.dyn} + ${off}`;
}

export const words = (type: Type): number => layoutOf(type).size;

/** Code whose value is the scalar at a place, canonical: the value itself, as number, bigint or boolean. */
export function loadCode(place: Place): string {
  if (place.kind === "var") return place.name;
  if (place.kind === "value") return place.js;
  switch (valueClass(place.type)) {
    case "num":
      return isSigned(place.type) ? `(S[${address(place)}] | 0)` : `S[${address(place)}]`;
    case "bool":
      return `(S[${address(place)}] !== 0)`;
    case "big": {
      const signed = isSigned(place.type);
      const n = words(place.type);
      if (n === 2) return `${signed ? "QI" : "Q"}[${pairIndex(place)}]`;
      const load = `ldw(S, ${address(place)}, ${n})`;
      return signed ? `BigInt.asIntN(${32 * n}, ${load})` : load;
    }
    default:
      throw new RangeError("a composite is not loaded as a value");
  }
}

function pairIndex(place: SlotPlace): string {
  return place.dyn === null ? String(place.off / 2) : `(${address(place)}) >> 1`;
}

/**
 * Code that stores a canonical value. Into slots, a number of 32 bits need only be right modulo 2^32
 * (`acceptsRaw`), since typed arrays truncate.
 */
export function storeCode(place: Place, js: string): string {
  if (place.kind === "value") throw new RangeError("a read-only value is not assigned");
  if (place.kind === "var") return `${place.name} = ${js}`;
  switch (valueClass(place.type)) {
    case "num":
      return `S[${address(place)}] = ${js}`;
    case "bool":
      return `S[${address(place)}] = ${js} ? 1 : 0`;
    case "big": {
      const n = words(place.type);
      if (n === 2) return `Q[${pairIndex(place)}] = ${js}`;
      return `stw(S, ${address(place)}, ${n}, ${js})`;
    }
    default:
      throw new RangeError("a composite is not stored as a value");
  }
}

export const acceptsRaw = (place: Place): boolean =>
  place.kind === "slot" && valueClass(place.type) === "num" && scalarWidth(place.type) === 32;

/** The part of a place at word `offset` that has type `type`. */
export function part(place: SlotPlace, offset: number, type: Type): SlotPlace {
  return { kind: "slot", dyn: place.dyn, off: place.off + offset, type, union: place.union };
}
