import type { PipePorts } from "./cabling.js";
import { error } from "./diagnostics.js";
import type { Fill } from "./tables.js";
import {
  CONTINUE,
  PARSE_CONTINUE,
  PARSE_SPAWNED,
  SERVE_LANES,
  type SequencerEntry,
  type ServeGroup,
  type ServeKind,
  type ServeParse,
  type ServePipe,
  type ServeStep,
  type SlotEntry,
  type Task,
} from "./types.js";

/** Numbers on the wire have 16 bits. */
const MOST_ROWS = 2 ** 16;
/** Rows of a store, and of a merger's accumulators: what a Tofino's registers have. */
export const MOST_STORE_ROWS = 15 * 4096;
export const MOST_OPEN_TILES = 4 * 4096;

/** Parses by number, the same in the whole network. */
export class ParseTable {
  readonly #ids = new Map<string, number>();
  readonly parses: ServeParse[] = [];
  constructor() {
    this.id({ kind: "skip", skip: 0 });
    this.id({ kind: "skip", skip: 4 * SERVE_LANES });
  }
  id(parse: ServeParse): number {
    const key = JSON.stringify(parse);
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.parses.length;
      if (id > 255) throw error("serving-too-large", "numbers of parses", id + 1, 256);
      this.parses.push(parse);
      this.#ids.set(key, id);
    }
    return id;
  }
}

/** Multicast groups: their numbers are a switch's, not a pipe's. */
export class GroupNumbers {
  readonly #next = new Map<string, number>();
  next(name: string): number {
    const id = this.#next.get(name) ?? 1;
    this.#next.set(name, id + 1);
    return id;
  }
}

/** A step with how its own pass reads the payload. What follows it is filled in when steps are put in order. */
export interface PathStep {
  parse: ServeParse;
  step: ServeStep;
  label: string;
}

/** Where a path of steps begins: what the pass before it writes into the packet. */
export interface Entry {
  pc: number;
  parse: number;
}

/** What lies on a pipe, as it is given out. */
export class PipeBuilder {
  readonly ports: PipePorts;
  lookups: number;
  readonly slots: SlotEntry[] = [];
  readonly sequencer: SequencerEntry[] = [];
  readonly tasks: Task[] = [];
  readonly groups: ServeGroup[] = [];
  readonly merges: { layer: number; operation: "add" | "max"; parts: number }[] = [];
  readonly fills: Fill[] = [];
  banked = false;
  states = 0;
  arrivals = 0;
  /** Rows of the store, or of a merger's accumulators. */
  storeRows = 0;
  rows = 0;
  readonly #parses: ParseTable;
  readonly #numbers: GroupNumbers;
  readonly #used = new Set([PARSE_SPAWNED, PARSE_CONTINUE]);
  readonly #pcs = new Map<number, number>();
  readonly #groupIds = new Map<string, number>();

  constructor(ports: PipePorts, lookups: number, parses: ParseTable, numbers: GroupNumbers) {
    this.ports = ports;
    this.lookups = lookups;
    this.#parses = parses;
    this.#numbers = numbers;
  }

  /** Room for every request slot of a layer. */
  addSlots(layer: number, slots: number, rows: number, total: number): void {
    for (let slot = 0; slot < slots; slot++)
      this.slots.push({
        layer,
        slot,
        base: this.storeRows + slot * rows,
        arrivals: this.arrivals + slot * total,
        state: this.states++,
      });
    this.storeRows += slots * rows;
    this.arrivals += slots * total;
    const { name } = this.ports;
    if (this.storeRows > MOST_STORE_ROWS)
      throw error("serving-too-large", `rows of the store of ${name}`, this.storeRows, MOST_STORE_ROWS);
    if (this.arrivals > MOST_ROWS)
      throw error("serving-too-large", `arrivals at ${name}`, this.arrivals, MOST_ROWS);
  }

