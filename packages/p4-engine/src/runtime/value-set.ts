/** Parser value sets (P4_16 specification 13.11): keysets that the control plane fills. */
import { P4Error } from "../errors.js";

/** One condition on one key; both are non-negative and below 2^width. */
export interface ValueSetTerm {
  value: bigint;
  mask: bigint;
}

export class ValueSet {
  private members: ValueSetTerm[][] = [];

  constructor(
    readonly name: string,
    /** Most members. */
    readonly size: number,
    /** Bits of each key. */
    readonly widthsBits: readonly number[],
  ) {}

  /** Replaces the members. @throws P4Error table-full */
  assign(members: ValueSetTerm[][]): void {
    if (members.length > this.size) {
      throw new P4Error(
        "table-full",
        `value set '${this.name}' holds ${this.size} members, not ${members.length}`,
      );
    }
    this.members = members;
  }

  has(keys: bigint[]): boolean {
    return this.members.some((terms) =>
      terms.every(({ value, mask }, i) => (keys[i] & mask) === (value & mask)),
    );
  }
}
