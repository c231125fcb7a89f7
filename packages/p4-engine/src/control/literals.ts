/** Numbers as control-plane texts write them: decimal, 0x, 0b, 0o; MAC, IPv4 and IPv6 addresses by width. */
import type { Bits } from "../api.js";
import { P4Error } from "../errors.js";

/** The value of a hexadecimal digit's character code, -1 for others. */
export function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

/** An integer literal, a bigint where it does not fit 53 bits; null for anything else. */
export function parseInteger(text: string): Bits | null {
  const n = text.length;
  if (n === 0) return null;
  if (text.charCodeAt(0) === 48 && n > 2) {
    const base = text.charCodeAt(1) | 32;
    if (base === 120) return digits(text, 2, 4, 13);
    if (base === 98) return digits(text, 2, 1, 53);
    if (base === 111) return digits(text, 2, 3, 17);
  }
  let value = 0;
  const start = text.charCodeAt(0) === 45 && n > 1 ? 1 : 0;
  for (let i = start; i < n; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return null;
    value = value * 10 + digit;
  }
  if (n > 15) return BigInt(text);
  return start === 1 ? -value : value;
}

/** Digits of `bits` bits each from `from` on; up to `most` of them make a number. */
function digits(text: string, from: number, bits: 1 | 3 | 4, most: number): Bits | null {
  let value = 0;
  let wide = 0n;
  const long = text.length - from > most;
  for (let i = from; i < text.length; i++) {
    const digit = hexDigit(text.charCodeAt(i));
    if (digit < 0 || digit >= 1 << bits) return null;
    if (long) wide = (wide << BigInt(bits)) | BigInt(digit);
    else value = value * 2 ** bits + digit;
  }
  return long ? wide : value;
}

/**
 * A value for a field of `widthBits`: an integer, or an address where the width is one's.
 * @throws P4Error bad-value
 */
export function parseValue(text: string, widthBits: number): Bits {
  const value = parseInteger(text);
  if (value !== null) return value;
  const address =
    widthBits === 32
      ? parseIPv4(text)
      : widthBits === 48
        ? parseMac(text)
        : widthBits === 128
          ? parseIPv6(text)
          : null;
  if (address === null) throw new P4Error("bad-value", `'${text}' is no value for ${widthBits} bits`);
  return address;
}

/** A number that must be a small non-negative integer: an index, handle, port. @throws P4Error bad-value */
export function parseIndex(text: string, what: string): number {
  const value = parseInteger(text);
  if (typeof value !== "number" || value < 0) throw new P4Error("bad-value", `'${text}' is no ${what}`);
  return value;
}

function parseIPv4(text: string): number | null {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((p) => /^\d{1,3}$/.test(p) && Number(p) < 256)) return null;
  return parts.reduce((sum, p) => sum * 256 + Number(p), 0);
}

function parseMac(text: string): number | null {
  const parts = text.split(":");
  if (parts.length !== 6 || !parts.every((p) => /^[0-9a-f]{1,2}$/i.test(p))) return null;
  return parts.reduce((sum, p) => sum * 256 + Number.parseInt(p, 16), 0);
}

function parseIPv6(text: string): bigint | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const groups = (half: string): number[] | null => {
    if (half === "") return [];
    const found: number[] = [];
    const parts = half.split(":");
    for (const [i, part] of parts.entries()) {
      const v4 = i === parts.length - 1 ? parseIPv4(part) : null;
      if (v4 !== null) found.push(Math.floor(v4 / 65536), v4 % 65536);
      else if (/^[0-9a-f]{1,4}$/i.test(part)) found.push(Number.parseInt(part, 16));
      else return null;
    }
    return found;
  };
  const head = groups(halves[0]);
  const tail = halves.length === 2 ? groups(halves[1]) : [];
  if (!head || !tail) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const all = [...head, ...new Array<number>(missing).fill(0), ...tail];
  return all.reduce((sum, g) => (sum << 16n) | BigInt(g), 0n);
}
