/** Protocol buffers' text format: quoted strings. */

/** Each byte as it stands inside quotes. */
const escapes: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const char = String.fromCharCode(byte);
  if (char === '"' || char === "\\") return `\\${char}`;
  return byte >= 0x20 && byte < 0x7f ? char : `\\${byte.toString(8).padStart(3, "0")}`;
});

/** An ASCII string in quotes. */
export function quoted(text: string): string {
  let out = '"';
  for (let i = 0; i < text.length; i++) out += escapes[text.charCodeAt(i)];
  return `${out}"`;
}

/**
 * A number from 0 to 2^32 - 1 in quotes, as P4Runtime's canonical byte string: big-endian, without leading zero
 * bytes, and one zero byte for 0.
 */
export function quotedNumber(value: number): string {
  let out = '"';
  if (value >= 0x1000000) out += escapes[value >>> 24];
  if (value >= 0x10000) out += escapes[(value >>> 16) & 0xff];
  if (value >= 0x100) out += escapes[(value >>> 8) & 0xff];
  return `${out}${escapes[value & 0xff]}"`;
}

/** A number in quotes as a big-endian byte string of its full width: how p4c writes a P4Info's default arguments. */
export function quotedPadded(value: number, widthBits: number): string {
  let out = "";
  for (let bytes = Math.ceil(widthBits / 8), rest = value; bytes > 0; bytes--, rest = Math.floor(rest / 256))
    out = escapes[rest % 256] + out;
  return `"${out}"`;
}
