/**
 * Functions that generated code calls by these names. Numbers here are values of at most 32 bits, bigints
 * wider ones; `S` is a packet's state and `a` a slot in it (compile/layout.ts).
 */
import { P4Error } from "../errors.js";
import type { BitBuffer } from "../externs/index.js";

/** The unsigned value of `n` slots. */
export function ldw(S: Uint32Array, a: number, n: number): bigint {
  let v = 0n;
  for (let i = n - 1; i >= 0; i--) v = (v << 32n) | BigInt(S[a + i]);
  return v;
}

/** Stores the low 32 n bits of `v`, two's complement. */
export function stw(S: Uint32Array, a: number, n: number, v: bigint): void {
  let rest = BigInt.asUintN(32 * n, v);
  for (let i = 0; i < n; i++) {
    S[a + i] = Number(rest & 0xffffffffn);
    rest >>= 32n;
  }
}

/** Whether `n` slots are equal. */
export function eqw(S: Uint32Array, a: number, b: number, n: number): boolean {
  for (let i = 0; i < n; i++) if (S[a + i] !== S[b + i]) return false;
  return true;
}

/** Saturating arithmetic: `lo` and `hi` are the bounds of the type. */
export const satN = (v: number, lo: number, hi: number): number => (v < lo ? lo : v > hi ? hi : v);
export const satB = (v: bigint, lo: bigint, hi: bigint): bigint => (v < lo ? lo : v > hi ? hi : v);

/** A shift amount as a number: what is beyond `width` has the effect of `width`. */
export const shiftB = (n: bigint, width: number): number => (n < BigInt(width) ? Number(n) : width);

/** Quotient and remainder; by zero, zero (BMv2 does not define it). */
export const divN = (a: number, b: number): number => (b === 0 ? 0 : Math.trunc(a / b));
export const modN = (a: number, b: number): number => (b === 0 ? 0 : a % b);
export const divB = (a: bigint, b: bigint): bigint => (b === 0n ? 0n : a / b);
export const modB = (a: bigint, b: bigint): bigint => (b === 0n ? 0n : a % b);

/** Left shift of 32-bit words whose amount is not known to be below 32. */
export const shl = (a: number, n: number): number => (n < 32 ? a << n : 0);
/** Logical right shift of an unsigned value. */
export const shr = (a: number, n: number): number => (n < 32 ? a >>> n : 0);
/** Arithmetic right shift of a signed value. */
export const sar = (a: number, n: number): number => (n < 32 ? a >> n : a >> 31);

/** push_front and pop_front by `count` elements of a stack whose first element is at `first`. */
export function push(S: Uint32Array, first: number, stride: number, size: number, count: number): void {
  const n = Math.min(count, size);
  S.copyWithin(first + n * stride, first, first + (size - n) * stride);
  S.fill(0, first, first + n * stride);
}
export function pop(S: Uint32Array, first: number, stride: number, size: number, count: number): void {
  const n = Math.min(count, size);
  S.copyWithin(first, first + n * stride, first + size * stride);
  S.fill(0, first + (size - n) * stride, first + size * stride);
}

/** `n` bits from byte `p` on into a varbit of `words` words at `a`; the first byte after them. */
export function readVarbit(
  S: Uint32Array,
  a: number,
  words: number,
  D: DataView,
  p: number,
  n: number,
): number {
  S[a] = n;
  for (let i = 0; i < words; i++) {
    const left = n - 32 * i;
    // What is beyond the length is zero, so that words can be compared.
    const keep = left >= 32 ? -1 : left <= 0 ? 0 : -1 << (32 - left);
    S[a + 1 + i] = keep === 0 ? 0 : D.getUint32(p + 4 * i) & keep;
  }
  return p + n / 8;
}

/** The bytes of a varbit at `a` to byte `p` on; the first byte after them. */
export function writeVarbit(S: Uint32Array, a: number, D: DataView, p: number): number {
  const bytes = S[a] / 8;
  for (let i = 0; i < bytes; i++) D.setUint8(p + i, S[a + 1 + (i >> 2)] >>> (24 - 8 * (i & 3)));
  return p + bytes;
}

/** Appends the bits of a varbit at `a`. */
export function putVarbit(S: Uint32Array, a: number, buffer: BitBuffer): void {
  for (let i = 0, left = S[a]; left > 0; i++, left -= 32) {
    const width = Math.min(left, 32);
    buffer.put(S[a + 1 + i] >>> (32 - width), width);
  }
}

/** The `width` bits from byte `p` on. */
export function bigBits(D: DataView, p: number, width: number): bigint {
  const bytes = Math.ceil(width / 8);
  let v = 0n;
  for (let i = 0; i < bytes; i++) v = (v << 8n) | BigInt(D.getUint8(p + i));
  return v >> BigInt(8 * bytes - width);
}

export function tooManyIterations(): never {
  throw new P4Error("loop-limit", "a loop of the program does not end within the limit of iterations");
}

export function tooManyHeaders(): never {
  throw new P4Error("packet-too-long", "the deparser emits more bytes of headers than a packet can have");
}
