import {
  LANES,
  PAGE_ROWS,
  type Page,
  type ParseFrom,
  type ParseMode,
  type Pass,
  type Step,
  type ThresholdTable,
} from "../microcode/types.js";

/** A row of a slot's table. */
export interface RowAddress {
  page: number;
  row: number;
}

/** Collects passes and pages while the layers are lowered one after the other. */
export class MicroBuilder {
  readonly passes: Pass[] = [];
  readonly pages: (Page | null)[][];
  readonly thresholds: ThresholdTable[] = [];
  #parked = 0;
  /** Per slot: pages that alignment skipped, and the shared page of single rows with its fill. */
  readonly #holes: number[][];
  readonly #singles: (RowAddress | undefined)[];
  constructor(readonly slots: number) {
    this.pages = Array.from({ length: slots }, () => [null]);
    this.#holes = Array.from({ length: slots }, () => []);
    this.#singles = new Array(slots).fill(undefined);
  }

  /**
   * `count` new neighbouring pages of a slot, the first at a multiple of `count` (a power of two); returns the
   * first one's number.
   */
  addPages(slot: number, count: number, layer: string, label: string): number {
    const pages = this.pages[slot];
    const hole = count === 1 ? this.#holes[slot].shift() : undefined;
    while (hole === undefined && pages.length % count !== 0) {
      this.#holes[slot].push(pages.length);
      pages.push(null);
    }
    const first = hole ?? pages.length;
    for (let i = 0; i < count; i++)
      pages[first + i] = {
        layer,
        label: count > 1 ? `${label}, part ${i + 1} of ${count}` : label,
        words: new Int32Array(PAGE_ROWS * LANES),
        used: new Uint8Array(PAGE_ROWS),
      };
    return first;
  }

  /** One row of 32 words in the slot's shared page of single rows. */
  addRow(slot: number, words: ArrayLike<number>): RowAddress {
    let next = this.#singles[slot];
    if (next === undefined || next.row === PAGE_ROWS)
      next = { page: this.addPages(slot, 1, "biases", "single rows"), row: 0 };
    const { page, row } = next;
    this.page(slot, page).words.set(words, row * LANES);
    this.page(slot, page).used[row] = 1;
    this.#singles[slot] = { page, row: row + 1 };
    return { page, row };
  }

  /** A page that exists (never the zero page). */
  page(slot: number, page: number): Page {
    return this.pages[slot][page]!;
  }

  /** A pass; what is parked when it begins follows from the passes before. */
  addPass(layer: string, label: string, parse: Omit<ParseMode, "parked"> & ParseFrom, step: Step): void {
    const parked = this.#parked;
    this.passes.push({ pc: this.passes.length, layer, label, parse: { ...parse, parked }, step });
    if (parse.kind === "park") this.#parked += parse.lanes;
    if (parse.kind === "narrow") this.#parked = 0;
  }

  /** The pages of a pass that uses no slot yet. */
  noPages(): number[] {
    return new Array(this.slots).fill(0);
  }
}
