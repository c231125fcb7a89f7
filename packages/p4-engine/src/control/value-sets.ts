/** Members of the program's parser value sets, as command lines add and remove them. */
import type { ValueSet } from "../runtime/value-set.js";

export class ValueSetMembers {
  private readonly members = new Map<ValueSet, bigint[]>();

  constructor(private readonly find: (name: string) => ValueSet) {}

  get(name: string): readonly bigint[] {
    return this.members.get(this.find(name)) ?? [];
  }

  /** `value` is all fields one after the other, the first the most significant. */
  add(name: string, value: bigint): void {
    const members = this.get(name);
    if (!members.includes(value)) this.assign(name, [...members, value]);
  }

  remove(name: string, value: bigint): void {
    this.assign(
      name,
      this.get(name).filter((v) => v !== value),
    );
  }

  clear(name: string): void {
    this.assign(name, []);
  }

  private assign(name: string, values: bigint[]): void {
    const set = this.find(name);
    set.assign(values.map((value) => exactTerms(value, set.widthsBits)));
    this.members.set(set, values);
  }
}

function exactTerms(value: bigint, widthsBits: readonly number[]): { value: bigint; mask: bigint }[] {
  let rest = value;
  const terms = widthsBits.toReversed().map((width) => {
    const mask = (1n << BigInt(width)) - 1n;
    const term = { value: rest & mask, mask };
    rest >>= BigInt(width);
    return term;
  });
  return terms.reverse();
}
