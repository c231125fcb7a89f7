/** From a generator that has compiled a program to what engines are made of. */
import type { CompiledTable, Generator } from "../compile/generator.js";
import { scalarWidth } from "../compile/layout.js";
import type { ProgramObjects } from "../control/objects.js";
import { CounterArray, MeterArray, RegisterArray } from "../externs/index.js";
import type { Instance } from "../frontend/ast.js";
import type { LoadedTable } from "../runtime/engine.js";
import type { AttachmentLibrary } from "./attachments.js";
import { RecordArray } from "./records.js";

export function loadedTable({ name, table, decl }: CompiledTable): LoadedTable {
  const keys = decl.keys.map((k) => ({
    name: k.name,
    kind: k.matchKind as LoadedTable["keys"][number]["kind"],
    widthBits: scalarWidth(k.expr.type),
  }));
  return { name, table, keys };
}

/** Names of tables and of the action in a slot, for observers. */
export const observed = (t: CompiledTable) => ({
  name: t.name,
  actionAt: (slot: number): string => actionAt(t, slot),
});

function actionAt({ table }: CompiledTable, slot: number): string {
  const { profile } = table.shape;
  const action = profile
    ? profile.action[profile.resolve(table.data[slot * table.stride], 0)]
    : table.action[slot];
  return table.shape.actions[action]?.name ?? "NoAction";
}

export function objectsOf(g: Generator, library: AttachmentLibrary): ProgramObjects {
  const all: [Instance, unknown][] = [...library.all(), ...library.directRegisters];
  const of = <T>(kind: new (...args: never[]) => T) =>
    new Map(all.flatMap(([instance, o]) => (o instanceof kind ? [[instance.name, o] as const] : [])));
  return {
    tables: new Map(g.tables.map((t) => [t.name, t.table])),
    profiles: new Map([...library.profiles].map(([instance, p]) => [instance.name, p])),
    registers: of(RegisterArray),
    records: of(RecordArray),
    counters: of(CounterArray),
    meters: of(MeterArray),
    directCounters: library.directCounters,
    directMeters: library.directMeters,
    valueSets: new Map(g.valueSets.map((s) => [s.name, s])),
  };
}
