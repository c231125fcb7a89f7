/** Values of any width as 32-bit words, least significant first: how keys and action data are stored. */
import type { Bits } from "../api.js";
import { P4Error } from "../errors.js";

export type Words = Int32Array | Uint32Array;

export const wordsOf = (widthBits: number): number => (widthBits + 31) >>> 5;

const TWO_32 = 4294967296;

/**
 * Stores `value` in ceil(width / 32) words from `at`. A negative value means its two's complement.
 * @param what names the value in the error message
 * @throws P4Error value-range when it does not fit
 */
export function writeBits(
  words: Words,
  at: number,
  value: Bits,
  widthBits: number,
  what: () => string,
): void {
  if (typeof value === "number" && widthBits <= 53) {
    const word = value >>> 0;
    if (word === value && (widthBits >= 32 || (word >>> widthBits === 0 && widthBits > 0))) {
      words[at] = word;
      if (widthBits > 32) words[at + 1] = 0;
      return;
    }
    if (!Number.isInteger(value) || value >= 2 ** widthBits || value < -(2 ** (widthBits - 1)))
      throw outOfRange(value, widthBits, what());
    if (widthBits <= 32) {
      if (widthBits > 0) words[at] = widthBits === 32 || value >= 0 ? value : value & (2 ** widthBits - 1);
      return;
    }
    const v = value < 0 ? value + 2 ** widthBits : value;
    words[at] = v % TWO_32;
    words[at + 1] = Math.floor(v / TWO_32);
    return;
  }
  let v: bigint;
  try {
    v = BigInt(value);
  } catch {
    throw outOfRange(value, widthBits, what());
  }
  const limit = 1n << BigInt(widthBits);
  if (v >= limit || v < -(limit >> 1n)) throw outOfRange(value, widthBits, what());
  if (v < 0n) v += limit;
  for (let i = 0, n = wordsOf(widthBits); i < n; i++) {
    words[at + i] = Number(v & 0xffffffffn);
    v >>= 32n;
  }
}

/** The value back: a number for widths up to 53 bits, a bigint above. */
export function readBits(words: Words, at: number, widthBits: number): Bits {
  if (widthBits <= 32) return widthBits === 0 ? 0 : words[at] >>> 0;
  if (widthBits <= 53) return (words[at + 1] >>> 0) * TWO_32 + (words[at] >>> 0);
  let v = 0n;
  for (let i = wordsOf(widthBits) - 1; i >= 0; i--) v = (v << 32n) | BigInt(words[at + i] >>> 0);
  return v;
}

/** The `i`th 32-bit word of a mask of `prefix` leading ones in a field of `widthBits`. */
export function prefixMaskWord(widthBits: number, prefix: number, i: number): number {
  const zeros = widthBits - prefix; // low bits that are clear
  const clear = zeros - 32 * i;
  const used = widthBits - 32 * i;
  const top = used >= 32 ? -1 : (1 << used) - 1;
  if (clear <= 0) return top;
  if (clear >= 32) return 0;
  return top & (-1 << clear);
}

/** All ones in the `i`th word of a field. */
export const fullMaskWord = (widthBits: number, i: number): number => prefixMaskWord(widthBits, widthBits, i);

/** Unsigned comparison of two multi-word values: negative, 0 or positive. */
export function compareWords(a: Words, ai: number, b: Words, bi: number, n: number): number {
  for (let i = n - 1; i >= 0; i--) {
    const x = a[ai + i] >>> 0;
    const y = b[bi + i] >>> 0;
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}

const outOfRange = (value: Bits, widthBits: number, what: string) =>
  new P4Error("value-range", `${what} is ${value}, which does not fit ${widthBits} bits`);
