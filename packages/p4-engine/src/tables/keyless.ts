import { BaseTable } from "./base-table.js";
import type { TableShape } from "./table.js";

/** A table without keys, or with selector keys only: one entry at most, which every lookup finds. */
export class KeylessTable extends BaseTable {
  private slot = 0;
  readonly lookup: (...key: never[]) => number = () => this.slot;

  constructor(shape: TableShape) {
    super(shape, false);
  }

  protected findRow(): number {
    return this.slot;
  }
  protected link(slot: number): void {
    this.slot = slot;
  }
  protected unlink(): void {
    this.slot = 0;
  }
  protected unlinkAll(): void {
    this.slot = 0;
  }
}
