import type { Solver } from "./types.js";
import { WorkerSolver } from "./worker-solver.js";

export { LinearProgramBuilder } from "./build.js";
export type * from "./types.js";

/** The solvers there are: each is a module of that name in workers/. */
export const solverNames = ["glpk", "highs"] as const;
export type SolverName = (typeof solverNames)[number];

/** A solver of its own thread, started with its first program. */
export function makeSolver(name: SolverName): Solver {
  return new WorkerSolver(name);
}