  /** Rows of the lookup tables, the first a multiple of `align`. */
  addRows(count: number, align: number): number {
    const base = Math.ceil(this.rows / align) * align;
    this.rows = base + count;
    if (this.rows > MOST_ROWS)
      throw error(
        "serving-too-large",
        `rows of the lookup tables of ${this.ports.name}`,
        this.rows,
        MOST_ROWS,
      );
    return base;
  }

  /** The number of a group; one with the same copies is used again. */
  group(copies: ServeGroup["copies"]): number {
    const key = JSON.stringify(copies);
    let id = this.#groupIds.get(key);
    if (id === undefined) {
      id = this.#numbers.next(this.ports.switch);
      this.#groupIds.set(key, id);
      this.groups.push({ id, copies });
    }
    return id;
  }

  task(layer: number, label: string): Task {
    const id = this.tasks.length + 1;
    if (id >= CONTINUE) throw error("serving-too-large", `tasks of ${this.ports.name}`, id, CONTINUE - 1);
    const load = { pc: 0, parse: 0, address: 0, row: 0 };
    const task: Task = { id, layer, label, load, bias: null, pool: null, send: null, merge: null };
    this.tasks.push(task);
    return task;
  }

  /**
   * Puts steps one after the other in the sequencer.
   * @param then what follows the last; by default nothing, or what the task says
   * @returns pc and parse of the first
   */
  path(
    kind: typeof ServeKind.store | typeof ServeKind.work,
    layer: number,
    steps: PathStep[],
    then: Entry = { pc: 0, parse: PARSE_SPAWNED },
  ): Entry {
    if (steps.length === 0) return then;
    const key = kind * 256 + layer;
    const first = this.#pcs.get(key) ?? 0;
    this.#pcs.set(key, first + steps.length);
    const ids = steps.map(({ parse }) => this.parse(parse));
    for (const [i, { step, label }] of steps.entries()) {
      const last = i === steps.length - 1;
      const next = last ? then : { pc: first + i + 1, parse: ids[i + 1] };
      this.sequencer.push({
        kind,
        layer,
        pc: first + i,
        step: step.op === "load" ? step : { ...step, ...next },
        label,
      });
    }
    return { pc: first, parse: ids[0] };
  }

  parse(parse: ServeParse): number {
    const id = this.#parses.id(parse);
    this.#used.add(id);
    return id;
  }

  /** The words of all lookup tables, made anew. */
  words(rowBits: number): Int32Array[] {
    const words = Array.from({ length: this.lookups }, () => new Int32Array(SERVE_LANES * 2 ** rowBits));
    for (const fill of this.fills) fill(words);
    return words;
  }

  /** @param common what the network gives each pipe */
  build(common: Pick<ServePipe, "routes" | "admissions" | "clients" | "requests">): ServePipe {
    const { node, name, switch: at, pipe, loopbacks, links } = this.ports;
    const { groups, slots, states, arrivals } = this;
    const base = {
      node,
      name,
      switch: at,
      pipe,
      loopbacks,
      links,
      groups,
      slots,
      states,
      arrivals,
      ...common,
    };
    if (this.merges.length > 0 && this.storeRows > MOST_OPEN_TILES)
      throw error("serving-too-large", `open tiles at ${name}`, this.storeRows, MOST_OPEN_TILES);
    if (this.merges.length > 0)
      return { ...base, program: "merge", accumulatorRows: this.storeRows, merges: this.merges };
    if (this.sequencer.length === 0) return { ...base, program: "transit" };
    const rowBits = Math.max(8, Math.ceil(Math.log2(this.rows)));
    return {
      ...base,
      program: "tile",
      lookups: this.lookups,
      rowBits,
      storeRows: this.storeRows,
      banked: this.banked,
      parses: [...this.#used].sort((a, b) => a - b).map((id) => ({ id, parse: this.#parses.parses[id] })),
      sequencer: this.sequencer,
      tasks: this.tasks,
      words: () => this.words(rowBits),
    };
  }
}
