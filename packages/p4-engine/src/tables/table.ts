/**
 * Match-action tables on typed arrays: what generated code calls and what the control plane calls.
 *
 * An entry lives in a *slot*. Slot 0 is the default action, so a lookup that misses returns 0 and the code
 * after it needs no branch:
 *
 *     const s = t.lookup(k0, k1);               // slot; s !== 0 is `hit`
 *     switch (t.action[s]) {                    // index into shape.actions
 *       case 0: { const d = t.data, o = s * t.stride;  lane0 = (lane0 + d[o]) | 0; ... }
 *     }
 *
 * `action` and `data` are replaced when the table grows: read them from the table at each use. A table with
 * an action profile keeps a reference in its slot instead; see `resolve`.
 */
import type { Bits, MatchKey } from "../api.js";
import type { ActionProfile } from "./action-profile.js";

export type MatchKind = MatchKey["kind"];

export interface KeyField {
  name: string;
  kind: MatchKind;
  widthBits: number;
}

export interface ActionShape {
  name: string;
  params: { name: string; widthBits: number }[];
  /** `@defaultonly` and `@tableonly` restrict where an action may be named. */
  scope?: "default-only" | "table-only";
}

export interface TableShape {
  /** Control-plane name, for messages. */
  name: string;
  /** Keys in order, without the `selector` ones: those go to the action selector's hash. */
  keys: KeyField[];
  actions: ActionShape[];
  /** Most entries the table holds, not counting the default action. */
  size: number;
  /** The action profile or selector of the table's `implementation` property. */
  profile?: ActionProfile;
}

/** One entry as the control plane sees it. Keys are masked values; numbers where they fit 53 bits. */
export interface StoredEntry {
  handle: number;
  key: MatchKey[];
  /** Index into shape.actions; -1 where the entry refers to a member or group of a profile. */
  action: number;
  args: Bits[];
  /** Larger wins. */
  priority: number;
  reference?: ProfileReference;
}

export type ProfileReference = { member: number } | { group: number };

export interface MatchTable {
  readonly shape: TableShape;
  /**
   * The slot of the entry that matches, 0 when none does. One argument a key field: for a width up to 32 a
   * number whose low `widthBits` bits are the value (signed or unsigned reading, other bits clear or sign),
   * above 32 a non-negative bigint. Allocates nothing for fields up to 32 bits.
   */
  readonly lookup: (...key: never[]) => number;
  /** By slot: index into shape.actions (of the table itself, not of its profile). */
  readonly action: Uint16Array;
  /**
   * Action data, `stride` words a slot. Parameter p of action a starts at word `paramOffsets[a][p]` and takes
   * ceil(width / 32) words, least significant first.
   */
  readonly data: Uint32Array;
  readonly stride: number;
  readonly paramOffsets: readonly (readonly number[])[];
  /** Entries present, the default action not counted. */
  readonly count: number;
  /** Slots in use or once used: every slot is below this. */
  readonly slotLimit: number;
  /** Set for `const entries`: the control plane may no longer change them. */
  frozen: boolean;
  /** Set for `const default_action`. */
  frozenDefault: boolean;

  /**
   * Adds an entry and returns its handle (slot - 1).
   * @throws P4Error table-full, duplicate-entry, frozen-table, or one of the key and argument errors:
   *   key-count, key-kind, value-range, argument-count, action-scope
   */
  insert(key: readonly MatchKey[], action: number, args: readonly Bits[], priority?: number): number;
  /** Adds an entry that refers to a member or group of the table's profile. */
  insertReference(key: readonly MatchKey[], reference: ProfileReference, priority?: number): number;
  /** @throws P4Error unknown-handle, frozen-table ... */
  modify(handle: number, action: number, args: readonly Bits[]): void;
  modifyReference(handle: number, reference: ProfileReference): void;
  remove(handle: number): void;
  /** Removes all entries; the default action stays. */
  clear(): void;
  /** The handle of the entry with exactly this key (and priority where it counts), or -1. */
  find(key: readonly MatchKey[], priority?: number): number;
  setDefault(action: number, args: readonly Bits[]): void;
  setDefaultReference(reference: ProfileReference): void;
  /** In insertion order. */
  entries(): StoredEntry[];
  entry(handle: number): StoredEntry;
  defaultEntry(): { action: number; args: Bits[] };

  /**
   * Direct counters: after `enableCounters`, `packets` and `bytes` run parallel to the slots, and generated
   * code counts with `hit(slot, bytes)`. Slot 0 counts misses, which the control plane does not see.
   */
  enableCounters(): void;
  readonly packets: Float64Array;
  readonly bytes: Float64Array;
  hit(slot: number, bytes: number): void;
}
