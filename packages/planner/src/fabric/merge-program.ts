import type { Dependency, LogicalTable, PipelineProgram } from "../pipeline/types.js";
import { lanes } from "./tile-program.js";

/** Tiles whose partial sums a merge pipe can hold at a time: cells of each lane's register. */
const openTiles = 4096;

/**
 * The tables of a merge pipe: a count of arrivals for each open tile, and for every lane a register that adds a partial
 * sum or keeps a maximum. Lanes have no place beside lookups, whose operands fill the action data bus.
 */
export function mergeTile(): PipelineProgram {
  const index = { field: "hdr.tile.slot", widthBits: 16 };
  const register = (name: string): LogicalTable => ({
    name,
    layer: "merge",
    gress: "ingress",
    match: "keyless",
    key: [],
    entries: 1,
    actionDataBits: 0,
    stateful: [
      {
        name,
        widthBits: 32,
        cells: openTiles,
        // Set, add, maximum, and read out.
        instructions: 4,
        outputBits: 32,
        index,
        inputs: [{ field: `hdr.${name}`, widthBits: 32 }],
      },
    ],
    writes: { 32: 1 },
  });
  const arrivals = register("arrivals");
  const sums = Array.from({ length: lanes }, (_, i) => register(`lane${i}`));
  const dependencies: Dependency[] = sums.map(({ name }) => ({ kind: "match", from: "arrivals", to: name }));
  return { name: "fabric-merge", tables: [arrivals, ...sums], dependencies };
}
