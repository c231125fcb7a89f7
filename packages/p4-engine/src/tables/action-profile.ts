/** Action profiles and selectors: action data shared by many entries. */
import type { Bits } from "../api.js";
import { P4Error } from "../errors.js";
import { EntryStore } from "./entry-store.js";
import type { ActionShape, ProfileReference } from "./table.js";

const GROUP_BIT = 0x80000000;

/**
 * Members are actions with their data; groups are sets of members one of which a selector picks by hash.
 * A table with a profile stores a reference in `data[slot * stride]`; generated code does
 *
 *     const m = p.resolve(t.data[s * t.stride], hash);    // member slot
 *     switch (p.action[m]) { ... p.data[m * p.stride + ...] }
 *
 * where `hash` is the selector's hash over the table's `selector` keys (0 without a selector). Member slot 0
 * stands for what is not there, such as an empty group's choice: its action is NO_ACTION, which no case of
 * the switch has.
 */
export class ActionProfile {
  static readonly NO_ACTION = 0xffff;
  private readonly store: EntryStore;
  /** Members of each group, ascending, as BMv2 keeps them. */
  private readonly groups = new Map<number, number[]>();
  private nextGroup = 0;
  /** Slots by handle; the control plane's handles count from 0 whatever members tables keep of their own. */
  private readonly slots = new Map<number, number>();
  private readonly handles = new Map<number, number>();
  private nextHandle = 0;

  /** @param size most members, from the extern's constructor; members that tables keep do not count */
  constructor(
    readonly name: string,
    readonly actions: ActionShape[],
    readonly size: number,
  ) {
    this.store = new EntryStore(name, actions, 0x7ffffffe, false, () => {});
    this.store.action[0] = ActionProfile.NO_ACTION;
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

  /** The member slot a table's reference stands for. */
  resolve(reference: number, hash: number): number {
    if (reference < GROUP_BIT) return reference;
    const members = this.groups.get(reference - GROUP_BIT);
    return members?.length ? this.slots.get(members[(hash >>> 0) % members.length])! : 0;
  }

  /** Adds a member and returns its handle. */
  addMember(action: number, args: readonly Bits[]): number {
    this.store.prepare(action, args);
    if (this.slots.size >= this.size)
      throw new P4Error("table-full", `'${this.name}' is full: it holds ${this.size} members`);
    const handle = this.nextHandle++;
    const slot = this.addOwn(action, args);
    this.slots.set(handle, slot);
    this.handles.set(slot, handle);
    return handle;
  }

  modifyMember(member: number, action: number, args: readonly Bits[]): void {
    const slot = this.slotOf(member);
    this.store.prepare(action, args);
    this.store.commit(slot);
  }

  /** Removes a member, from its groups too. Entries that refer to it then do nothing. */
  removeMember(member: number): void {
    const slot = this.slotOf(member);
    for (const members of this.groups.values()) {
      const at = members.indexOf(member);
      if (at >= 0) members.splice(at, 1);
    }
    this.slots.delete(member);
    this.handles.delete(slot);
    // The slot is not used again, since entries may still refer to it.
    this.store.action[slot] = ActionProfile.NO_ACTION;
  }

  member(member: number): { action: number; args: Bits[] } {
    return this.store.read(this.slotOf(member));
  }

  /** Handles of the members, oldest first. */
  members(): number[] {
    return [...this.slots.keys()];
  }

  /** A member for one entry alone, which has no handle. Returns its slot, which is its reference too. */
  addOwn(action: number, args: readonly Bits[]): number {
    this.store.prepare(action, args);
    const slot = this.store.allocate();
    this.store.commit(slot);
    return slot;
  }

  modifyOwn(slot: number, action: number, args: readonly Bits[]): void {
    this.store.prepare(action, args);
    this.store.commit(slot);
  }

  removeOwn(slot: number): void {
    this.store.release(slot);
  }

  own(slot: number): { action: number; args: Bits[] } {
    return this.store.read(slot);
  }

  createGroup(): number {
    this.groups.set(this.nextGroup, []);
    return this.nextGroup++;
  }

  removeGroup(group: number): void {
    this.membersOf(group);
    this.groups.delete(group);
  }

  addToGroup(group: number, member: number): void {
    const members = this.membersOf(group);
    this.slotOf(member);
    if (members.includes(member))
      throw new P4Error("duplicate-entry", `member ${member} is in group ${group} of '${this.name}' already`);
    members.push(member);
    members.sort((a, b) => a - b);
  }

  removeFromGroup(group: number, member: number): void {
    const members = this.membersOf(group);
    const at = members.indexOf(member);
    if (at < 0)
      throw new P4Error("unknown-handle", `member ${member} is not in group ${group} of '${this.name}'`);
    members.splice(at, 1);
  }

  group(group: number): readonly number[] {
    return this.membersOf(group);
  }

  /** The word a table stores for a reference. @throws P4Error unknown-handle */
  encode(reference: ProfileReference): number {
    if ("member" in reference) return this.slotOf(reference.member);
    this.membersOf(reference.group);
    return GROUP_BIT + reference.group;
  }

  decode(word: number): ProfileReference {
    return word < GROUP_BIT ? { member: this.handles.get(word) ?? -1 } : { group: word - GROUP_BIT };
  }

  private slotOf(member: number): number {
    const slot = this.slots.get(member);
    if (slot === undefined) throw new P4Error("unknown-handle", `'${this.name}' has no member ${member}`);
    return slot;
  }

  private membersOf(group: number): number[] {
    const members = this.groups.get(group);
    if (!members) throw new P4Error("unknown-handle", `'${this.name}' has no group ${group}`);
    return members;
  }
}
