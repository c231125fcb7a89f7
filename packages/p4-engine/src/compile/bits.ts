/** Bits of packets: code that reads and writes the fields of a type as they stand in bytes. */
import { representation, type Type } from "../frontend/types.js";
import { fieldsOf, offsetOf } from "./composites.js";
import { isSigned, layoutOf, scalarWidth, valueClass } from "./layout.js";
import { normalise } from "./numeric.js";
import { address, part, type SlotPlace } from "./places.js";

const plus = (base: string, n: number): string => (n === 0 ? base : `${base} + ${n}`);

/** Code of the `width` (1..32) bits that begin `bit` bits after byte `p` of U8, unsigned. */
export function readBits(p: string, bit: number, width: number): string {
  const byte = bit >> 3;
  const skip = bit & 7;
  const bytes = Math.ceil((skip + width) / 8);
  const drop = bytes * 8 - skip - width;
  const at = (i: number): string => plus(p, byte + i);
  if (bytes === 5) {
    const joined = `(U8[${at(0)}] << ${32 - drop} | D.getUint32(${at(1)}) >>> ${drop})`;
    return normalise(joined, width, false);
  }
  const loads = ["", `U8[${at(0)}]`, `D.getUint16(${at(0)})`, `(U8[${at(0)}] << 16 | D.getUint16(${at(1)}))`];
  const load = bytes === 4 ? `D.getUint32(${at(0)})` : loads[bytes];
  const shifted = drop === 0 ? load : `(${load} >>> ${drop})`;
  return skip === 0 ? shifted : normalise(shifted, width, false);
}

/** Statements that fill a scalar's slots from the bits that begin `bit` bits after byte `p`. */
export function readScalar(place: SlotPlace, p: string, bit: number): string[] {
  const width = scalarWidth(place.type);
  if (width === 0) return [];
  const signed = isSigned(place.type);
  if (valueClass(place.type) !== "big") {
    const code = readBits(p, bit, width);
    return [`S[${address(place)}] = ${signed && width < 32 ? normalise(code, width, true) : code};`];
  }
  const { size } = layoutOf(place.type);
  const count = Math.ceil(width / 32);
  return Array.from({ length: size }, (_, i) => {
    if (i >= count) {
      return `S[${address(place, i)}] = ${signed ? `(S[${address(place, count - 1)}] | 0) >> 31` : "0"};`;
    }
    const high = Math.min(width, 32 * (i + 1));
    const code = readBits(p, bit + width - high, high - 32 * i);
    const partial = signed && high - 32 * i < 32;
    return `S[${address(place, i)}] = ${partial ? normalise(code, high - 32 * i, true) : code};`;
  });
}

/** A scalar somewhere in a run of bits. */
export interface BitField {
  readonly place: SlotPlace;
  /** Of its first bit, from the start of the run. */
  readonly bit: number;
  readonly width: number;
}

/** The scalars of a type without varbits, in order; headers count whatever their validity. */
export function bitFields(place: SlotPlace, bit = 0): BitField[] {
  const c = valueClass(place.type);
  if (c !== "slots") return [{ place, bit, width: scalarWidth(place.type) }];
  let at = bit;
  return fieldsOf(place.type).flatMap((f, i) => {
    const fields = bitFields(part(place, offsetOf(place.type, i), f.type), at);
    at += dataBits(f.type);
    return fields;
  });
}

/** Bits of a value as data of a hash or a message: enums and errors count, with 32 bits. Varbits count nothing. */
export function dataBits(type: Type): number {
  const t = representation(type);
  if (t.kind === "varbit") return 0;
  if (valueClass(t) !== "slots") return scalarWidth(t);
  return fieldsOf(t).reduce((n, f) => n + dataBits(f.type), 0);
}

export function hasVarbit(type: Type): boolean {
  const t = representation(type);
  return t.kind === "varbit" || fieldsOf(t).some((f) => hasVarbit(f.type));
}

/** Code of bits hi..lo (at most 32) of a scalar in slots. */
function piece(place: SlotPlace, hi: number, lo: number): string {
  const word = lo >> 5;
  const shift = lo & 31;
  const width = hi - lo + 1;
  const whole = hi >> 5 === word;
  const low = shift === 0 ? `S[${address(place, word)}]` : `S[${address(place, word)}] >>> ${shift}`;
  if (!whole) return `((${low} | S[${address(place, word + 1)}] << ${32 - shift}) & ${maskText(width)})`;
  // Unsigned values are clear above their width already; signed ones are not.
  const clear = (hi & 31) === 31 || (hi === scalarWidth(place.type) - 1 && !isSigned(place.type));
  return clear ? (shift === 0 ? low : `(${low})`) : `(${low} & ${maskText(width)})`;
}

const maskText = (width: number): string => String(width >= 32 ? -1 : 2 ** width - 1);

/**
 * Statements that write a run of fields, which begin at a byte, at byte `p` of an Uint8Array and a DataView on
 * it; spare bits at the end are 0.
 */
export function writeFields(fields: readonly BitField[], p: string, bytes = "U8", view = "D"): string[] {
  const used = fields.filter((f) => f.width > 0);
  const end = used.reduce((n, f) => Math.max(n, f.bit + f.width), 0);
  const lines: string[] = [];
  let bit = 0;
  while (bit < end) {
    const size = chunk(used, bit, end);
    const at = plus(p, bit >> 3);
    const code = compose(used, bit, bit + size);
    if (size === 8) lines.push(`${bytes}[${at}] = ${code};`);
    else lines.push(`${view}.setUint${size}(${at}, ${code});`);
    bit += size;
  }
  return lines;
}

/** Bits to write in one go: up to the next place where a field begins at a byte, if that is near enough. */
function chunk(fields: readonly BitField[], bit: number, end: number): 8 | 16 | 32 {
  const padded = (end + 7) & ~7;
  const stops = [...fields.map((f) => f.bit), padded].filter((b) => b > bit && b % 8 === 0);
  const room = Math.min(...stops) - bit;
  if (room === 8 || room === 16 || room === 32) return room;
  // A wide field is written with its odd part first, so that the rest are whole words of it.
  const odd = room % 32;
  return room < 32 ? (room >= 16 ? 16 : 8) : odd === 0 ? 32 : odd >= 16 ? 16 : 8;
}

function compose(fields: readonly BitField[], from: number, to: number): string {
  const parts = fields.flatMap((f) => {
    const first = Math.max(from, f.bit);
    const last = Math.min(to, f.bit + f.width);
    if (first >= last) return [];
    const code = piece(f.place, f.bit + f.width - 1 - first, f.bit + f.width - last);
    return to === last ? [code] : [`${code} << ${to - last}`];
  });
  return parts.join(" | ") || "0";
}
