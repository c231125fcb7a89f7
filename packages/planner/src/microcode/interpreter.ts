import {
  LANES,
  type MicroProgram,
  type ParseMode,
  type Pass,
  type Pool,
  type Step,
  type VerdictAction,
} from "./types.js";

/** What a packet carries between two passes. */
export interface PacketState {
  lanes: Int32Array;
  parked: number[];
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
  const state: PacketState = { lanes: new Int32Array(LANES), parked: [], queue: [...payload], verdict: -1 };
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
  if (mode.kind === "fresh") {
    // Lanes travel in network byte order.
    for (let at = mode.skip; at < LANES * 4; at++)
      front.push((lanes[at >> 2] >>> (24 - (at & 3) * 8)) & 0xff);
  } else {
    for (let m = 0; m < mode.lanes; m++) front.push(lanes[m] & 0xff);
  }
  lanes.fill(0);
  if (mode.kind === "park") {
    state.parked.push(...front);
    return;
  }
  if (mode.kind === "narrow") front.unshift(...state.parked.splice(0));
  const copies = mode.kind === "narrow" ? (mode.copies ?? 1) : 1;
  // The very first pass finds no lanes in the packet: skip is 128 there, so nothing is put in front.
  for (let copy = 0; copy < copies; copy++) state.queue.unshift(...front);
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
  } else if (step.kind === "multiply") {
    const { rows, maps } = program.shiftAdd!;
    const x = step.map === 0 ? 1 : maps[step.map - 1].values[keys[0] ?? 0];
    const { words } = rows[step.row];
    for (let j = 0; j < 8; j++)
      if ((x >> j) & 1) for (let m = 0; m < words.length; m++) lanes[m] += words[m] << j;
  } else if (step.kind === "scale") {
    for (let m = 0; m < LANES; m++) lanes[m] = Math.min(Math.max(lanes[m] >> step.shift, 0), 255);
    if (step.pool !== null) pool(lanes, step.pool);
  } else if (step.kind === "threshold") {
    const { lowest, lanes: rows } = program.thresholds[step.table];
    for (const [m, row] of rows.entries())
      lanes[m] = lowest + row.filter((threshold) => threshold <= lanes[m]).length;
    if (step.pool !== null) pool(lanes, step.pool);
  } else {
    let best = lanes[0];
    for (let m = 1; m < step.classes; m++) best = Math.max(best, lanes[m]);
    const mask = (1 << step.indexBits) - 1;
    state.verdict = mask - (best & mask);
    for (let m = 0; m < LANES; m++) lanes[m] >>= step.indexBits;
  }
}

/** The halving order of max pooling, level by level: lane `to` becomes the larger of itself and lane `from`. */
export function poolLevels({ units, window }: Pool): { to: number; from: number }[][] {
  const levels: { to: number; from: number }[][] = [];
  for (let left = window; left > 1; ) {
    const half = Math.ceil(left / 2);
    const level: { to: number; from: number }[] = [];
    for (let e = 0; e + half < left; e++)
      for (let u = 0; u < units; u++) level.push({ to: e * units + u, from: (e + half) * units + u });
    levels.push(level);
    left = half;
  }
  return levels;
}

function pool(lanes: Int32Array, window: Pool): void {
  for (const level of poolLevels(window))
    for (const { to, from } of level) lanes[to] = Math.max(lanes[to], lanes[from]);
}
