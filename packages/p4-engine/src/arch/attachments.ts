/** What hangs on tables: action profiles and selectors, direct counters, meters and registers. */

import { objectOf } from "../compile/calls.js";
import { ExternLibrary, type TableProperties } from "../compile/externs.js";
import type { CompiledControl } from "../compile/generator.js";
import { Fn, type Generator } from "../compile/generator.js";
import { type MeterArray, Random, type RegisterArray } from "../externs/index.js";
import type { Instance, InstanceArg, Pos, TableDecl } from "../frontend/ast.js";
import { ActionProfile } from "../tables/index.js";
import type { ActionShape, MatchTable } from "../tables/table.js";
import type { RecordArray } from "./records.js";

/** A table that a direct extern belongs to. */
export interface DirectTable {
  readonly table: MatchTable;
  /** Its name in generated code, and that of the variable with the slot of its last lookup. */
  readonly name: string;
  readonly slot: string;
  /** Rows an array that runs parallel to the table's slots needs. */
  readonly rows: number;
}

export abstract class AttachmentLibrary extends ExternLibrary {
  readonly random: Random;
  readonly profiles = new Map<Instance, ActionProfile>();
  readonly directCounters = new Map<string, MatchTable>();
  readonly directMeters = new Map<string, { meters: MeterArray; table: MatchTable }>();
  /** Registers that are indexed by the slots of their table. */
  readonly directRegisters = new Map<Instance, RegisterArray | RecordArray>();
  private readonly directTables = new Map<Instance, DirectTable>();

  constructor(
    seed: number,
    /** Microseconds. */
    readonly clock: () => number,
  ) {
    super();
    this.random = new Random(seed);
  }

  /** Table properties whose value is an extern instance, by name. */
  protected abstract readonly instanceProperties: ReadonlySet<string>;

  /** What an instance adds to the table in whose property it stands. */
  protected abstract attach(
    g: Generator,
    instance: Instance,
    actions: ActionShape[],
    direct: (declare: (table: DirectTable) => void) => void,
  ): TableProperties;

  override tableProperties(
    g: Generator,
    control: CompiledControl,
    decl: TableDecl,
    actions: ActionShape[],
  ): TableProperties {
    const fn = new Fn(g, "control", control.instance, control.scope);
    const parts: TableProperties[] = [];
    for (const [property, e] of decl.properties) {
      if (!this.instanceProperties.has(property)) continue;
      const binding = e.kind === "construct" ? { instance: fn.resolve(e.decl, e.pos) } : objectOf(fn, e);
      if (!("instance" in binding)) throw g.unsupported(e.pos, `this as the property '${property}'`);
      const { instance } = binding;
      const slot: string[] = [];
      const created: ((table: DirectTable) => void)[] = [];
      const part = this.attach(g, instance, actions, (declare) => {
        slot.push(g.module.variable(`slot ${instance.name}`, "0"));
        created.push(declare);
      });
      parts.push({
        ...part,
        onLookup: (t) => [...slot.map((s) => `${s} = s;`), ...(part.onLookup?.(t) ?? [])],
        onCreated: (table, name) => {
          const rows = table.shape.size + 1;
          if (slot.length > 0) this.directTables.set(instance, { table, name, slot: slot[0], rows });
          for (const f of created) f(this.directTables.get(instance) as DirectTable);
          part.onCreated?.(table, name);
        },
      });
    }
    return {
      profile: parts.find((p) => p.profile)?.profile,
      selectorHash: parts.find((p) => p.selectorHash)?.selectorHash,
      onLookup: (t) => parts.flatMap((p) => p.onLookup?.(t) ?? []),
      onCreated: (table, name) => {
        for (const p of parts) p.onCreated?.(table, name);
      },
    };
  }

  /** The table of a direct extern whose method is called at `pos`. */
  directTable(g: Generator, instance: Instance, pos: Pos): DirectTable {
    const found = this.directTables.get(instance);
    if (!found)
      throw g.unsupported(
        pos,
        `'${instance.name}', which belongs to no table, or outside of its table's actions,`,
      );
    return found;
  }

  protected profile(g: Generator, instance: Instance, actions: ActionShape[], size: number): ActionProfile {
    const found = this.profiles.get(instance);
    if (!found) {
      const profile = new ActionProfile(instance.name, actions, size);
      this.profiles.set(instance, profile);
      return profile;
    }
    if (found.actions.map((a) => a.name).join() !== actions.map((a) => a.name).join()) {
      throw g.unsupported(instance.decl.pos, `tables of different actions that share '${instance.name}'`);
    }
    return found;
  }
}

/** Of one array; what is larger is no program's intent, and would take gigabytes. */
const MOST_CELLS = 2 ** 24;

/** A size among an instance's constructor arguments. */
export function sizeArg(g: Generator, instance: Instance, index = 0): number {
  const arg = instance.args[index];
  if (typeof arg !== "bigint" || arg < 0n || arg > MOST_CELLS) {
    const message = `the size of '${instance.name}' is not between 0 and ${MOST_CELLS}`;
    throw g.error(instance.decl.pos, "extern-size", message);
  }
  return Number(arg);
}

/** The member that an argument of an enum type names. */
export function enumName(arg: InstanceArg | undefined): string | null {
  return arg && typeof arg === "object" && "kind" in arg && arg.kind === "enum" ? arg.name : null;
}

export const externName = (instance: Instance): string =>
  instance.type.kind === "extern" ? instance.type.decl.name : "";
