import type { LinearProgram, Row, Term, Variable } from "./types.js";

/** Builds a linear program: variables are numbered as they come, terms of one variable in a row are added up. */
export class LinearProgramBuilder {
  readonly #variables: Variable[] = [];
  readonly #rows: Row[] = [];

  constructor(readonly name: string) {}

  /** A new variable's number. */
  variable(lower: number, upper: number, options: { integer?: boolean; cost?: number } = {}): number {
    return (
      this.#variables.push({ lower, upper, integer: options.integer ?? true, cost: options.cost ?? 0 }) - 1
    );
  }

  /** A new 0-1 variable's number. */
  binary(cost = 0): number {
    return this.variable(0, 1, { cost });
  }

  row(terms: Iterable<Term>, limits: { lower?: number; upper?: number }): void {
    const sum = new Map<number, number>();
    for (const [variable, coefficient] of terms) sum.set(variable, (sum.get(variable) ?? 0) + coefficient);
    this.#rows.push({
      terms: [...sum].filter(([, coefficient]) => coefficient !== 0),
      lower: limits.lower ?? Number.NEGATIVE_INFINITY,
      upper: limits.upper ?? Number.POSITIVE_INFINITY,
    });
  }

  get rows(): number {
    return this.#rows.length;
  }

  build(): LinearProgram {
    return { name: this.name, variables: this.#variables, rows: this.#rows };
  }
}
