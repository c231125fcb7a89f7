import type { Dependency, LogicalTable, PipelineProgram } from "../pipeline/types.js";

/** Accumulators of a pass: 32 lanes of 32 bits fill the action data bus of a stage. */
export const lanes = 32;
/** Key bytes of one register word. */
export const keysPerWord = 4;
/** Cells of a store register: 15 blocks of 4096 words of 32 bits, so that three share a stage's map RAMs. */
export const storeCells = 15 * 4096;

/**
 * The tables of the pass that serves whole networks: a sequencer, registers that hold the layer's input as key words,
 * lookups that add to the lanes one after the other, and shift and clamp, which never run together with lookups. Bounds
 * of the clamp are fields that the sequencer writes, so that they take nothing of the action data bus.
 */
export function fabricTile(slots: number, addressBits: number): PipelineProgram {
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
  const pageBits = addressBits - 8;
  const words = Math.ceil(slots / keysPerWord);
  const sequencer = table("sequencer", {
    layer: "sequencer",
    match: "exact",
    key: [
      { field: "hdr.tile.layer", widthBits: 8 },
      { field: "hdr.tile.pc", widthBits: 16 },
    ],
    entries: 4096,
    // Pages, store address, next pass, port, clamp bounds.
    actionDataBits: slots * pageBits + 16 + 16 + 16 + 2 * 32,
    actions: 8,
    writes: { 16: 3 + slots, 32: lanes + 2 },
    busOperands: { 16: 3 + slots, 32: 2 },
    splittable: false,
  });
  const stores = Array.from({ length: words }, (_, i) =>
    table(`store${i}`, {
      layer: "store",
      stateful: [
        {
          name: `words${i}`,
          widthBits: 32,
          cells: storeCells,
          instructions: 2,
          outputBits: 32,
          index: { field: "meta.address", widthBits: 16 },
          inputs: [{ field: `hdr.word${i}`, widthBits: 32 }],
        },
      ],
      writes: { 32: 1 },
    }),
  );
  const lookups = Array.from({ length: slots }, (_, i) =>
    table(`lookup${i}`, {
      layer: "lookups",
      match: "hash-action",
      key: [
        { field: `meta.page${i}`, widthBits: pageBits },
        { field: `meta.key${i}`, widthBits: 8 },
      ],
      entries: 2 ** addressBits,
      actionDataBits: 32 * lanes,
      writes: { 32: lanes },
      busOperands: { 32: lanes },
    }),
  );
  const clamps = ["shift", "clampLow", "clampHigh"].map((name) =>
    table(name, { layer: "requantization", writes: { 32: lanes }, actions: name === "shift" ? 5 : 1 }),
  );
  const depend = (kind: Dependency["kind"], from: LogicalTable, to: LogicalTable) =>
    dependencies.push({ kind, from: from.name, to: to.name });
  for (const store of stores) depend("match", sequencer, store);
  lookups.forEach((lookup, i) => {
    depend("match", sequencer, lookup);
    depend("match", stores[Math.floor(i / keysPerWord)], lookup);
    if (i > 0) depend("action", lookups[i - 1], lookup);
  });
  clamps.forEach((clamp, i) => {
    depend("match", sequencer, clamp);
    if (i > 0) depend("action", clamps[i - 1], clamp);
  });
  return {
    name: `fabric-tile-${slots}`,
    tables: [sequencer, ...stores, ...lookups, ...clamps],
    dependencies,
    exclusive: lookups.flatMap((l) => clamps.map((c) => [l.name, c.name])),
  };
}
