import { logicalTable as table } from "../pipeline/table.js";
import type {
  Dependency,
  KeyField,
  LogicalTable,
  PipelineProgram,
  StatefulRegister,
} from "../pipeline/types.js";

/** Accumulators of a pass: 32 lanes of 32 bits fill the action data bus of a stage. */
export const lanes = 32;
/** Rows of the store: 15 blocks of 4096. A bank of bytes has room for more; numbers on the wire have 16 bits. */
export const storeCells = 15 * 4096;
/** Arrival cells; cells of states (layers times requests in flight). */
export const arrivalCells = 64 * 1024;
export const stateCells = 1024;
/** Passes that a program of pipes can tell apart, and what is different from task to task. */
const sequencerEntries = 4096;
const taskEntries = 16384;
const slotEntries = 1024;
const routeEntries = 4096;
/** Low bytes of a row that are made for the lookups: one for as many keys as lie in its group of containers. */
const keysPerLow = 8;

/** A field of the header that all pipes' packets have. */
export const field = (name: string, widthBits: number): KeyField => ({
  field: `hdr.serve.${name}`,
  widthBits,
});

export interface TileVariant {
  /** Has every bank an address of its own? */
  banked?: boolean;
  /** Do two banks share a cell? Where the switch can, and they have no addresses of their own. */
  paired?: boolean;
}

/**
 * Registers of banks are read in the stages before the lookups, beside three of arrivals: three a stage, then four.
 * `early`: keys that are there a stage before the last; the others are made beside the first lookup.
 */
function keysByStage(registers: number): { early: number } {
  const stage = (i: number): number => (i < 9 ? Math.floor(i / 3) : 3 + Math.floor((i - 9) / 4));
  const last = Math.max(2, stage(registers - 1));
  return { early: Array.from({ length: registers }, (_, i) => i).filter((i) => stage(i) < last).length };
}

/**
 * The tables of the pass that serves whole networks (docs/serving.md), as p4src/tna/serve.p4 has them: the entrance
 * (admission, routes, slots); the sequencer beside the epochs' register; then the tasks, banks of the store and the
 * registers of arrivals; the OR of the row's low byte and the keys; lookups that add to the lanes one after the other;
 * clamp and maxima, which never run together with lookups. A register is read and written by two tables of the program,
 * which exclude each other: they are one here.
 *
 * @param slots lookup tables, and banks
 */
