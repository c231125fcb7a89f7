/** One term of a row: variable's number, coefficient. */
export type Term = readonly [variable: number, coefficient: number];

export interface Variable {
  lower: number;
  upper: number;
  integer: boolean;
  /** Coefficient in the objective, which is minimised. */
  cost: number;
}

/** `lower` <= sum of terms <= `upper`; either may be infinite. No variable twice. */
export interface Row {
  terms: readonly Term[];
  lower: number;
  upper: number;
}

/** A mixed-integer linear program, minimised. Variables and rows are known by their numbers. */
export interface LinearProgram {
  name: string;
  variables: readonly Variable[];
  rows: readonly Row[];
}

/** What a solver reports while it works; undefined is not known yet. */
export interface SolveProgress {
  incumbent?: number;
  bound?: number;
  nodes?: number;
}

export interface SolveOptions {
  timeLimitMs: number;
  /** Stop when (incumbent - bound) / |incumbent| is at most this; default 0. */
  gap?: number;
  onProgress?: (progress: SolveProgress) => void;
  /** Ends the solve at once; the result is `cancelled`. */
  signal?: AbortSignal;
}

/**
 * How a solve ended. Only `optimal` and `feasible` have values, and those satisfy every row (they are checked here,
 * not taken on trust); only `optimal`, `infeasible` and `unbounded` are proofs.
 */
export type SolveStatus = "optimal" | "feasible" | "infeasible" | "unbounded" | "undecided" | "cancelled";

export interface SolveResult {
  status: SolveStatus;
  /** Values of the variables, integers rounded. */
  values?: Float64Array;
  objective?: number;
  /** Proven: no solution has a smaller objective. */
  bound?: number;
  /** Nodes of branch and bound. */
  nodes: number;
  timeMs: number;
}

/** Anything that can solve linear programs. */
export interface Solver {
  readonly name: string;
  solve(program: LinearProgram, options: SolveOptions): Promise<SolveResult>;
  /** Ends its thread. A solver that is not closed does not keep the process alive. */
  close(): Promise<void>;
}
