/** Growable typed-array storage of actions with their data, by slot; slot 0 belongs to the owner. */
import type { Bits } from "../api.js";
import { P4Error } from "../errors.js";
import { readBits, wordsOf, writeBits } from "./bits.js";
import type { ActionShape } from "./table.js";

/** Above this many bytes storage grows by half instead of doubling. */
const LARGE = 16 << 20;

export class EntryStore {
  action: Uint16Array;
  data: Uint32Array;
  readonly stride: number;
  readonly paramOffsets: number[][];
  /** Insertion number by slot, 0 for a free slot. */
  seq: Uint32Array;
  count = 0;
  slotLimit = 1;
  private capacity: number;
  private nextSeq = 1;
  private prepared = 0;
  private readonly scratch: Uint32Array;
  private readonly free: number[] = [];

  /**
   * @param limit most slots beside slot 0
   * @param reference the slot must hold a profile reference (one word)
   * @param onGrow called with the new capacity, for arrays that run parallel
   */
  constructor(
    readonly ownerName: string,
    readonly actions: readonly ActionShape[],
    readonly limit: number,
    reference: boolean,
    private readonly onGrow: (capacity: number) => void,
  ) {
    let stride = reference ? 1 : 0;
    this.paramOffsets = actions.map((a) => {
      let at = 0;
      const offsets = a.params.map((p) => {
        const here = at;
        at += wordsOf(p.widthBits);
        return here;
      });
      if (!reference) stride = Math.max(stride, at);
      return offsets;
    });
    this.stride = stride;
    this.scratch = new Uint32Array(stride);
    this.capacity = Math.min(limit + 1, 16);
    this.action = new Uint16Array(this.capacity);
    this.data = new Uint32Array(this.capacity * stride);
    this.seq = new Uint32Array(this.capacity);
    onGrow(this.capacity);
  }

  /** A fresh slot. @throws P4Error table-full */
  allocate(): number {
    if (this.count >= this.limit)
      throw new P4Error("table-full", `'${this.ownerName}' is full: it holds ${this.limit} entries`);
    const slot = this.free.pop() ?? this.slotLimit++;
    if (slot >= this.capacity) this.grow();
    this.count++;
    this.seq[slot] = this.nextSeq++;
    return slot;
  }

  release(slot: number): void {
    this.seq[slot] = 0;
    this.count--;
    this.free.push(slot);
  }

  releaseAll(): void {
    this.seq.fill(0);
    this.free.length = 0;
    this.slotLimit = 1;
    this.count = 0;
  }

  used(slot: number): boolean {
    return slot > 0 && slot < this.slotLimit && this.seq[slot] !== 0;
  }

  /** Used slots, oldest first. */
  slots(): number[] {
    const slots: number[] = [];
    for (let s = 1; s < this.slotLimit; s++) if (this.seq[s] !== 0) slots.push(s);
    const { seq } = this;
    return slots.sort((a, b) => seq[a] - seq[b]);
  }

  /**
   * Checks an action and its arguments and keeps them for `commit`, so that nothing changes when one is wrong.
   * @throws P4Error unknown-action, argument-count, value-range
   */
  prepare(action: number, args: readonly Bits[]): void {
    const shape = this.actions[action];
    if (!shape) throw new P4Error("unknown-action", `'${this.ownerName}' has no action number ${action}`);
    const { params } = shape;
    if (args.length !== params.length)
      throw new P4Error(
        "argument-count",
        `action '${shape.name}' takes ${params.length} arguments, the entry gives ${args.length}`,
      );
    const offsets = this.paramOffsets[action];
    let p = 0;
    const what = () => `argument '${params[p].name}' of action '${shape.name}'`;
    for (; p < params.length; p++) writeBits(this.scratch, offsets[p], args[p], params[p].widthBits, what);
    this.prepared = action;
  }

  commit(slot: number): void {
    this.action[slot] = this.prepared;
    this.data.set(this.scratch, slot * this.stride);
  }

  read(slot: number): { action: number; args: Bits[] } {
    const action = this.action[slot];
    const offsets = this.paramOffsets[action] ?? [];
    const base = slot * this.stride;
    const args = offsets.map((at, p) =>
      readBits(this.data, base + at, this.actions[action].params[p].widthBits),
    );
    return { action, args };
  }

  private grow(): void {
    const bytes = this.capacity * this.stride * 4;
    const wanted = bytes > LARGE ? Math.ceil(this.capacity * 1.5) : this.capacity * 2;
    this.capacity = Math.min(this.limit + 1, wanted);
    this.action = copyTo(new Uint16Array(this.capacity), this.action);
    this.data = copyTo(new Uint32Array(this.capacity * this.stride), this.data);
    this.seq = copyTo(new Uint32Array(this.capacity), this.seq);
    this.onGrow(this.capacity);
  }
}

/** `to`, with the content of `from` at its start. */
export function copyTo<T extends Uint16Array | Uint32Array | Int32Array | Float64Array>(to: T, from: T): T {
  to.set(from);
  return to;
}
