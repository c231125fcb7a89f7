/** Control-plane names, which people write in full or from any dot on where that is unique. */
import { P4Error } from "../errors.js";

export class NameIndex<T> {
  private readonly full = new Map<string, T>();
  /** By suffix; null where several names end so. */
  private readonly bySuffix = new Map<string, T | null>();

  /** @param kind what the names name, for messages and for the code `unknown-<kind>` */
  constructor(
    private readonly kind: string,
    entries: Iterable<readonly [string, T]>,
    private readonly where = "the program",
  ) {
    for (const [name, value] of entries) {
      this.full.set(name, value);
      for (let dot = name.indexOf("."); dot >= 0; dot = name.indexOf(".", dot + 1)) {
        const suffix = name.slice(dot + 1);
        this.bySuffix.set(suffix, this.bySuffix.has(suffix) ? null : value);
      }
    }
  }

  /** @throws P4Error unknown-<kind>, ambiguous-name */
  get(name: string): T {
    const found = this.full.get(name) ?? this.bySuffix.get(name);
    if (found === undefined)
      throw new P4Error(
        `unknown-${this.kind.replaceAll(" ", "-")}`,
        `${this.where} has no ${this.kind} '${name}'`,
      );
    if (found === null) throw this.ambiguous(name);
    return found;
  }

  /** As `get`, but accepts any unique end of a name, as p4c's STF runner does. */
  getByEnd(name: string): T {
    const suffix = this.bySuffix.get(name);
    const found = this.full.get(name) ?? suffix;
    if (found) return found;
    const ends = [...this.full].filter(([full]) => full.endsWith(name));
    if (ends.length > 1) throw this.ambiguous(name);
    return ends.length === 1 ? ends[0][1] : this.get(name);
  }

  names(): string[] {
    return [...this.full.keys()];
  }

  private ambiguous(name: string): P4Error {
    const names = this.names().filter((full) => full.endsWith(name));
    return new P4Error("ambiguous-name", `${this.kind} '${name}' could be any of ${names.join(", ")}`);
  }
}
