/** What all match kinds share: keys, entries, action data, the control plane's operations. */
import type { Bits, MatchKey } from "../api.js";
import { P4Error } from "../errors.js";
import type { ActionProfile } from "./action-profile.js";
import { copyTo, EntryStore } from "./entry-store.js";
import { KeyLayout } from "./key-layout.js";
import type { MatchTable, ProfileReference, StoredEntry, TableShape } from "./table.js";

const NONE = new Float64Array(0);

/** Subclasses index the entries: they find, link and unlink the slot whose key row is in `keys`. */
export abstract class BaseTable implements MatchTable {
  abstract readonly lookup: (...key: never[]) => number;
  readonly layout: KeyLayout;
  readonly store: EntryStore;
  /** Key rows by slot, `layout.rowWords` each. */
  keys = new Int32Array(0);
  /** Priorities by slot, where the kind of match has any. */
  priorities = new Int32Array(0);
  frozen = false;
  frozenDefault = false;
  packets: Float64Array = NONE;
  bytes: Float64Array = NONE;
  protected readonly row: Int32Array;
  /** Members of the profile made for entries that name an action instead, by slot. */
  private readonly ownMembers = new Map<number, number>();

  constructor(
    readonly shape: TableShape,
    private readonly prioritised: boolean,
  ) {
    this.layout = new KeyLayout(shape.name, shape.keys);
    this.row = new Int32Array(this.layout.rowWords);
    this.store = new EntryStore(shape.name, shape.actions, shape.size, shape.profile !== undefined, (n) =>
      this.grow(n),
    );
  }

  get action(): Uint16Array {
    return this.store.action;
  }
  get data(): Uint32Array {
    return this.store.data;
  }
  get stride(): number {
    return this.store.stride;
  }
  get paramOffsets(): readonly (readonly number[])[] {
    return this.store.paramOffsets;
  }
  get count(): number {
    return this.store.count;
  }
  get slotLimit(): number {
    return this.store.slotLimit;
  }

  /** The slot with exactly the key in `row`, or 0. */
  protected abstract findRow(priority: number): number;
  protected abstract link(slot: number): void;
  protected abstract unlink(slot: number): void;
  protected abstract unlinkAll(): void;

  /** Arrays that run parallel to the slots grow here. */
  protected grow(capacity: number): void {
    this.keys = copyTo(new Int32Array(capacity * this.layout.rowWords), this.keys);
    if (this.prioritised) this.priorities = copyTo(new Int32Array(capacity), this.priorities);
    if (this.packets !== NONE) {
      this.packets = copyTo(new Float64Array(capacity), this.packets);
      this.bytes = copyTo(new Float64Array(capacity), this.bytes);
    }
  }

  insert(key: readonly MatchKey[], action: number, args: readonly Bits[], priority = 0): number {
    this.checkNew(key, priority);
    this.checkScope(action, "default-only", "cannot be in an entry");
    const { profile } = this.shape;
    if (profile) {
      const slot = this.store.allocate();
      try {
        this.setOwn(profile, slot, action, args);
      } catch (e) {
        this.store.release(slot);
        throw e;
      }
      return this.place(slot, priority);
    }
    this.store.prepare(action, args);
    const slot = this.store.allocate();
    this.store.commit(slot);
    return this.place(slot, priority);
  }

  insertReference(key: readonly MatchKey[], reference: ProfileReference, priority = 0): number {
    this.checkNew(key, priority);
    const word = this.needProfile().encode(reference);
    const slot = this.store.allocate();
    this.store.data[slot * this.stride] = word;
    return this.place(slot, priority);
  }

  modify(handle: number, action: number, args: readonly Bits[]): void {
    const slot = this.slotOf(handle);
    if (this.frozen) throw this.frozenError();
    this.checkScope(action, "default-only", "cannot be in an entry");
    this.write(slot, action, args);
  }

  modifyReference(handle: number, reference: ProfileReference): void {
    const slot = this.slotOf(handle);
    if (this.frozen) throw this.frozenError();
    const word = this.needProfile().encode(reference);
    this.dropOwnMember(slot);
    this.store.data[slot * this.stride] = word;
  }

  remove(handle: number): void {
    const slot = this.slotOf(handle);
    if (this.frozen) throw this.frozenError();
    this.unlink(slot);
    this.dropOwnMember(slot);
    this.store.release(slot);
  }

  clear(): void {
    if (this.frozen) throw this.frozenError();
    this.unlinkAll();
    for (const slot of [...this.ownMembers.keys()]) if (slot !== 0) this.dropOwnMember(slot);
    this.store.releaseAll();
  }

