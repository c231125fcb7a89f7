import {
  LANES,
  type MicroProgram,
  type ParseMode,
  type Pass,
  type Step,
  type VerdictAction,
} from "./types.js";

/** What a packet carries between two passes. */
export interface PacketState {
  lanes: Int32Array;
  queue: number[];
  /** -1 until the verdict pass. */
  verdict: number;
}

/** Called after each pass, with the state it left: how the verifier finds the first pass that differs. */
export type PassObserver = (pass: Pass, state: PacketState) => void;

/** Runs one request's payload through all passes. `queue` that is too short counts as bytes of value 0. */
export function runMicrocode(
  program: MicroProgram,
  payload: Uint8Array,
  observe?: PassObserver,
): { logits: Int32Array; class: number; action: VerdictAction } {
  const state: PacketState = { lanes: new Int32Array(LANES), queue: [...payload], verdict: -1 };
  for (const pass of program.passes) {
    parse(state, pass.parse);
    const { keys: count, keyBytes } = pass.parse;
    const bytes = state.queue.splice(0, count * keyBytes);
    const keys = Array.from({ length: count }, (_, i) =>
      keyBytes === 1 ? (bytes[i] ?? 0) : ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0),
    );
    execute(program, state, pass.step, keys);
    observe?.(pass, state);
  }
  const action = program.verdicts[state.verdict] ?? { kind: "answer" };
  return { logits: state.lanes.slice(0, program.classes), class: state.verdict, action };
}

function parse(state: PacketState, mode: ParseMode): void {
  const { lanes } = state;
  if (mode.kind === "keep") return;
  const front: number[] = [];
  if (mode.kind === "narrow") {
    for (let m = 0; m < mode.lanes; m++) front.push(lanes[m] & 0xff);
  } else {
    // Lanes travel in network byte order.
    for (let at = mode.skip; at < LANES * 4; at++)
      front.push((lanes[at >> 2] >>> (24 - (at & 3) * 8)) & 0xff);
  }
  // The very first pass finds no lanes in the packet: skip is 128 there, so nothing is put in front.
  state.queue.unshift(...front);
  lanes.fill(0);
}

function execute(program: MicroProgram, state: PacketState, step: Step, keys: number[]): void {
  const { lanes } = state;
  if (step.kind === "accumulate") {
    if (step.shiftLeft > 0) for (let m = 0; m < LANES; m++) lanes[m] <<= step.shiftLeft;
    for (let slot = 0; slot < program.slots; slot++) {
      const key = keys[slot] ?? 0;
      const page = program.pages[slot][step.pages === null ? key >> 8 : step.pages[slot]];
      if (page === null || page === undefined) continue;
      const row = (key & 0xff) * LANES;
      for (let m = 0; m < LANES; m++) lanes[m] += page.words[row + m];
    }
  } else if (step.kind === "scale") {
    for (let m = 0; m < LANES; m++)
      lanes[m] = Math.min(Math.max(lanes[m] >> step.shift, step.low), step.high);
  } else {
    let best = lanes[0];
    for (let m = 1; m < step.classes; m++) best = Math.max(best, lanes[m]);
    const mask = (1 << step.indexBits) - 1;
    state.verdict = mask - (best & mask);
    for (let m = 0; m < LANES; m++) lanes[m] >>= step.indexBits;
  }
}
