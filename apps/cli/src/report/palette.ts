/** Hue classes c0 to c9 of style.ts: what stands for one layer (or the sequencer) in every figure of the page. */
export class Palette {
  readonly #classes = new Map<string, string>();

  /** `names` get their hues in order, so that a layer looks the same in every figure. */
  constructor(names: Iterable<string>) {
    for (const name of names)
      if (!this.#classes.has(name)) this.#classes.set(name, `c${this.#classes.size % 10}`);
  }

  of(name: string | undefined): string {
    return this.#classes.get(name ?? "") ?? "c-none";
  }

  get names(): string[] {
    return [...this.#classes.keys()];
  }
}
