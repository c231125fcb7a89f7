/** The run-time objects of a loaded program, by control-plane name. */
import type { RecordArray } from "../arch/records.js";
import type { CounterArray, MeterArray, RegisterArray } from "../externs/index.js";
import type { ValueSet } from "../runtime/value-set.js";
import type { ActionProfile, MatchTable } from "../tables/index.js";

/**
 * What control-plane code works on beyond the operations of `Engine`. A loaded engine has it as
 * `engine.objects`; the maps hold the very objects that generated code uses.
 */
export interface ProgramObjects {
  readonly tables: ReadonlyMap<string, MatchTable>;
  readonly profiles: ReadonlyMap<string, ActionProfile>;
  readonly registers: ReadonlyMap<string, RegisterArray>;
  /** Registers whose cells are structs. */
  readonly records: ReadonlyMap<string, RecordArray>;
  readonly counters: ReadonlyMap<string, CounterArray>;
  readonly meters: ReadonlyMap<string, MeterArray>;
  /** By the counter's name, the table whose `packets` and `bytes` hold its values. */
  readonly directCounters: ReadonlyMap<string, MatchTable>;
  /** By the meter's name, an array that is indexed by the table's slots. */
  readonly directMeters: ReadonlyMap<string, { meters: MeterArray; table: MatchTable }>;
  readonly valueSets: ReadonlyMap<string, ValueSet>;
}
