/** Fields packed one after the other, most significant bit first: the input of hashes and checksums. */
export class BitBuffer {
  bytes: Uint8Array;
  bitLength = 0;

  constructor(capacityBytes = 64) {
    this.bytes = new Uint8Array(capacityBytes);
  }

  /** Whole bytes in use; the last may have unused low bits, which are 0. */
  get byteLength(): number {
    return (this.bitLength + 7) >>> 3;
  }

  reset(): this {
    this.bytes.fill(0, 0, this.byteLength);
    this.bitLength = 0;
    return this;
  }

  /** Appends the low `widthBits` (at most 32) bits of a number. */
  put(value: number, widthBits: number): this {
    this.reserve(widthBits);
    const { bytes } = this;
    let left = widthBits;
    let at = this.bitLength;
    while (left > 0) {
      const room = 8 - (at & 7);
      const take = Math.min(room, left);
      const chunk = (value >>> (left - take)) & (0xff >>> (8 - take));
      bytes[at >>> 3] |= chunk << (room - take);
      at += take;
      left -= take;
    }
    this.bitLength = at;
    return this;
  }

  /** Appends the low `widthBits` bits of a bigint. */
  putBig(value: bigint, widthBits: number): this {
    const top = widthBits % 32;
    if (top > 0) this.put(Number(BigInt.asUintN(top, value >> BigInt(widthBits - top))), top);
    for (let shift = widthBits - top - 32; shift >= 0; shift -= 32)
      this.put(Number(BigInt.asUintN(32, value >> BigInt(shift))), 32);
    return this;
  }

  putBytes(source: Uint8Array, from = 0, to = source.length): this {
    if ((this.bitLength & 7) === 0) {
      this.reserve((to - from) * 8);
      this.bytes.set(source.subarray(from, to), this.bitLength >>> 3);
      this.bitLength += (to - from) * 8;
    } else for (let i = from; i < to; i++) this.put(source[i], 8);
    return this;
  }

  /**
   * Moves the bits to the end of the last byte, so that the padding is in front: how a Tofino's hashes see
   * a length that is no multiple of 8. BMv2 pads behind.
   */
  alignRight(): this {
    const pad = -this.bitLength & 7;
    if (pad === 0) return this;
    const n = this.byteLength;
    for (let i = n - 1; i >= 0; i--)
      this.bytes[i] = (this.bytes[i] >>> pad) | (i > 0 ? this.bytes[i - 1] << (8 - pad) : 0);
    this.bitLength = n * 8;
    return this;
  }

  private reserve(moreBits: number): void {
    const need = (this.bitLength + moreBits + 7) >>> 3;
    if (need <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(need, 2 * this.bytes.length));
    grown.set(this.bytes);
    this.bytes = grown;
  }
}
