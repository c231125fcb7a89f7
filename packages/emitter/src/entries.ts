import { LANES, PAGE_ROWS } from "@matchmul/planner";
import { actionOf, type Schedule } from "./schedule.js";

/** One table entry, all keys exact. */
export interface EmittedEntry {
  table: string;
  action: string;
  /** In the order of the table's key. */
  keys: number[];
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
      yield { ...entry, params: [...onward, schedule.clampOf(step.low, step.high)] };
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

/** What happens to each class that is not simply answered. */
export function* verdictEntries({ program }: Schedule): Generator<EmittedEntry> {
  for (const [verdict, action] of Object.entries(program.verdicts)) {
    const params = action.kind === "forward" ? [action.port] : [];
    yield { table: "on_verdict", action: action.kind, keys: [Number(verdict)], params };
  }
}

export function* allEntries(schedule: Schedule): Generator<EmittedEntry> {
  yield* sequencerEntries(schedule);
  yield* verdictEntries(schedule);
  yield* lookupEntries(schedule);
}
