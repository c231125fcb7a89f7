/** Registers whose cells are structs: the slots of each, as they are in a packet's state. */
export class RecordArray {
  private readonly cells: Uint32Array;

  constructor(
    readonly size: number,
    private readonly words: number,
    initial: readonly number[] = [],
  ) {
    this.cells = new Uint32Array(size * words);
    if (initial.some((w) => w !== 0)) for (let i = 0; i < size; i++) this.cells.set(initial, i * words);
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
