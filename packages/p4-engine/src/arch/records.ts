/** Registers whose cells are structs: the slots of each, as they are in a packet's state. */
export class RecordArray {
  private readonly cells: Uint32Array;

  constructor(
    readonly size: number,
    private readonly words: number,
    private readonly initial: readonly number[] = [],
  ) {
    this.cells = new Uint32Array(size * words);
    if (initial.some((w) => w !== 0)) this.clear();
  }

  /** @param record a cell's slots; what it lacks is 0 */
  fill(record: readonly number[]): void {
    this.cells.fill(0);
    const cell = record.slice(0, this.words);
    if (cell.some((w) => w !== 0)) for (let i = 0; i < this.size; i++) this.cells.set(cell, i * this.words);
  }

  /** Every cell has its first value again. */
  clear(): void {
    this.fill(this.initial);
  }

  /** An index outside leaves the state, or the array, as it is. */
  read(index: number, S: Uint32Array, at: number): void {
    if (index >= this.size) return;
    const from = index * this.words;
    for (let i = 0; i < this.words; i++) S[at + i] = this.cells[from + i];
  }

  write(index: number, S: Uint32Array, at: number): void {
    if (index >= this.size) return;
    const to = index * this.words;
    for (let i = 0; i < this.words; i++) this.cells[to + i] = S[at + i];
  }
}
