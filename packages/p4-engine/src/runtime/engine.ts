/** The engine as its users see it: tables by name, and the architecture's way with packets behind it. */
import type { Bits, Engine, MatchKey, Observer, OutputPacket, TableEntry, TableInfo } from "../api.js";
import { NameIndex } from "../control/names.js";
import type { ProgramObjects } from "../control/objects.js";
import { P4Error } from "../errors.js";
import type { MatchTable } from "../tables/table.js";

/** A table of a loaded program. `keys` counts selector keys too, which MatchTable knows nothing of. */
export interface LoadedTable {
  readonly name: string;
  readonly table: MatchTable;
  readonly keys: TableInfo["keys"];
}

/** What an architecture does with packets. */
export interface Target {
  process(port: number, packet: Uint8Array): OutputPacket[];
  setMulticastGroup(group: number, replicas: { port: number; instance: number }[]): void;
  setMirrorSession(session: number, port: number | null, group?: number): void;
  observe(observer: Observer | null): void;
}

export class ProgramEngine implements Engine {
  readonly tables: TableInfo[];
  private readonly byName: NameIndex<LoadedTable>;

  constructor(
    readonly architecture: Engine["architecture"],
    loaded: readonly LoadedTable[],
    readonly objects: ProgramObjects,
    private readonly target: Target,
    readonly code: string,
  ) {
    this.tables = loaded.map(tableInfo);
    this.byName = new NameIndex(
      "table",
      loaded.map((t) => [t.name, t] as const),
    );
  }

  insert(table: string, entry: TableEntry): number {
    const t = this.byName.get(table).table;
    return t.insert(entry.key, actionIndex(t, entry.action), entry.args, entry.priority);
  }

  modify(table: string, handle: number, action: string, args: Bits[]): void {
    const t = this.byName.get(table).table;
    t.modify(handle, actionIndex(t, action), args);
  }

  remove(table: string, handle: number): void {
    this.byName.get(table).table.remove(handle);
  }

  entries(table: string): { handle: number; entry: TableEntry }[] {
    const t = this.byName.get(table).table;
    return t.entries().map((e) => {
      const entry: TableEntry = {
        key: e.key as MatchKey[],
        action: t.shape.actions[e.action]?.name ?? "",
        args: e.args,
        priority: e.priority,
      };
      return { handle: e.handle, entry };
    });
  }

  setDefault(table: string, action: string, args: Bits[]): void {
    const t = this.byName.get(table).table;
    t.setDefault(actionIndex(t, action), args);
  }

  setMulticastGroup(group: number, replicas: { port: number; instance: number }[]): void {
    this.target.setMulticastGroup(group, replicas);
  }

  setMirrorSession(session: number, port: number | null, group?: number): void {
    this.target.setMirrorSession(session, port, group);
  }

  process(port: number, packet: Uint8Array): OutputPacket[] {
    return this.target.process(port, packet);
  }

  readRegister(name: string, index: number): Bits {
    return new NameIndex("register", this.objects.registers).get(name).get(index);
  }

  writeRegister(name: string, index: number, value: Bits): void {
    new NameIndex("register", this.objects.registers).get(name).set(index, value);
  }

  observe(observer: Observer | null): void {
    this.target.observe(observer);
  }
}

function tableInfo({ name, table, keys }: LoadedTable): TableInfo {
  return {
    name,
    keys,
    actions: table.shape.actions,
    size: table.shape.size,
    get entries() {
      return table.count;
    },
  };
}

const actionIndexes = new WeakMap<MatchTable, NameIndex<number>>();

function actionIndex(table: MatchTable, name: string): number {
  let index = actionIndexes.get(table);
  if (!index) {
    const entries = table.shape.actions.map((a, i) => [a.name, i] as const);
    index = new NameIndex("action", entries, `table '${table.shape.name}'`);
    actionIndexes.set(table, index);
  }
  return index.get(name);
}

export const packetTooLong = (bytes: number, most: number): P4Error =>
  new P4Error("packet-too-long", `a packet of ${bytes} bytes is longer than the ${most} the engine takes`);
