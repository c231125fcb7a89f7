import type { EmittedEntry } from "../entries.js";
import type { ControlPlane, KeyField } from "./declarations.js";
import type { Ids } from "./ids.js";

/** Updates in one WriteRequest: a message of them stays far below gRPC's usual limit of 4 MiB. */
export const BATCH = 1000;

/** Among entries that do not overlap any priority will do, but P4Runtime wants one wherever a key is ternary. */
export const PRIORITY = 1;

/** One table as P4Runtime writes it. */
export interface WritableTable {
  id: number;
  keys: KeyField[];
  /** Whether its entries carry a priority. */
  prioritised: boolean;
}

/** Ids for the entries of a program. */
export class Writer {
  readonly #tables: ReadonlyMap<string, WritableTable>;
  constructor(
    plane: ControlPlane,
    private readonly ids: Ids,
  ) {
    this.#tables = new Map(
      plane.tables.map(({ name, keys }) => [
        name,
        { id: ids.tables.get(name)!, keys, prioritised: keys.some(({ match }) => match !== "exact") },
      ]),
    );
  }

  table({ table }: EmittedEntry): WritableTable {
    return this.#tables.get(table)!;
  }

  action({ action }: EmittedEntry): number {
    return this.ids.actions.get(action)!;
  }
}

/** Entries in groups of up to `size`. */
export function* batches(entries: Iterable<EmittedEntry>, size = BATCH): Generator<EmittedEntry[]> {
  let batch: EmittedEntry[] = [];
  for (const entry of entries) {
    batch.push(entry);
    if (batch.length === size) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}
