import {
  LANES,
  type MicroProgram,
  type PacketState,
  type ParseMode,
  type Pass,
  runMicrocode,
} from "@matchmul/planner";
import type { EmittedEntry } from "../entries.js";

export interface RequestRun extends ReturnType<typeof runMicrocode> {
  /** What the packet carries after the last pass. */
  last: PacketState;
}

/** The queue of a packet once the parser has put lanes and parked bytes in front of it. */
function queueAfterParse({ lanes, parked, queue }: PacketState, mode: ParseMode): number[] {
  if (mode.kind === "keep" || mode.kind === "park") return queue;
  const bytes = new Uint8Array(lanes.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [m, lane] of lanes.entries()) view.setInt32(m * 4, lane);
  if (mode.kind === "fresh") return [...bytes.subarray(mode.skip), ...queue];
  return [...parked, ...Array.from({ length: mode.lanes }, (_, m) => bytes[m * 4 + 3]), ...queue];
}

const copy = ({ lanes, parked, queue, verdict }: PacketState): PacketState => ({
  lanes: lanes.slice(),
  parked: [...parked],
  queue: [...queue],
  verdict,
});

/** Which entries requests look up: those that a test of these requests cannot do without. */
export class Reached {
  /** By table of two exact keys, the first times 256 and the second, a byte. */
  readonly #rows = new Map<string, Set<number>>();
  /** By table, accumulators under each number of thresholds. */
  readonly #accumulators = new Map<string, Map<number, Set<number>>>();

  constructor(private readonly program: MicroProgram) {}

  /** Runs the microcode on a request's payload and notes what it looks up. */
  run(payload: Uint8Array): RequestRun {
    let last: PacketState = { lanes: new Int32Array(LANES), parked: [], queue: [...payload], verdict: -1 };
    const result = runMicrocode(this.program, payload, (pass, state) => {
      this.#note(pass, last);
      last = copy(state);
    });
    return { ...result, last };
  }

  /** True for entries that some request looks up, and for all of tables that every request looks up alike. */
  has({ table, keys }: EmittedEntry): boolean {
    const [number, element] = keys;
    if (table === "translate")
      return this.#rows.get(table)?.has((number as number) * 256 + (element as number)) ?? false;
    if (table.startsWith("lookup_") && typeof element === "number")
      return this.#rows.get(table)?.has((number as number) * 256 + element) ?? false;
    if (table.startsWith("quantize_") && typeof element === "object") {
      const { value, mask } = element;
      for (const lane of this.#accumulators.get(table)?.get(number as number) ?? [])
        if ((lane & mask) >>> 0 === value) return true;
      return false;
    }
    return true;
  }

  #note({ parse, step }: Pass, before: PacketState): void {
    if (step.kind === "accumulate") {
      const queue = queueAfterParse(before, parse);
      for (let slot = 0; slot < this.program.slots; slot++) {
        // A slot without a key looks row 0 up.
        const at = slot * parse.keyBytes;
        const byte = (i: number): number => (slot < parse.keys ? (queue[i] ?? 0) : 0);
        const page = step.pages === null ? byte(at) : step.pages[slot];
        add(this.#rows, `lookup_${slot}`, page * 256 + byte(at + parse.keyBytes - 1));
      }
    } else if (step.kind === "multiply") {
      add(this.#rows, "translate", step.map * 256 + (queueAfterParse(before, parse)[0] ?? 0));
    } else if (step.kind === "threshold") {
      for (const lane of this.program.thresholds[step.table].lanes.keys()) {
        const table = `quantize_${lane}`;
        const byNumber = this.#accumulators.get(table) ?? new Map<number, Set<number>>();
        this.#accumulators.set(table, byNumber);
        add(byNumber, step.table + 1, before.lanes[lane]);
      }
    }
  }
}

function add<K>(sets: Map<K, Set<number>>, key: K, value: number): void {
  const set = sets.get(key) ?? new Set();
  sets.set(key, set);
  set.add(value);
}
