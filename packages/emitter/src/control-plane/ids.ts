import { type ControlPlane, fullActionName } from "./declarations.js";

/** First byte of a P4Runtime id, which says what it is of (P4Runtime specification, "ID Allocation"). */
const ACTION_PREFIX = 0x01;
const TABLE_PREFIX = 0x02;

/** P4Runtime ids by local name. */
export interface Ids {
  tables: ReadonlyMap<string, number>;
  actions: ReadonlyMap<string, number>;
}

/** Jenkins's one-at-a-time hash of an ASCII name, 32 bits: what p4c makes ids of where a program gives none. */
function hash(name: string): number {
  let h = 0;
  for (let i = 0; i < name.length; i++) {
    h = (h + name.charCodeAt(i)) | 0;
    h = (h + (h << 10)) | 0;
    h ^= h >>> 6;
  }
  h = (h + (h << 3)) | 0;
  h ^= h >>> 11;
  return (h + (h << 15)) >>> 0;
}

function assign(
  prefix: number,
  objects: { name: string; full: string; id: number | null }[],
): Map<string, number> {
  const ids = new Map<string, number>();
  const taken = new Set<number>();
  const take = (name: string, id: number): void => {
    if (taken.has(id)) throw new Error(`The emitted P4 text gives the id ${id} twice.`);
    taken.add(id);
    ids.set(name, id);
  };
  const make = (number: number): number => prefix * 2 ** 24 + (number & 0xffffff);
  for (const { name, id } of objects) if (id !== null) take(name, make(id));
  // Where two hashes meet, the name that sorts first keeps its own.
  const hashed = objects.filter(({ id }) => id === null);
  for (const { name, full } of hashed.sort((a, b) => (a.full < b.full ? -1 : 1))) {
    let number = hash(full);
    while (taken.has(make(number))) number++;
    take(name, make(number));
  }
  return ids;
}

/** The ids of tables and actions: those of `@id`, and p4c's for the rest. */
export function assignIds(plane: ControlPlane): Ids {
  const { control, tables, actions } = plane;
  return {
    tables: assign(
      TABLE_PREFIX,
      tables.map(({ name, id }) => ({ name, full: `${control}.${name}`, id })),
    ),
    actions: assign(
      ACTION_PREFIX,
      actions.map(({ name, id }) => ({ name, full: fullActionName(plane, name), id })),
    ),
  };
}
