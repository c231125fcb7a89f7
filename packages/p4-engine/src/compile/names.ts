/** Names in generated code: readable, valid JavaScript, never twice the same. */
export class Names {
  private readonly used = new Map<string, number>();

  unique(hint: string): string {
    const base = `${hint.replace(/[^A-Za-z0-9]+/g, "_").replace(/^(?=[0-9])/, "_")}$`;
    const n = this.used.get(base) ?? 0;
    this.used.set(base, n + 1);
    return n === 0 ? base : `${base}${n}`;
  }
}
