import type {
  Dependency,
  KeyField,
  LogicalTable,
  PipelineProgram,
  StatefulRegister,
} from "../pipeline/types.js";

/** Accumulators of a pass: 32 lanes of 32 bits fill the action data bus of a stage. */
export const lanes = 32;
/** Banks in a register's word. Tiles fill whole words, so a store writes no part of one. */
export const banksPerWord = 4;
/** Rows of the store: 15 blocks of 4096 words of 32 bits, so that three share a stage's map RAMs. */
export const storeCells = 15 * 4096;
/** Arrival cells; cells of states (layers times requests in flight). */
const arrivalCells = 64 * 1024;
const stateCells = 1024;
/** Passes that a program of pipes can tell apart, and what is different from task to task. */
const sequencerEntries = 4096;
const taskEntries = 16384;
const slotEntries = 1024;

/**
 * The tables of the pass that serves whole networks, as docs/serving.md has it: entrance (admission, routes, slots), the
 * sequencer with the epochs' register, the tasks' table, banks of the store (a byte each), the OR of row and key, lookups
 * that add to the lanes one after the other; the registers of arrivals; and scale, clamp and maxima, which never run
 * together with lookups. Bounds of the clamp are fields that the sequencer writes, so that they take nothing of the
 * action data bus.
 *
 * @param slots lookup tables, and banks
 * @param banked has every bank an address of its own? Then each has a register, of bytes
 */