  find(key: readonly MatchKey[], priority = 0): number {
    this.layout.encode(key, this.row);
    return this.findRow(priority) - 1;
  }

  setDefault(action: number, args: readonly Bits[]): void {
    this.checkDefault();
    this.checkScope(action, "table-only", "cannot be the default action");
    this.write(0, action, args);
  }

  setDefaultReference(reference: ProfileReference): void {
    this.checkDefault();
    const word = this.needProfile().encode(reference);
    this.dropOwnMember(0);
    this.store.data[0] = word;
  }

  entries(): StoredEntry[] {
    return this.store.slots().map((slot) => this.stored(slot));
  }

  entry(handle: number): StoredEntry {
    return this.stored(this.slotOf(handle));
  }

  defaultEntry(): { action: number; args: Bits[] } {
    const { action, args } = this.content(0);
    return { action, args };
  }

  enableCounters(): void {
    if (this.packets !== NONE) return;
    this.packets = new Float64Array(this.action.length);
    this.bytes = new Float64Array(this.action.length);
  }

  hit(slot: number, bytes: number): void {
    this.packets[slot]++;
    this.bytes[slot] += bytes;
  }

  private place(slot: number, priority: number): number {
    this.keys.set(this.row, slot * this.layout.rowWords);
    if (this.prioritised) this.priorities[slot] = priority;
    if (this.packets !== NONE) this.packets[slot] = this.bytes[slot] = 0;
    this.link(slot);
    return slot - 1;
  }

  private write(slot: number, action: number, args: readonly Bits[]): void {
    const { profile } = this.shape;
    if (!profile) {
      this.store.prepare(action, args);
      this.store.commit(slot);
      return;
    }
    this.setOwn(profile, slot, action, args);
  }

  private setOwn(profile: ActionProfile, slot: number, action: number, args: readonly Bits[]): void {
    const own = this.ownMembers.get(slot);
    if (own !== undefined) {
      profile.modifyOwn(own, action, args);
      return;
    }
    const member = profile.addOwn(action, args);
    this.ownMembers.set(slot, member);
    this.store.data[slot * this.stride] = member;
  }

  private dropOwnMember(slot: number): void {
    const member = this.ownMembers.get(slot);
    if (member === undefined) return;
    this.ownMembers.delete(slot);
    this.needProfile().removeOwn(member);
  }

  private stored(slot: number): StoredEntry {
    const key = this.layout.decode(this.keys, slot * this.layout.rowWords);
    const priority = this.prioritised ? this.priorities[slot] : 0;
    return { handle: slot - 1, key, priority, ...this.content(slot) };
  }

  private content(slot: number): { action: number; args: Bits[]; reference?: ProfileReference } {
    const { profile } = this.shape;
    if (!profile) return this.store.read(slot);
    const word = this.data[slot * this.stride];
    const own = this.ownMembers.get(slot);
    if (own === undefined) return { action: -1, args: [], reference: profile.decode(word) };
    return profile.own(own);
  }

  private checkNew(key: readonly MatchKey[], priority: number): void {
    if (this.frozen) throw this.frozenError();
    if (!Number.isInteger(priority) || priority < 0 || priority > 0x7fffffff)
      throw new P4Error("value-range", `priority ${priority} is not an integer from 0 to 2147483647`);
    this.layout.encode(key, this.row);
    if (this.findRow(priority) !== 0)
      throw new P4Error("duplicate-entry", `table '${this.shape.name}' already has an entry with this key`);
  }

  private checkScope(action: number, scope: string, consequence: string): void {
    const shape = this.shape.actions[action];
    if (!shape)
      throw new P4Error("unknown-action", `table '${this.shape.name}' has no action number ${action}`);
    if (shape.scope === scope)
      throw new P4Error(
        "action-scope",
        `action '${shape.name}' of table '${this.shape.name}' ${consequence}`,
      );
  }

  private checkDefault(): void {
    if (this.frozenDefault)
      throw new P4Error("frozen-default", `the default action of table '${this.shape.name}' is constant`);
  }

  private slotOf(handle: number): number {
    if (!Number.isInteger(handle) || !this.store.used(handle + 1))
      throw new P4Error("unknown-handle", `table '${this.shape.name}' has no entry with handle ${handle}`);
    return handle + 1;
  }

  private needProfile() {
    const { profile } = this.shape;
    if (!profile)
      throw new P4Error("no-profile", `table '${this.shape.name}' has no action profile or selector`);
    return profile;
  }

  private frozenError(): P4Error {
    return new P4Error("frozen-table", `the entries of table '${this.shape.name}' are constant`);
  }
}
