/** A table that can give or take: so many units, and what they take of the scarce resource. */
export interface FillOption {
  table: number;
  choices: readonly { units: number; amount: number; worth: number }[];
}

/**
 * Fills room as fully as choices allow: one choice a table, the sum of worths the largest of all whose amounts fit.
 * Amounts are whole. Dynamic programming over the room.
 */
export function bestFill(options: readonly FillOption[], room: number): Map<number, number> {
  // What is in the stage for good can take more of this resource than the measure of it allows.
  if (room < 0) return new Map();
  let worth = new Float64Array(room + 1);
  const chosen: Int16Array[] = [];
  for (const { choices } of options) {
    const next = new Float64Array(room + 1).fill(Number.NEGATIVE_INFINITY);
    const pick = new Int16Array(room + 1).fill(-1);
    for (let c = 0; c < choices.length; c++) {
      const { amount, worth: gain } = choices[c];
      for (let r = amount; r <= room; r++) {
        const value = worth[r - amount] + gain;
        if (value > next[r]) {
          next[r] = value;
          pick[r] = c;
        }
      }
    }
    chosen.push(pick);
    worth = next;
  }
  const result = new Map<number, number>();
  let r = room;
  for (let i = options.length - 1; i >= 0; i--) {
    const c = chosen[i][r];
    if (c < 0) return new Map();
    const { units, amount } = options[i].choices[c];
    result.set(options[i].table, units);
    r -= amount;
  }
  return result;
}
