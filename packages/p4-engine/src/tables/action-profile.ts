/** Action profiles and selectors: action data shared by many entries. Interface first; see table.ts. */
import type { Bits } from "../api.js";
import type { ActionShape, ProfileReference } from "./table.js";

/**
 * Members are actions with their data; groups are sets of members one of which a selector picks by hash.
 * A table with a profile stores a reference in `data[slot * stride]`; generated code does
 *
 *     const m = p.resolve(t.data[s], hash);    // member slot; 0 is an empty group's or absent member
 *     switch (p.action[m]) { ... p.data[m * p.stride + ...] }
 *
 * where `hash` is the selector's hash over the table's `selector` keys (0 without a selector).
 */
export interface ActionProfile {
  readonly name: string;
  readonly actions: ActionShape[];
  readonly action: Uint16Array;
  readonly data: Uint32Array;
  readonly stride: number;
  readonly paramOffsets: readonly (readonly number[])[];
  resolve(reference: number, hash: number): number;
  addMember(action: number, args: readonly Bits[]): number;
  modifyMember(member: number, action: number, args: readonly Bits[]): void;
  removeMember(member: number): void;
  createGroup(): number;
  removeGroup(group: number): void;
  addToGroup(group: number, member: number): void;
  removeFromGroup(group: number, member: number): void;
  encode(reference: ProfileReference): number;
  decode(word: number): ProfileReference;
}
