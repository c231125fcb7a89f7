import type { PipelineProgram } from "../pipeline/types.js";
import { mergeTile } from "./merge-program.js";
import { fabricTile } from "./tile-program.js";
import type { PipeModel } from "./types.js";

/** The program whose placement a pipe model has; undefined for a target without stages. */
export function tileProgramOf(pipe: PipeModel): PipelineProgram | undefined {
  const { placement, slots, rows } = pipe;
  if (placement === undefined) return undefined;
  const variants = [false, true].map((paired) => fabricTile(slots, Math.log2(rows), { paired }));
  const program = variants.find(({ name }) => name === placement.program) ?? variants[0];
  const placed = new Set(placement.tables.map((t) => t.name));
  if (program.tables.some((t) => !placed.has(t.name)) || program.tables.length !== placed.size)
    throw new Error(`the placement of ${placement.program} is not that of ${program.name}`);
  return program;
}

export { mergeTile };
