/**
 * Ternary match for entries with many different masks. For each byte of the key and each value of it there is
 * a vector with one bit an entry, in winning order: set if the entry admits that value. The first bit set in
 * the AND of the key bytes' vectors is the winner. (Lakshman and Stiliadis, SIGCOMM 1998, with bytes for
 * their dimensions.)
 */

export interface MaskedEntry {
  slot: number;
  /** By word of the key. */
  masks: Int32Array;
  values: Int32Array;
}

export class BitVectors {
  private readonly slots: Int32Array;
  private readonly length: number;
  /** Bytes of the key that any entry looks at, numbered from the least significant of word 0. */
  private readonly bytes: number[] = [];
  /** For the ith of `bytes` and value v, `length` words from (i * 256 + v) * length. */
  private readonly vectors: Int32Array;

  /** Bytes of memory for so many entries over keys of `words` words, at most. */
  static memory(entries: number, words: number): number {
    return words * 4 * 256 * Math.ceil(entries / 32) * 4;
  }

  /**
   * @param entries in winning order
   * @param admit decides on a candidate what masks cannot say (its ranges)
   */
  constructor(
    entries: readonly MaskedEntry[],
    words: number,
    private readonly admit: (slot: number) => boolean,
  ) {
    this.slots = Int32Array.from(entries, (e) => e.slot);
    this.length = Math.ceil(entries.length / 32);
    const byteOf = (row: Int32Array, b: number) => (row[b >> 2] >>> (8 * (b & 3))) & 255;
    for (let b = 0; b < words * 4; b++) if (entries.some((e) => byteOf(e.masks, b) !== 0)) this.bytes.push(b);
    this.vectors = new Int32Array(this.bytes.length * 256 * this.length);
    entries.forEach((entry, position) => {
      const word = position >> 5;
      const bit = 1 << (position & 31);
      this.bytes.forEach((b, i) => {
        const free = ~byteOf(entry.masks, b) & 255;
        const value = byteOf(entry.values, b);
        // All subsets of the free bits, the empty one last.
        for (let sub = free; ; sub = (sub - 1) & free) {
          this.vectors[(i * 256 + (value | sub)) * this.length + word] |= bit;
          if (sub === 0) break;
        }
      });
    });
  }

  /** The slot of the first entry that matches the key's words, 0 when none does. */
  find(words: Int32Array): number {
    const { bytes, vectors, length } = this;
    for (let c = 0; c < length; c++) {
      let candidates = -1;
      for (let i = 0; i < bytes.length && candidates !== 0; i++) {
        const b = bytes[i];
        const value = (words[b >> 2] >>> (8 * (b & 3))) & 255;
        candidates &= vectors[(i * 256 + value) * length + c];
      }
      for (; candidates !== 0; candidates &= candidates - 1) {
        const position = c * 32 + 31 - Math.clz32(candidates & -candidates);
        if (position >= this.slots.length) return 0;
        const slot = this.slots[position];
        if (this.admit(slot)) return slot;
      }
    }
    return 0;
  }
}
