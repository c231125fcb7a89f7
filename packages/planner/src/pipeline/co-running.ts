/**
 * The most that tables of one stage can write for one packet: the heaviest set of tables without two that exclude
 * each other. A stage has few tables, so the search is exhaustive.
 *
 * @param tables numbers of the tables in the stage
 * @param weight what each writes
 * @param exclusive which tables exclude each other
 */
export function heaviestCoRunning(
  tables: readonly number[],
  weight: (table: number) => number,
  exclusive: readonly ReadonlySet<number>[],
): { weight: number; tables: number[] } {
  let free = 0;
  const always: number[] = [];
  const contested: number[] = [];
  for (const t of tables) {
    const w = weight(t);
    if (w === 0) continue;
    const set = exclusive[t];
    if (set.size > 0 && tables.some((other) => other !== t && set.has(other) && weight(other) > 0))
      contested.push(t);
    else {
      free += w;
      always.push(t);
    }
  }
  let best = 0;
  let bestSet: number[] = [];
  const rest = new Float64Array(contested.length + 1);
  for (let i = contested.length - 1; i >= 0; i--) rest[i] = rest[i + 1] + weight(contested[i]);
  const chosen: number[] = [];
  const search = (i: number, sum: number): void => {
    if (sum > best) {
      best = sum;
      bestSet = [...chosen];
    }
    if (i === contested.length || sum + rest[i] <= best) return;
    const t = contested[i];
    if (!chosen.some((c) => exclusive[t].has(c))) {
      chosen.push(t);
      search(i + 1, sum + weight(t));
      chosen.pop();
    }
    search(i + 1, sum);
  };
  search(0, 0);
  return { weight: free + best, tables: [...always, ...bestSet].sort((a, b) => a - b) };
}
