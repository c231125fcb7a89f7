/**
 * Ternary, lpm, optional and range match. Entries with the same masks form a group with a hash index over
 * their masked values (tuple space search); groups are probed best priority first, and the search ends when
 * none left can beat the entry found. To a group a range field is a wildcard; its bucket looks at the bounds.
 * Tables whose entries have many different masks are searched by bit vectors instead.
 *
 * For a table with an lpm field and otherwise exact ones the prefix length is the priority.
 */
import type { Bits, MatchKey } from "../api.js";
import { P4Error } from "../errors.js";
import { BaseTable } from "./base-table.js";
import { BitVectors, type MaskedEntry } from "./bit-vectors.js";
import { fullMaskWord } from "./bits.js";
import { Bucket, type BucketOwner, rangesHold } from "./bucket.js";
import { compile, hashSource, mix, ProbeTable, wordsSource } from "./hashing.js";
import { type FieldLayout, onesIn } from "./key-layout.js";
import type { TableShape } from "./table.js";

/** With more groups than this, bit vectors are built once they have been asked for as often. */
const MANY_GROUPS = 24;
const LOOKUPS_BEFORE_VECTORS = 64;
const VECTOR_MEMORY = 128 << 20;

interface Group {
  name: string;
  /** By word of the key. */
  masks: Int32Array;
  /** No entry of the group beats this. */
  maxPriority: number;
  entries: number;
  /** Over bucket numbers. */
  probe: ProbeTable;
}

export class MaskedTable extends BaseTable implements BucketOwner {
  readonly lookup: (...key: never[]) => number;
  readonly rowWords: number;
  readonly ranges: readonly FieldLayout[];
  /** Best priority first. */
  readonly groups: Group[] = [];
  many = false;
  /** By bucket number: masked key words, and the only slot (0 if `buckets` has several or ranges). */
  bucketValues = new Int32Array(0);
  bucketSlot = new Int32Array(1);
  private readonly lpm: FieldLayout | undefined;
  /** Words of the key being looked up or, in the control plane's operations, masks and values of a row. */
  private readonly words: Int32Array;
  private readonly masks: Int32Array;
  private readonly groupOf = new Map<string, Group>();
  private readonly buckets: Bucket[] = [];
  private readonly freeBuckets: number[] = [];
  private readonly rows = new ProbeTable((slot) =>
    this.hashRow(this.keys, slot * this.rowWords, this.priorities[slot]),
  );
  private vectors: BitVectors | null = null;
  private lookupsSinceChange = 0;

  constructor(shape: TableShape) {
    super(shape, true);
    const { fields, rowWords, inputWords } = this.layout;
    this.rowWords = rowWords;
    this.ranges = fields.filter((f) => f.kind === "range");
    const lpms = fields.filter((f) => f.kind === "lpm");
    if (lpms.length > 1) {
      const message = `table '${shape.name}' has ${lpms.length} lpm keys, and only one is supported`;
      throw new P4Error("several-lpm-keys", message, undefined, true);
    }
    this.lpm = fields.every((f) => f.kind === "exact" || f.kind === "lpm") ? lpms[0] : undefined;
    this.words = new Int32Array(inputWords);
    this.masks = new Int32Array(inputWords);
    this.lookup = this.makeLookup();
  }

