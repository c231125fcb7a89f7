/** Integer literals (P4_16 6.4.3.2) and arithmetic modulo a width. */

export interface IntegerLiteral {
  value: bigint;
  /** null: infinite precision. */
  width: number | null;
  signed: boolean;
}

/** No type and no constant is wider: beyond it values cost more memory than any packet has bits. */
export const MAX_WIDTH = 65536;

const DIGITS: Record<string, RegExp> = {
  x: /^[0-9a-fA-F]+$/,
  o: /^[0-7]+$/,
  b: /^[01]+$/,
  d: /^[0-9]+$/,
};

/** `12`, `0xFF`, `8w0x_ff`, `4s7`, `1_000`; the message when the text is none of these. */
export function integerLiteral(text: string): IntegerLiteral | string {
  if (text.length < 10 && /^[0-9]+$/.test(text)) return { value: BigInt(text), width: null, signed: false };
  let digits = text;
  let width: number | null = null;
  let signed = false;
  const prefix = /^([0-9]+)([ws])/.exec(text);
  if (prefix) {
    width = Number(prefix[1]);
    signed = prefix[2] === "s";
    digits = text.slice(prefix[0].length);
    if (width > MAX_WIDTH) return `width ${prefix[1]} of '${shorten(text)}' is more than ${MAX_WIDTH} bits`;
    if (width < 1 || (signed && width < 2)) return `'${shorten(text)}' has no bits for a value`;
  }
  let base = "d";
  if (digits[0] === "0" && /^[xXoObBdD]$/.test(digits[1] ?? "")) {
    base = digits[1]!.toLowerCase();
    digits = digits.slice(2);
  } else if (digits.startsWith("_")) {
    return `'${shorten(text)}' is not an integer`;
  }
  digits = digits.replace(/_/g, "");
  if (!DIGITS[base]!.test(digits)) return `'${shorten(text)}' is not an integer`;
  if (digits.length > MAX_WIDTH / 4) return `'${shorten(text)}' has too many digits`;
  const value = BigInt(base === "d" ? digits : `0${base}${digits}`);
  return { value: width === null ? value : wrap(value, width, signed), width, signed };
}

const shorten = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}...` : text);

/** The value modulo 2^width, in the range of bit<width> or int<width>. */
export function wrap(value: bigint, width: number, signed: boolean): bigint {
  return signed ? BigInt.asIntN(width, value) : BigInt.asUintN(width, value);
}

/** The range of bit<width> or int<width>, both ends included. */
export function range(width: number, signed: boolean): [low: bigint, high: bigint] {
  if (!signed) return [0n, (1n << BigInt(width)) - 1n];
  if (width === 0) return [0n, 0n];
  const half = 1n << BigInt(width - 1);
  return [-half, half - 1n];
}

/** The nearest value in the range of bit<width> or int<width>. */
export function saturate(value: bigint, width: number, signed: boolean): bigint {
  const [low, high] = range(width, signed);
  return value < low ? low : value > high ? high : value;
}
