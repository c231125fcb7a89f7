import { LANES, PAGE_ROWS, type Page, type ParseMode, type Pass, type Step } from "../microcode/types.js";

/** Collects passes and pages while the layers are lowered one after the other. */
export class MicroBuilder {
  readonly passes: Pass[] = [];
  readonly pages: (Page | null)[][];
  constructor(readonly slots: number) {
    this.pages = Array.from({ length: slots }, () => [null]);
  }

  /** A new page of a slot; returns its number. */
  addPage(slot: number, layer: string, label: string): number {
    this.pages[slot].push({
      layer,
      label,
      words: new Int32Array(PAGE_ROWS * LANES),
      used: new Uint8Array(PAGE_ROWS),
    });
    return this.pages[slot].length - 1;
  }

  /** A page that exists (never the zero page). */
  page(slot: number, page: number): Page {
    return this.pages[slot][page]!;
  }

  addPass(layer: string, label: string, parse: ParseMode, step: Step): void {
    this.passes.push({ pc: this.passes.length, layer, label, parse, step });
  }

  /** The pages of a pass that uses no slot yet. */
  noPages(): number[] {
    return new Array(this.slots).fill(0);
  }
}
