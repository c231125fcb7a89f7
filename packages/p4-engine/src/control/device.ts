/** A loaded program as control-plane texts address it: by names, with the operations they share. */
import type { Engine, TableInfo } from "../api.js";
import { P4Error } from "../errors.js";
import { MulticastNodes } from "./multicast.js";
import { NameIndex } from "./names.js";
import type { ProgramObjects } from "./objects.js";
import { ValueSetMembers } from "./value-sets.js";

export type ActionInfo = TableInfo["actions"][number];

export interface TableHandle {
  info: TableInfo;
  actions: NameIndex<ActionInfo>;
  /** Keys that are matched, without the selector's. */
  keys: TableInfo["keys"];
  /** Whether entries need a priority. */
  prioritised: boolean;
}

export type MirrorTarget = number | { group: number };

/** BMv2's command line and STF give small priorities the upper hand; engines, as P4Runtime, the large. */
export const MAX_PRIORITY = 0x7fffffff;

export class Device {
  readonly tables: NameIndex<TableHandle>;
  readonly multicast: MulticastNodes;
  readonly valueSets: ValueSetMembers;
  private readonly mirrors = new Map<number, MirrorTarget>();
  private readonly indexes = new Map<string, NameIndex<unknown>>();

  constructor(readonly engine: Engine) {
    this.multicast = new MulticastNodes(engine);
    this.valueSets = new ValueSetMembers((name) => this.find("valueSets", name).object);
    this.tables = new NameIndex(
      "table",
      engine.tables.map((info) => [info.name, tableHandle(info)] as const),
    );
  }

  get objects(): ProgramObjects {
    return this.engine.objects;
  }

  /** Sends a clone session to a port or a multicast group; null removes it. */
  setMirror(session: number, target: MirrorTarget | null): void {
    if (typeof target === "object") this.engine.setMirrorSession(session, null, target?.group);
    else this.engine.setMirrorSession(session, target);
    if (target === null) this.mirrors.delete(session);
    else this.mirrors.set(session, target);
  }

  describeMirror(session: number): string {
    const target = this.mirrors.get(session);
    if (target === undefined)
      throw new P4Error("unknown-session", `mirror session ${session} does not exist`);
    return typeof target === "number" ? `port ${target}` : `multicast group ${target.group}`;
  }

  /** The object of one of the program's kinds by its name or a unique end of it. */
  find<K extends Exclude<keyof ProgramObjects, "tables">>(
    kind: K,
    name: string,
  ): ProgramObjects[K] extends ReadonlyMap<string, infer T> ? { name: string; object: T } : never {
    let index = this.indexes.get(kind);
    if (!index) {
      const entries = [...(this.objects[kind] as ReadonlyMap<string, unknown>)];
      index = new NameIndex<unknown>(
        KINDS[kind],
        entries.map(([full, object]) => [full, { name: full, object }] as const),
      );
      this.indexes.set(kind, index);
    }
    return index.get(name) as never;
  }

  /** Whether there is an object of the kind by exactly this name or a unique end of it. */
  has(kind: Exclude<keyof ProgramObjects, "tables">, name: string): boolean {
    try {
      this.find(kind, name);
      return true;
    } catch (e) {
      if (e instanceof P4Error) return false;
      throw e;
    }
  }
}

const KINDS = {
  profiles: "action profile",
  registers: "register",
  records: "register of structs",
  counters: "counter",
  meters: "meter",
  directCounters: "direct counter",
  directMeters: "direct meter",
  valueSets: "value set",
} as const;

function tableHandle(info: TableInfo): TableHandle {
  const keys = info.keys.filter((k) => k.kind !== "selector");
  return {
    info,
    keys,
    actions: new NameIndex(
      "action",
      info.actions.map((a) => [a.name, a] as const),
      `table '${info.name}'`,
    ),
    prioritised: keys.some((k) => k.kind === "ternary" || k.kind === "range" || k.kind === "optional"),
  };
}
