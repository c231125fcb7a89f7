import type { MicroProgram, Step } from "../microcode/types.js";

/** Parameters of one of the sequencer's actions, by the width of the containers they go to. */
interface ActionData {
  bytes: number;
  halves: number;
}

/** What the sequencer's entries carry, and the places on the action data bus it comes by. */
export interface SequencerData {
  /** Of the widest action. */
  bits: number;
  bytes: number;
  halves: number;
}

/** Bytes of a RAM word, where halves are looked for in the lower ones first. */
const WORD_BYTES = 16;
const FAVOURED_BYTES = 8;

function dataOf(step: Step, program: MicroProgram): ActionData {
  const pools = program.passes.some((pass) => "pool" in pass.step && pass.step.pool !== null) ? 1 : 0;
  switch (step.kind) {
    // How to parse, and the pages.
    case "accumulate":
      return { bytes: 1 + (step.pages === null ? 0 : program.slots), halves: 1 };
    // How to parse and the map's number; the row.
    case "multiply":
      return { bytes: 2, halves: 2 };
    case "scale":
      return { bytes: 1 + pools, halves: 1 };
    case "threshold":
      return { bytes: 2 + pools, halves: 1 };
    case "verdict":
      return { bytes: 0, halves: 0 };
  }
}

/** Bytes of an entry in the action table that holds so much: a power of two up to a RAM word, then whole words. */
function entryBytes({ bytes, halves }: ActionData): number {
  const needed = bytes + 2 * halves;
  return needed > WORD_BYTES
    ? Math.ceil(needed / WORD_BYTES) * WORD_BYTES
    : 2 ** Math.ceil(Math.log2(Math.max(1, needed)));
}

/** Where in the entry the halves of an action go: behind its bytes, in the lower half of a word while there is room. */
function halfPlaces({ bytes, halves }: ActionData, size: number): number[] {
  const places: number[] = [];
  for (const favoured of [FAVOURED_BYTES, WORD_BYTES])
    for (let at = 0; at + 2 <= size && places.length < halves; at += 2)
      if (at >= bytes && (at % WORD_BYTES) + 2 <= favoured && !places.includes(at)) places.push(at);
  return places;
}

/**
 * The sequencer's action data as the Tofino compiler lays them out. Each field the sequencer writes is a container of
 * its own (p4src/tna/tile.p4), so each parameter is a byte or a half, and the actions share the bytes from 0 on. Halves
 * of different actions are placed each for itself: an action with fewer bytes has its program counter elsewhere, and
 * that is a place more on the bus. Source: p4c, bf-p4c/mau/action_format.cpp, alloc_adt_slots_of_size.
 */
export function sequencerData(program: MicroProgram): SequencerData {
  const actions = program.passes.map(({ step }) => dataOf(step, program));
  const size = Math.max(...actions.map(entryBytes));
  return {
    bits: 8 * Math.max(...actions.map(({ bytes, halves }) => bytes + 2 * halves)),
    bytes: Math.max(...actions.map(({ bytes }) => bytes)),
    halves: new Set(actions.flatMap((action) => halfPlaces(action, size))).size,
  };
}