export function fabricTile(
  slots: number,
  addressBits: number,
  { banked = false, paired = false }: TileVariant = {},
): PipelineProgram {
  const dependencies: Dependency[] = [];
  const meta = (name: string, widthBits: number): KeyField => ({ field: `meta.${name}`, widthBits });
  const when = (...fields: KeyField[]) => [{ fields }];
  const register = (name: string, rest: Omit<StatefulRegister, "name">): LogicalTable =>
    table(name, { layer: "arrivals", stateful: [{ name, ...rest }], writes: { 8: 1 } });
  const depend = (kind: Dependency["kind"], from: LogicalTable, ...to: LogicalTable[]) => {
    for (const after of to) dependencies.push({ kind, from: from.name, to: after.name });
  };
  const forward = { actionDataBits: 16, writes: { 8: 1, 16: 1 }, busOperands: { 16: 1 }, splittable: false };

  // What is not in a worker's pass: it excludes all of that.
  const links = table("links", { match: "exact", key: [meta("port", 9)], entries: 256, splittable: false });
  const admit = table("admit", {
    match: "exact",
    key: [meta("port", 9), field("slot", 16)],
    entries: slotEntries,
    actionDataBits: 16,
    writes: { 8: 2, 16: 1 },
    busOperands: { 16: 1 },
    splittable: false,
  });
  const requests = table("requests", {
    match: "exact",
    key: [field("index", 16)],
    entries: 4096,
    actionDataBits: 56,
    writes: { 8: 1, 16: 3 },
    busOperands: { 8: 1, 16: 3 },
    splittable: false,
  });
  const route = table("route", {
    match: "exact",
    key: [field("destination", 16)],
    entries: routeEntries,
    ...forward,
  });
  const entering = table("slots", {
    match: "exact",
    key: [field("layer", 8), field("slot", 16)],
    entries: slotEntries,
    actionDataBits: 48,
    writes: { 8: 1, 16: 4 },
    busOperands: { 16: 3 },
    splittable: false,
  });
  depend("control", links, route, requests);
  depend("control", requests, admit);
  const entrance = [links, admit, requests, route, entering].map((t) => ({ ...t, layer: "entrance" }));

  const offsets = banked ? slots : 0;
  const sequencer = table("sequencer", {
    layer: "sequencer",
    match: "exact",
    key: [field("kind", 8), field("layer", 8), field("pc", 16)],
    entries: sequencerEntries,
    // Next pc and parse, address, row, total, group; each bank's offset.
    actionDataBits: 8 + 5 * 16 + offsets * 16,
    // Sums with and without a shift, scales by some numbers of bits, and one for each other step.
    actions: 16,
    writes: { 8: 4, 16: 6 + offsets, 32: lanes },
    busOperands: { 8: 1, 16: 5 + offsets },
    splittable: false,
  });
  const state: KeyField = field("state", 16);
  const epoch = field("epoch", 32);
  const epochs = register("epochs", {
    widthBits: 32,
    cells: stateCells,
    outputBits: 8,
    index: state,
    inputs: [epoch],
  });
  const stale = table("stale", {
    layer: "arrivals",
    gateways: when(meta("stale", 8)),
    counters: [{ name: "stale_packets", cells: 1, index: meta("zero", 1) }],
    writes: { 8: 1 },
  });
  const tasks = table("tasks", {
    layer: "sequencer",
    match: "exact",
    key: [field("task", 16), meta("part", 8)],
    entries: taskEntries,
    actionDataBits: 8 + 5 * 16,
    actions: 5,
    writes: { 8: 2, 16: 6 },
    busOperands: { 8: 1, 16: 5 },
    splittable: false,
  });
  // An answer's way to its host: what became one in this pass is routed in it.
  const answers = table("answers", {
    layer: "entrance",
    match: "exact",
    key: [field("reply", 16)],
    entries: routeEntries,
    gateways: when(meta("travels", 8)),
    ...forward,
  });

  const together = paired ? 2 : 1;
  const banks = Array.from({ length: Math.ceil(slots / together) }, (_, i) => {
    const bytes = Math.min(together, slots - i * together);
    return table(`bank${i}`, {
      layer: "store",
      stateful: [
        {
          name: `bank${i}`,
          widthBits: paired ? 16 : 8,
          cells: storeCells,
          instructions: 2,
          outputBits: 8 * bytes,
          index: banked ? meta(`row${i}`, 16) : field("address", 16),
          inputs: [meta(`keys${i}`, 8 * bytes)],
        },
      ],
      gateways: when(meta("bank", 8), meta("put", slots > 8 ? 16 : 8)),
      writes: { 8: bytes },
    });
  });
  const lows = Math.ceil(slots / keysPerLow);
  const split = table("split", {
    layer: "store",
    gateways: when(meta("looks", 8)),
    hashOperandBits: 8 * lows,
    writes: { 8: 1 + lows },
  });
  // Row | key, for each of the lookups.
  const { early } = keysByStage(banks.length);
  const earlyKeys = Math.min(slots, early * together);
  const join = (name: string, keys: number): LogicalTable =>
    table(name, { layer: "store", gateways: when(meta("looks", 8)), writes: { 8: keys } });
  const [joinEarly, joinLate] = [join("joinEarly", earlyKeys), join("joinLate", slots - earlyKeys)];
  const joins = [joinEarly, joinLate].filter((t) => t.writes![8]! > 0);

  const clearLanes = table("clearLanes", { layer: "lookups", writes: { 8: 1, 32: lanes } });
  const lookups = Array.from({ length: slots }, (_, i) =>
    table(`lookup${i}`, {
      layer: "lookups",
      match: "hash-action",
      key: [meta("page", addressBits - 8), meta(`key${i}`, 8)],
      entries: 2 ** addressBits,
      actionDataBits: 32 * lanes,
      writes: { 32: lanes },
      busOperands: { 32: lanes },
    }),
  );
  const arrived = register("arrived", {
    widthBits: 32,
    cells: arrivalCells,
    outputBits: 8,
    index: field("index", 16),
    inputs: [epoch],
  });
  const arrivals = register("arrivals", {
    widthBits: 64,
    cells: stateCells,
    instructions: 2,
    outputBits: 16,
    index: state,
    inputs: [epoch],
  });
  const spawned = register("spawned", {
    widthBits: 64,
    cells: stateCells,
    instructions: 2,
    outputBits: 8,
    index: state,
    inputs: [epoch, field("attempt", 8)],
  });
  const verdict = (name: string, rest: Partial<LogicalTable>): LogicalTable =>
    table(name, { layer: "arrivals", gateways: when(meta("verdict", 8)), ...rest });
  const spawn = verdict("spawn", { writes: { 8: 1, 16: 1 } });
  const refuse = verdict("refuse", { writes: { 8: 1 } });
  const clampLow = table("clampLow", { layer: "requantization", writes: { 32: lanes } });
  // One constant for all lanes.
  const clampHigh = table("clampHigh", {
    layer: "requantization",
    writes: { 32: lanes },
    constantOperands: { 32: 1 },
  });
  const clearBest = table("clearBest", { layer: "requantization", writes: { 8: 1, 16: lanes } });
  const larger = table("larger", { layer: "requantization", writes: { 16: lanes } });

  // Only what has a step may begin another request.
  depend("control", sequencer, epochs);
  // What a pass is, and whether it is of an old request: known a stage after sequencer and epochs.
  const known = [tasks, answers, ...banks, split, ...joins, ...lookups, clearLanes, clampLow, clampHigh];
  for (const source of [sequencer, epochs])
    depend("match", source, ...known, arrived, arrivals, spawned, spawn, refuse);
  depend("match", epochs, stale, clearBest, larger);
  depend("action", tasks, split);
  for (const [i, bank] of banks.entries()) depend("action", bank, i < early ? joinEarly : joinLate);
  depend("action", split, ...joins);
  depend("match", split, ...lookups);
  for (const [i, lookup] of lookups.entries()) {
    depend("match", i < earlyKeys ? joinEarly : joinLate, lookup);
    depend("action", i === 0 ? clearLanes : lookups[i - 1], lookup);
  }
  depend("match", arrived, arrivals);
  depend("match", arrivals, spawned);
  depend("match", spawned, spawn, refuse);
  depend("action", clampLow, clampHigh);
  depend("action", clearBest, larger);

  const counting = [arrived, arrivals, spawn];
  const adding = [clearLanes, split, ...joins, ...lookups];
  const pass = [
    ...[sequencer, epochs, stale, tasks, answers, ...banks],
    ...[...adding, ...counting, spawned, refuse, clampLow, clampHigh, clearBest, larger],
  ];
  const apart = (some: readonly LogicalTable[], others: readonly LogicalTable[]): string[][] =>
    some.flatMap((a) => others.map((b) => [a.name, b.name]));
  const [clamps, maxima] = [
    [clampLow, clampHigh],
    [clearBest, larger],
  ];
  return {
    name: `fabric-tile-${slots}${banked ? "-banked" : ""}${paired ? "-paired" : ""}`,
    tables: [...entrance, ...pass],
    dependencies,
    exclusive: [
      ...apart(entrance, pass),
      ...apart(counting, [tasks, answers, ...adding, ...clamps, ...maxima, refuse]),
      ...apart([...adding, tasks, answers, ...banks], clamps),
      ...apart([split, ...joins, ...lookups], maxima),
      ...apart(clamps, maxima),
      ...apart([tasks], banks),
      ...apart([stale], pass.slice(3)),
    ],
  };
}
