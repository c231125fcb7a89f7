import { LANES, PAGE_ROWS, prefixesOf } from "@matchmul/planner";
import { actionOf, type Schedule } from "./schedule.js";

/** A key element: exact, or a value under a mask (ternary). */
export type EmittedKey = number | { value: number; mask: number };

/** One table entry. Ternary entries of a table do not overlap, so all have the same priority. */
export interface EmittedEntry {
  table: string;
  action: string;
  /** In the order of the table's key. */
  keys: EmittedKey[];
  /** In the order of the action's parameters, unsigned. */
  params: number[];
}

export const KIND_REQUEST = 1;
export const KIND_PASS = 2;
export const KIND_ANSWER = 3;

/** The schedule: one sequencer entry per pass. Each names the parse mode of the pass that follows. */
export function* sequencerEntries(schedule: Schedule): Generator<EmittedEntry> {
  const { passes } = schedule.program;
  for (const pass of passes) {
    const keys = [pass.pc === 0 ? KIND_REQUEST : KIND_PASS, pass.pc];
    const entry = { table: "sequencer", action: actionOf(pass), keys };
    const next = passes[pass.pc + 1];
    const onward = next === undefined ? [] : [schedule.modeOf(next), next.pc];
    const { step } = pass;
    if (step.kind === "verdict") yield { ...entry, params: [] };
    else if (step.kind === "scale")
      yield {
        ...entry,
        params: [...onward, schedule.poolOf(step)],
      };
    else if (step.kind === "threshold")
      yield { ...entry, params: [...onward, step.table + 1, schedule.poolOf(step)] };
    else if (step.kind === "multiply") yield { ...entry, params: [...onward, step.row, step.map] };
    else yield { ...entry, params: [...onward, ...(step.pages ?? [])] };
  }
}

/** The weights: rows of the lookup tables. Rows of zeros are left out, since a miss adds nothing either. */
export function* lookupEntries(schedule: Schedule): Generator<EmittedEntry> {
  for (const [slot, pages] of schedule.program.pages.entries()) {
    for (const [number, page] of pages.entries()) {
      if (page === null) continue;
      for (let row = 0; row < PAGE_ROWS; row++) {
        const words = page.words.subarray(row * LANES, (row + 1) * LANES);
        if (words.every((w) => w === 0)) continue;
        yield {
          table: `lookup_${slot}`,
          action: `add_${slot}`,
          keys: [number, row],
          params: Array.from(words, (w) => w >>> 0),
        };
      }
    }
  }
}

/** Shift-and-add: the rows of weights, where the program's text does not hold them, and what input bytes mean. */
export function* multiplyEntries({ program }: Schedule): Generator<EmittedEntry> {
  if (program.shiftAdd === undefined) return;
  const { rows, maps, constants } = program.shiftAdd;
  for (const [row, { words }] of rows.entries())
    if (constants !== true && words.some((w) => w !== 0))
      yield { table: "weights", action: "load", keys: [row], params: Array.from(words, (w) => w >>> 0) };
  for (const [map, { values }] of maps.entries())
    for (const [byte, value] of values.entries())
      yield { table: "translate", action: "multiply_by", keys: [map + 1, byte], params: [value] };
}

/**
 * Requantization by thresholds: for each lane the intervals between its thresholds, as values under masks. An
 * accumulator is compared as an unsigned number here; intervals that cross zero are cut there.
 */
export function* thresholdEntries({ program }: Schedule): Generator<EmittedEntry> {
  for (const [t, { lowest, lanes }] of program.thresholds.entries())
    for (const [lane, row] of lanes.entries())
      for (let n = 0; n <= row.length; n++) {
        const low = n === 0 ? -(2 ** 31) : row[n - 1];
        const high = n === row.length ? 2 ** 31 - 1 : row[n] - 1;
        for (const prefix of prefixesOf(low, high))
          yield {
            table: `quantize_${lane}`,
            action: `put_${lane}`,
            keys: [t + 1, prefix],
            params: [(lowest + n) >>> 0],
          };
      }
}

/** The class of each index that the largest lane can carry, and what the switch does with it. */
export function* verdictEntries({ program }: Schedule): Generator<EmittedEntry> {
  const { classes, passes, verdicts } = program;
  const verdict = passes.map((pass) => pass.step).find((step) => step.kind === "verdict")!;
  for (let c = 0; c < classes; c++) {
    const action = verdicts[c] ?? { kind: "answer" };
    const params = action.kind === "drop" ? [] : action.kind === "forward" ? [c, action.port] : [c];
    yield { table: "on_verdict", action: action.kind, keys: [2 ** verdict.indexBits - 1 - c], params };
  }
}

export function* allEntries(schedule: Schedule): Generator<EmittedEntry> {
  yield* sequencerEntries(schedule);
  yield* verdictEntries(schedule);
  yield* thresholdEntries(schedule);
  yield* lookupEntries(schedule);
  yield* multiplyEntries(schedule);
}
