import type { LinearProgram } from "./types.js";

const tolerance = 1e-6;

/**
 * A solver's values with integers rounded, if they satisfy every bound and row of the program; undefined otherwise.
 * A solver that ran out of time may hand out zeros, and rounding may break what was only just satisfied.
 */
export function verifiedValues(program: LinearProgram, values: ArrayLike<number>): Float64Array | undefined {
  const rounded = new Float64Array(program.variables.length);
  for (const [i, { lower, upper, integer }] of program.variables.entries()) {
    const value = values[i];
    if (!Number.isFinite(value)) return undefined;
    rounded[i] = integer ? Math.round(value) : value;
    const margin = tolerance * Math.max(1, Math.abs(value));
    if (Math.abs(rounded[i] - value) > 1e-4 || rounded[i] < lower - margin || rounded[i] > upper + margin)
      return undefined;
  }
  for (const { terms, lower, upper } of program.rows) {
    let sum = 0;
    let scale = 1;
    for (const [variable, coefficient] of terms) {
      sum += coefficient * rounded[variable];
      scale = Math.max(scale, Math.abs(coefficient * rounded[variable]));
    }
    if (sum < lower - tolerance * scale || sum > upper + tolerance * scale) return undefined;
  }
  return rounded;
}

/** The objective of some values. */
export function objectiveOf(program: LinearProgram, values: ArrayLike<number>): number {
  return program.variables.reduce((sum, { cost }, i) => sum + (cost === 0 ? 0 : cost * values[i]), 0);
}
