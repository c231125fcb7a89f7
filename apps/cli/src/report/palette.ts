/** Hue classes c0 to c15 of style.ts: what stands for one layer (or the sequencer) in every figure of the page. */
export class Palette {
  readonly #classes = new Map<string, string>();

  /** `names` get their hues in order, so that a layer looks the same in every figure. */
  constructor(names: Iterable<string>) {
    for (const name of names)
      if (!this.#classes.has(name)) this.#classes.set(name, `c${this.#classes.size % 16}`);
  }

  of(name: string | undefined): string {
    return this.#classes.get(name ?? "") ?? "c-none";
  }

  /** The hue as a CSS value for a ground with text on it: muted where the page is dark. */
  ground(name: string | undefined): string {
    return `color-mix(in srgb, var(--${this.of(name)}) var(--mute), var(--paper))`;
  }

  get names(): string[] {
    return [...this.#classes.keys()];
  }
}
