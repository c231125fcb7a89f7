import { logicalTable } from "../pipeline/table.js";
import type { Dependency, LogicalTable, PipelineProgram, StatefulRegister } from "../pipeline/types.js";
import { arrivalCells, field, lanes, stateCells } from "./tile-program.js";

/** Tiles whose partial sums a merge pipe can hold at a time: cells of each lane's register. */
export const openTiles = 4 * 4096;

/**
 * The tables of a merge pipe, as docs/serving.md has it: slots, epochs, arrivals one by one and for each open tile, whether
 * a tile was complete, and for every lane a register that adds a partial sum or keeps a maximum. Lanes have no place beside
 * lookups, whose operands fill the action data bus.
 */
export function mergeTile(): PipelineProgram {
  const table = (name: string, rest: Partial<LogicalTable>): LogicalTable =>
    logicalTable(name, { layer: "merge", ...rest });
  const register = (name: string, rest: Omit<StatefulRegister, "name">): LogicalTable =>
    table(name, { stateful: [{ name, ...rest }], writes: { 32: 1 } });
  const layer = table("merges", {
    match: "exact",
    key: [field("kind", 8), field("layer", 8)],
    entries: 256,
    actionDataBits: 24,
    writes: { 8: 1, 16: 1 },
    busOperands: { 8: 1, 16: 1 },
    actions: 2,
    splittable: false,
  });
  const epoch = field("epoch", 32);
  const address = field("address", 16);
  const pair = { widthBits: 64, cells: openTiles, instructions: 2, outputBits: 32, index: address };
  const epochs = register("epochs", {
    widthBits: 32,
    cells: stateCells,
    outputBits: 32,
    index: field("state", 16),
    inputs: [epoch],
  });
  const arrived = register("arrived", {
    widthBits: 32,
    cells: arrivalCells,
    outputBits: 8,
    index: field("index", 16),
    inputs: [epoch],
  });
  const arrivals = register("arrivals", { ...pair, inputs: [epoch] });
  const complete = register("complete", { ...pair, inputs: [epoch, field("attempt", 8)] });
  const verdict = table("verdict", {
    gateways: [{ fields: [{ field: "meta.missing", widthBits: 32 }] }],
    writes: { 8: 1, 16: 2 },
    actions: 3,
  });
  // What the accumulators do follows from the count: one stage more before them.
  const operate = table("operate", {
    gateways: [
      {
        fields: [
          { field: "meta.count", widthBits: 16 },
          { field: "meta.seen", widthBits: 8 },
        ],
      },
    ],
    writes: { 8: 1 },
    actions: 3,
  });
  // Where a complete sum goes: it becomes one in this very pass.
  const returns = table("returns", {
    match: "exact",
    key: [field("source", 16)],
    entries: 4096,
    actionDataBits: 16,
    writes: { 8: 1, 16: 1 },
    busOperands: { 16: 1 },
    splittable: false,
  });
  const sums = Array.from({ length: lanes }, (_, i) =>
    register(`lane${i}`, {
      widthBits: 32,
      cells: openTiles,
      // Set, add, maximum, and read out.
      instructions: 4,
      outputBits: 32,
      index: address,
      inputs: [{ field: `hdr.lane${i}`, widthBits: 32 }],
    }),
  );
  const dependencies: Dependency[] = [
    { kind: "match", from: "arrived", to: "arrivals" },
    { kind: "match", from: "merges", to: "arrivals" },
    { kind: "match", from: "arrivals", to: "complete" },
    { kind: "control", from: "merges", to: "epochs" },
    { kind: "match", from: "epochs", to: "arrived" },
    { kind: "match", from: "merges", to: "operate" },
    { kind: "match", from: "complete", to: "verdict" },
    { kind: "control", from: "verdict", to: "returns" },
    { kind: "match", from: "arrived", to: "operate" },
    { kind: "match", from: "arrivals", to: "operate" },
    ...sums.map(({ name }): Dependency => ({ kind: "match", from: "operate", to: name })),
  ];
  return {
    name: "fabric-merge",
    tables: [layer, epochs, arrived, arrivals, complete, verdict, returns, operate, ...sums],
    dependencies,
  };
}
