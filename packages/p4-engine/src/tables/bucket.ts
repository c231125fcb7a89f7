/**
 * Entries with the same masks and masked values, which differ in their ranges or only in priority. Where one
 * field is a range and there are many, the winner is found by interval.
 */
import { compareWords } from "./bits.js";
import type { FieldLayout } from "./key-layout.js";

/** What a bucket needs of its table; `before` orders entries, the winning one first. */
export interface BucketOwner {
  readonly keys: Int32Array;
  readonly rowWords: number;
  readonly ranges: readonly FieldLayout[];
  before(a: number, b: number): number;
}

/** Whether the words of a key lie in all ranges of the entry in `slot`. */
export function rangesHold(owner: BucketOwner, slot: number, words: Int32Array): boolean {
  const { keys, rowWords, ranges } = owner;
  const at = slot * rowWords;
  for (const r of ranges) {
    if (compareWords(words, r.input, keys, at + r.value, r.words) < 0) return false;
    if (compareWords(words, r.input, keys, at + r.extra, r.words) > 0) return false;
  }
  return true;
}

/** Fewer entries are scanned. */
const INDEX_FROM = 8;

export class Bucket {
  readonly slots: number[] = [];
  private dirty = true;
  /** Start of each elementary interval, ascending, and the winner in it (0 where no range covers it). */
  private starts = new Float64Array(0);
  private winners = new Int32Array(0);

  constructor(private readonly owner: BucketOwner) {}

  add(slot: number): void {
    this.slots.push(slot);
    this.dirty = true;
  }

  remove(slot: number): void {
    this.slots.splice(this.slots.indexOf(slot), 1);
    this.dirty = true;
  }

  /** The first entry, in winning order, whose ranges hold the words of the key; 0 when none does. */
  find(words: Int32Array): number {
    const { owner, slots } = this;
    const { ranges } = owner;
    if (this.dirty) this.prepare();
    if (this.starts.length > 0) return this.winners[this.interval(words[ranges[0].input] >>> 0)] | 0;
    for (let i = 0; i < slots.length; i++) if (rangesHold(owner, slots[i], words)) return slots[i];
    return 0;
  }

  /** Index of the last start <= x; the first start is 0. */
  private interval(x: number): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle] <= x) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  private prepare(): void {
    const { slots, owner } = this;
    this.dirty = false;
    slots.sort((a, b) => owner.before(a, b));
    const [range] = owner.ranges;
    this.starts = new Float64Array(0);
    if (slots.length < INDEX_FROM || owner.ranges.length !== 1 || range.words !== 1) return;

    const low = (slot: number) => owner.keys[slot * owner.rowWords + range.value] >>> 0;
    const high = (slot: number) => owner.keys[slot * owner.rowWords + range.extra] >>> 0;
    const bounds = new Set<number>([0]);
    for (const slot of slots) {
      bounds.add(low(slot));
      bounds.add(high(slot) + 1);
    }
    this.starts = Float64Array.from(bounds).sort();
    this.winners = new Int32Array(this.starts.length);
    // Best entry first, each paints the intervals nobody painted; `next` skips painted ones (union-find).
    const next = Int32Array.from({ length: this.starts.length + 1 }, (_, i) => i);
    const free = (i: number): number => {
      while (next[i] !== i) i = next[i] = next[next[i]];
      return i;
    };
    for (const slot of slots) {
      const end = this.interval(high(slot));
      for (let i = free(this.interval(low(slot))); i <= end; i = free(i)) {
        this.winners[i] = slot;
        next[i] = i + 1;
      }
    }
  }
}