  private makeLookup(): (...key: never[]) => number {
    const { params, source } = wordsSource(this.layout.fields);
    const n = this.layout.inputWords;
    const each = (f: (i: number) => string, separator: string) =>
      Array.from({ length: n }, (_, i) => f(i)).join(separator);
    const save = each((i) => `w[${i}] = w${i};`, " ");
    const saveForRanges = this.ranges.length > 0 ? save : "";
    return compile(
      params,
      `${source}
if (t.many) { ${save} const s = t.searchVectors(); if (s >= 0) return s; }
${saveForRanges}
const { groups, bucketValues, bucketSlot, priorities } = t;
let best = 0, bestPriority = -1;
for (let g = 0; g < groups.length; g++) {
  const group = groups[g];
  if (group.maxPriority < bestPriority) break;
  const m = group.masks;
  ${each((i) => `const m${i} = w${i} & m[${i}];`, " ")}
  ${hashSource(Array.from({ length: n }, (_, i) => `m${i}`))}
  const { index, mask } = group.probe;
  for (let p = h & mask; ; p = (p + 1) & mask) {
    const b = index[p];
    if (b === 0) break;
    const o = b * ${n};
    if (${each((i) => `bucketValues[o + ${i}] !== m${i}`, " || ") || "false"}) continue;
    const s = bucketSlot[b] || t.searchBucket(b);
    if (s !== 0 && (priorities[s] > bestPriority || (priorities[s] === bestPriority && t.before(s, best) < 0))) {
      best = s;
      bestPriority = priorities[s];
    }
    break;
  }
}
return best;`,
      { t: this, w: this.words },
    );
  }

  /** Negative when the entry in slot a wins over that in b: larger priority, then age. */
  before(a: number, b: number): number {
    return this.priorities[b] - this.priorities[a] || this.store.seq[a] - this.store.seq[b];
  }

  override insert(key: readonly MatchKey[], action: number, args: readonly Bits[], priority = 0): number {
    return super.insert(key, action, args, this.priorityOf(key, priority));
  }

  override find(key: readonly MatchKey[], priority = 0): number {
    return super.find(key, this.priorityOf(key, priority));
  }

  searchBucket(bucket: number): number {
    return this.buckets[bucket].find(this.words);
  }

  /** The best slot for `words`, or -1 while there are no vectors. */
  searchVectors(): number {
    if (!this.vectors) {
      if (++this.lookupsSinceChange < LOOKUPS_BEFORE_VECTORS) return -1;
      this.vectors = this.makeVectors();
    }
    return this.vectors.find(this.words);
  }

  protected findRow(priority: number): number {
    const { row, keys, priorities, rowWords } = this;
    const { index, mask } = this.rows;
    for (let p = this.hashRow(row, 0, priority) & mask; ; p = (p + 1) & mask) {
      const slot = index[p];
      if (slot === 0) return 0;
      let i = 0;
      while (i < rowWords && keys[slot * rowWords + i] === row[i]) i++;
      if (i === rowWords && priorities[slot] === priority) return slot;
    }
  }

  protected link(slot: number): void {
    this.rows.add(slot);
    const group = this.groupFor(this.masksOf(slot), true)!;
    group.entries++;
    if (this.priorities[slot] > group.maxPriority || group.entries === 1) {
      group.maxPriority = this.priorities[slot];
      this.order(group);
    }
    const bucket = this.bucketFor(group);
    this.buckets[bucket].add(slot);
    this.settle(bucket);
    this.changed();
  }

  protected unlink(slot: number): void {
    this.rows.remove(slot);
    const group = this.groupFor(this.masksOf(slot), false)!;
    const bucket = this.bucketFor(group);
    this.buckets[bucket].remove(slot);
    if (this.buckets[bucket].slots.length === 0) {
      group.probe.remove(bucket);
      this.freeBuckets.push(bucket);
    } else this.settle(bucket);
    if (--group.entries === 0) {
      this.groups.splice(this.groups.indexOf(group), 1);
      this.groupOf.delete(group.name);
    }
    this.changed();
  }

  protected unlinkAll(): void {
    this.rows.clear();
    this.groups.length = 0;
    this.groupOf.clear();
    this.buckets.length = 0;
    this.freeBuckets.length = 0;
    this.changed();
  }

  private changed(): void {
    this.vectors = null;
    this.lookupsSinceChange = 0;
    this.many =
      this.groups.length > MANY_GROUPS &&
      BitVectors.memory(this.count, this.layout.inputWords) < VECTOR_MEMORY;
  }

