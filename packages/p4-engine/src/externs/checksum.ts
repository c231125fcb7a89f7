/** Sums over byte strings: the Internet checksum (RFC 1071) and exclusive or. */

/** Ones' complement sum of big-endian 16-bit words, a last odd byte being the upper half of a word; 0..0xffff. */
export function onesComplementSum(bytes: Uint8Array, length: number, initial = 0): number {
  let sum = initial;
  const even = length & ~1;
  // Folding once at the end is safe up to 2^37 bytes in a double.
  for (let i = 0; i < even; i += 2) sum += (bytes[i] << 8) | bytes[i + 1];
  if (even < length) sum += bytes[even] << 8;
  while (sum > 0xffff) sum = (sum % 0x10000) + Math.floor(sum / 0x10000);
  return sum;
}

/** The Internet checksum. */
export const internetChecksum = (bytes: Uint8Array, length: number): number =>
  ~onesComplementSum(bytes, length) & 0xffff;

/** Exclusive or of big-endian words of `wordBytes` (1, 2 or 4), the last padded with zero bytes behind. */
export function xorWords(bytes: Uint8Array, length: number, wordBytes: 1 | 2 | 4): number {
  let x = 0;
  for (let i = 0; i < length; i++) x ^= bytes[i] << (8 * (wordBytes - 1 - (i % wordBytes)));
  return x >>> 0;
}
