/** Priorities of entries in a program's text. */

/** The table properties that concern priorities (P4_16 specification, section "Entries"). */
export interface PriorityProperties {
  /** `largest_priority_wins`, true unless given. */
  largestWins?: boolean;
  /** `priority_delta`, 1 unless given. */
  delta?: number;
  /** `@priority(n)` annotations by entry, as p4c's BMv2 back end reads them: the smallest wins. */
  annotated?: readonly (number | undefined)[];
}

/**
 * Priorities such that the larger wins, from those the program's entries state (undefined where they state
 * none). Annotations go first, unannotated entries then having their position. Otherwise, as in the
 * specification: an entry without one gets the previous entry's plus or minus `delta`, so
 * that the order of the text decides; without any, the first entry wins. Both directions are then mapped to
 * non-negative numbers that keep the order.
 */
export function entryPriorities(
  stated: readonly (number | undefined)[],
  { largestWins = true, delta = 1, annotated = [] }: PriorityProperties = {},
): number[] {
  const n = stated.length;
  if (n === 0) return [];
  if (annotated.some((p) => p !== undefined))
    return smallestWins(stated.map((_, i) => annotated[i] ?? i + 1));
  const step = largestWins ? -delta : delta;
  // The specification starts at (n - 1) * delta + 1 where the largest wins, at 1 otherwise.
  let next = largestWins ? (n - 1) * delta + 1 : 1;
  const values = stated.map((p) => {
    const value = p ?? next;
    next = value + step;
    return value;
  });
  if (largestWins) {
    const least = values.reduce((a, b) => Math.min(a, b), 0);
    return least < 0 ? values.map((v) => v - least) : values;
  }
  return smallestWins(values);
}

function smallestWins(values: readonly number[]): number[] {
  const greatest = values.reduce((a, b) => Math.max(a, b), 0);
  return values.map((v) => greatest - v + 1);
}
