/** Exact match: an array over the whole key space where that is small, open addressing otherwise. */
import { BaseTable } from "./base-table.js";
import { compile, hashSource, mix, ProbeTable, wordsSource } from "./hashing.js";
import type { TableShape } from "./table.js";

/** Key spaces up to 2^16 are always dense, up to 2^20 where the table may fill an eighth of them. */
const ALWAYS_DENSE_BITS = 16;
const DENSE_BITS = 20;

export function denseFits(shape: TableShape): boolean {
  const bits = shape.keys.reduce((sum, k) => sum + k.widthBits, 0);
  return bits <= ALWAYS_DENSE_BITS || (bits <= DENSE_BITS && shape.size * 8 >= 2 ** bits);
}

/** The first field is the most significant part of the index. */
export class DenseTable extends BaseTable {
  /** Slot by key; made at the first entry. */
  index = new Int32Array(0);
  readonly lookup: (...key: never[]) => number;

  constructor(shape: TableShape) {
    super(shape, false);
    let at = "0";
    const params = this.layout.fields.map((f, i) => {
      const value = `(k${i} & ${2 ** f.widthBits - 1})`;
      at = i === 0 ? value : `((${at} << ${f.widthBits}) | ${value})`;
      return `k${i}`;
    });
    // Of an empty table the index is empty too, and reads as undefined.
    this.lookup = compile(params, `return t.index[${at}] | 0;`, { t: this });
  }

  protected findRow(): number {
    return this.index[this.indexOf(this.row, 0)] | 0;
  }

  protected link(slot: number): void {
    if (this.index.length === 0) this.index = new Int32Array(2 ** this.layout.widthBits);
    this.index[this.indexOf(this.keys, slot * this.layout.rowWords)] = slot;
  }

  protected unlink(slot: number): void {
    this.index[this.indexOf(this.keys, slot * this.layout.rowWords)] = 0;
  }

  protected unlinkAll(): void {
    this.index = new Int32Array(0);
  }

  private indexOf(words: Int32Array, at: number): number {
    let index = 0;
    for (const f of this.layout.fields) index = (index << f.widthBits) | (f.words ? words[at + f.value] : 0);
    return index;
  }
}

export class HashTable extends BaseTable {
  readonly probe = new ProbeTable((slot) => this.hashOf(this.keys, slot * this.layout.rowWords));
  readonly lookup: (...key: never[]) => number;

  constructor(shape: TableShape) {
    super(shape, false);
    const { params, source } = wordsSource(this.layout.fields);
    const n = this.layout.inputWords;
    const words = Array.from({ length: n }, (_, i) => `w${i}`);
    const same = words.map((w, i) => `keys[o + ${i}] === ${w}`).join(" && ");
    this.lookup = compile(
      params,
      `${source}
${hashSource(words)}
const { index, mask } = probe, keys = t.keys;
for (let p = h & mask; ; p = (p + 1) & mask) {
  const s = index[p];
  if (s === 0) return 0;
  const o = s * ${n};
  if (${same}) return s;
}`,
      { t: this, probe: this.probe },
    );
  }

  protected findRow(): number {
    const { row, keys } = this;
    const n = row.length;
    const { index, mask } = this.probe;
    for (let p = this.hashOf(row, 0) & mask; ; p = (p + 1) & mask) {
      const slot = index[p];
      if (slot === 0) return 0;
      let i = 0;
      while (i < n && keys[slot * n + i] === row[i]) i++;
      if (i === n) return slot;
    }
  }

  protected link(slot: number): void {
    this.probe.add(slot);
  }

  protected unlink(slot: number): void {
    this.probe.remove(slot);
  }

  protected unlinkAll(): void {
    this.probe.clear();
  }

  private hashOf(words: Int32Array, at: number): number {
    let h = 0;
    for (let i = 0; i < this.layout.inputWords; i++) h = mix(h, words[at + i]);
    return h;
  }
}
