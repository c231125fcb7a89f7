import type { HardwareProfile } from "@matchmul/profiles";

/**
 * Lookup tables of a pipe's program: a power of two, one a stage beside what comes before them. `banked`: of a program for
 * thin first layers, whose banks have addresses of their own; 0 where it has no room. The placement agrees
 * (test/fabric): a Tofino's stages hold 8 of either, a Tofino 2's 16, whose banks' registers leave no room for addresses.
 */
export function servingLookups({ pipeline }: HardwareProfile): { lookups: number; banked: number } {
  if (pipeline === undefined) return { lookups: 8, banked: 9 };
  return pipeline.stages >= 20 ? { lookups: 16, banked: 0 } : { lookups: 8, banked: 8 };
}

/** Do two banks that are read at one address share a register's cell? Where a stateful ALU has a result for each. */
export function banksPaired({ pipeline }: HardwareProfile): boolean {
  return pipeline !== undefined && pipeline.stateful.outputBits > 32;
}