export function fabricTile(slots: number, addressBits: number, banked = false): PipelineProgram {
  const dependencies: Dependency[] = [];
  const table = (name: string, rest: Partial<LogicalTable>): LogicalTable => ({
    name,
    gress: "ingress",
    match: "keyless",
    key: [],
    entries: 1,
    actionDataBits: 0,
    ...rest,
  });
  const field = (name: string, widthBits: number): KeyField => ({ field: `hdr.serve.${name}`, widthBits });
  const register = (name: string, rest: Omit<StatefulRegister, "name">): LogicalTable =>
    table(name, { layer: "arrivals", stateful: [{ name, ...rest }], writes: { 32: 1 } });
  const depend = (kind: Dependency["kind"], from: LogicalTable, to: LogicalTable) =>
    dependencies.push({ kind, from: from.name, to: to.name });

  // What is not in a worker's pass: it excludes all of that.
  const entrance = [
    table("admit", {
      match: "exact",
      key: [{ field: "ig_intr_md.ingress_port", widthBits: 9 }, field("slot", 16)],
      entries: slotEntries,
      actionDataBits: 16,
      writes: { 8: 2, 16: 1 },
      busOperands: { 16: 1 },
      splittable: false,
    }),
    table("requests", {
      match: "exact",
      key: [field("index", 16)],
      entries: 4096,
      actionDataBits: 56,
      writes: { 8: 1, 16: 3 },
      busOperands: { 8: 1, 16: 3 },
      splittable: false,
    }),
    table("route", {
      match: "exact",
      key: [field("destination", 16)],
      entries: 4096,
      actionDataBits: 16,
      writes: { 16: 1 },
      busOperands: { 16: 1 },
      splittable: false,
    }),
    table("slots", {
      match: "exact",
      key: [field("layer", 8), field("slot", 16)],
      entries: slotEntries,
      actionDataBits: 48,
      writes: { 8: 1, 16: 4 },
      busOperands: { 16: 3 },
      splittable: false,
    }),
  ].map((t) => ({ ...t, layer: "entrance" }));

  const offsets = banked ? slots : 0;
  const sequencer = table("sequencer", {
    layer: "sequencer",
    match: "exact",
    key: [field("kind", 8), field("layer", 8), field("pc", 16)],
    entries: sequencerEntries,
    // Next pc and parse, address, row, total, group; each bank's offset; bounds of the clamp.
    actionDataBits: 8 + 5 * 16 + offsets * 16 + 2 * 16,
    actions: 9,
    writes: { 8: 4, 16: 6 + offsets, 32: lanes + 2 },
    busOperands: { 8: 1, 16: 5 + offsets, 32: 2 },
    splittable: false,
  });
  const state: KeyField = field("state", 16);
  const epochs = register("epochs", {
    widthBits: 32,
    cells: stateCells,
    outputBits: 32,
    index: state,
    inputs: [field("epoch", 32)],
  });
  const tasks = table("tasks", {
    layer: "sequencer",
    match: "exact",
    key: [field("task", 16), { field: "meta.part", widthBits: 8 }],
    entries: taskEntries,
    actionDataBits: 8 + 5 * 16,
    actions: 5,
    writes: { 8: 2, 16: 6 },
    busOperands: { 8: 1, 16: 5 },
    splittable: false,
  });
  const together = banked ? 1 : banksPerWord;
  const stores = Array.from({ length: Math.ceil(slots / together) }, (_, i) =>
    table(`store${i}`, {
      layer: "store",
      stateful: [
        {
          name: `banks${i}`,
          widthBits: banked ? 8 : 32,
          cells: storeCells,
          instructions: 2,
          outputBits: 8 * together,
          index: banked ? { field: `meta.address${i}`, widthBits: 16 } : field("address", 16),
          inputs: [{ field: `hdr.keys${i}`, widthBits: 8 * together }],
        },
      ],
      writes: { 8: together },
    }),
  );
  // Row | key, for each of the lookups.
  const rows = stores.map((_, i) =>
    table(`rows${i}`, { layer: "store", writes: { 16: Math.min(together, slots - i * together) } }),
  );
  const lookups = Array.from({ length: slots }, (_, i) =>
    table(`lookup${i}`, {
      layer: "lookups",
      match: "hash-action",
      key: [{ field: `meta.row${i}`, widthBits: addressBits }],
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
    inputs: [field("epoch", 32)],
  });
  const arrivals = register("arrivals", {
    widthBits: 64,
    cells: stateCells,
    instructions: 2,
    outputBits: 32,
    index: state,
    inputs: [field("epoch", 32)],
  });
  const spawned = register("spawned", {
    widthBits: 64,
    cells: stateCells,
    instructions: 2,
    outputBits: 8,
    index: state,
    inputs: [field("epoch", 32), field("attempt", 8)],
  });
  // Is the count the total? Then workers are spawned, or else the packet is dropped.
  const verdict = table("verdict", {
    layer: "arrivals",
    gateways: [{ fields: [{ field: "meta.missing", widthBits: 32 }] }],
    writes: { 8: 2, 16: 1 },
    actions: 3,
  });
  const clamps = ["shift", "clampLow", "clampHigh"].map((name) =>
    table(name, { layer: "requantization", writes: { 32: lanes }, actions: name === "shift" ? 16 : 1 }),
  );
  const pool = table("pool", { layer: "requantization", writes: { 16: lanes / 2 } });

  // Whether a pass is the last of an arrival is known from its parse, so the registers need not wait for the sequencer.
  for (const after of [tasks, ...stores, ...lookups, ...clamps, pool]) depend("match", sequencer, after);
  depend("control", epochs, verdict);
  for (const [i, store] of stores.entries()) depend("match", store, rows[i]);
  for (const [i, lookup] of lookups.entries()) depend("match", rows[Math.floor(i / together)], lookup);
  // The row of a bias is the task's.
  for (const or of rows) depend("match", tasks, or);
  lookups.forEach((lookup, i) => {
    if (i > 0) depend("action", lookups[i - 1], lookup);
  });
  depend("match", arrived, arrivals);
  depend("match", arrivals, spawned);
  depend("match", spawned, verdict);
  depend("control", sequencer, verdict);
  clamps.forEach((clamp, i) => {
    if (i > 0) depend("action", clamps[i - 1], clamp);
  });
  const pass = [
    sequencer,
    epochs,
    tasks,
    ...stores,
    ...rows,
    ...lookups,
    arrived,
    arrivals,
    spawned,
    verdict,
  ];
  return {
    name: `fabric-tile-${slots}${banked ? "-banked" : ""}`,
    tables: [...entrance, ...pass, ...clamps, pool],
    dependencies,
    exclusive: [
      ...entrance.flatMap((e) => [...pass, ...clamps, pool].map((t) => [e.name, t.name])),
      ...lookups.flatMap((l) => [...clamps, pool].map((c) => [l.name, c.name])),
      ...clamps.map((c) => [c.name, pool.name]),
    ],
  };
}