  /** A bucket of one entry without ranges needs no search. */
  private settle(bucket: number): void {
    const { slots } = this.buckets[bucket];
    this.bucketSlot[bucket] = slots.length === 1 && this.ranges.length === 0 ? slots[0] : 0;
  }

  private priorityOf(key: readonly MatchKey[], priority: number): number {
    if (!this.lpm) return priority;
    this.layout.encode(key, this.row);
    return onesIn(this.row, this.lpm.extra, this.lpm.words);
  }

  /** Fills `masks` and `words` from the slot's row; a range field has mask 0. */
  private masksOf(slot: number): Int32Array {
    const { keys, masks, words } = this;
    const at = slot * this.rowWords;
    for (const f of this.layout.fields)
      for (let i = 0; i < f.words; i++) {
        const range = f.kind === "range";
        masks[f.input + i] = range ? 0 : f.extra < 0 ? fullMaskWord(f.widthBits, i) : keys[at + f.extra + i];
        words[f.input + i] = range ? 0 : keys[at + f.value + i];
      }
    return masks;
  }

  private groupFor(masks: Int32Array, make: boolean): Group | undefined {
    const name = masks.join();
    let group = this.groupOf.get(name);
    if (!group && make) {
      const probe = new ProbeTable((b) => this.hashBucket(b));
      group = { name, masks: masks.slice(), maxPriority: 0, entries: 0, probe };
      this.groupOf.set(name, group);
      this.groups.push(group);
    }
    return group;
  }

  /** Moves a group to its place after its priority grew or it was added at the end. */
  private order(group: Group): void {
    const { groups } = this;
    let i = groups.indexOf(group);
    for (; i > 0 && groups[i - 1].maxPriority < group.maxPriority; i--) groups[i] = groups[i - 1];
    groups[i] = group;
  }

  /** The bucket for the values in `words`, made when there is none. */
  private bucketFor(group: Group): number {
    const { words, bucketValues } = this;
    const n = words.length;
    let h = 0;
    for (let i = 0; i < n; i++) h = mix(h, words[i]);
    const { index, mask } = group.probe;
    for (let p = h & mask; index[p] !== 0; p = (p + 1) & mask) {
      const at = index[p] * n;
      let i = 0;
      while (i < n && bucketValues[at + i] === words[i]) i++;
      if (i === n) return index[p];
    }
    return this.newBucket(group);
  }

  private newBucket(group: Group): number {
    const n = this.words.length;
    const number = this.freeBuckets.pop() ?? Math.max(1, this.buckets.length);
    if (number >= this.bucketSlot.length || this.bucketValues.length < (number + 1) * n) {
      const capacity = Math.max(16, 2 * number);
      const values = new Int32Array(capacity * n);
      values.set(this.bucketValues);
      const slots = new Int32Array(capacity);
      slots.set(this.bucketSlot);
      this.bucketValues = values;
      this.bucketSlot = slots;
    }
    this.buckets[number] = new Bucket(this);
    this.bucketValues.set(this.words, number * n);
    group.probe.add(number);
    return number;
  }

  private makeVectors(): BitVectors {
    const key = this.words.slice();
    const slots = this.store.slots().sort((a, b) => this.before(a, b));
    const entries = slots.map((slot): MaskedEntry => {
      this.masksOf(slot);
      return { slot, masks: this.masks.slice(), values: this.words.slice() };
    });
    this.words.set(key);
    return new BitVectors(entries, key.length, (slot) => rangesHold(this, slot, this.words));
  }

  private hashBucket(bucket: number): number {
    const n = this.words.length;
    let h = 0;
    for (let i = 0; i < n; i++) h = mix(h, this.bucketValues[bucket * n + i]);
    return h;
  }

  private hashRow(words: Int32Array, at: number, priority: number): number {
    let h = mix(0, priority);
    for (let i = 0; i < this.rowWords; i++) h = mix(h, words[at + i]);
    return h;
  }
}
