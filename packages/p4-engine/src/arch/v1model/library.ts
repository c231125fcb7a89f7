/** The externs of v1model: their objects, table properties, and the pipeline's places they refer to. */

import type { Digest } from "../../api.js";
import { fieldsOf, offsetOf } from "../../compile/composites.js";
import { sequence } from "../../compile/expressions.js";
import type { TableProperties } from "../../compile/externs.js";
import type { Fn, Generator } from "../../compile/generator.js";
import { hashInputs } from "../../compile/hash-input.js";
import { layoutOf, scalarWidth, valueClass } from "../../compile/layout.js";
import { packetExterns } from "../../compile/packets.js";
import { part, type SlotPlace } from "../../compile/places.js";
import {
  CounterArray,
  type HashFunction,
  MeterArray,
  RegisterArray,
  v1modelHash,
} from "../../externs/index.js";
import type { Annotation, Instance, InstanceArg, TableKey } from "../../frontend/ast.js";
import { representation, type Type, typeName } from "../../frontend/types.js";
import type { ActionShape } from "../../tables/table.js";
import { AttachmentLibrary, type DirectTable, enumName, externName, sizeArg } from "../attachments.js";
import { RecordArray } from "../records.js";
import { v1modelExterns } from "./externs.js";
import { V1Reg } from "./registers.js";

/** Where a value to keep over recirculation is: slots of the pipeline's state. */
export interface Kept {
  readonly slot: number;
  readonly size: number;
}

export class V1modelLibrary extends AttachmentLibrary {
  /** Places of the pipeline's metadata; set before anything is compiled. */
  standard!: SlotPlace;
  user!: SlotPlace;
  /** Field lists by number; 0 is empty. Lists of `@field_list` are made as they are used. */
  readonly fieldLists: Kept[][] = [[]];
  private readonly annotated = new Map<number, number>();
  readonly digests: { name: string; read: (S: Uint32Array) => Digest["data"] }[] = [];
  readonly usedStandard = new Set<string>();
  private readonly hashFunctions = new Map<string, HashFunction>();
  /** Who hears log_msg. */
  log: ((message: string) => void) | null = null;
  protected override readonly instanceProperties = new Set(["implementation", "counters", "meters"]);

  constructor(seed: number, clock: () => number) {
    super(seed, clock);
    this.register(packetExterns);
    this.register(v1modelExterns(this));
  }

  protected override create(g: Generator, instance: Instance): unknown {
    const type = instance.type;
    const name = type.kind === "extern" ? type.decl.name : "";
    switch (name) {
      case "counter":
        return new CounterArray(sizeArg(g, instance));
      case "meter":
        return new MeterArray(sizeArg(g, instance), meterUnit(instance.args[1]));
      case "register": {
        const cell = type.kind === "extern" ? type.args[0] : undefined;
        const c = cell ? valueClass(cell) : "none";
        if (!cell || c === "none") throw g.unsupported(instance.decl.pos, "a register of this type");
        if (c === "slots") return new RecordArray(sizeArg(g, instance), layoutOf(cell).size);
        return new RegisterArray(sizeArg(g, instance), scalarWidth(cell));
      }
      case "direct_counter":
      case "direct_meter":
      case "action_profile":
      case "action_selector":
      case "Checksum16":
        return null;
      default:
        throw g.unsupported(instance.decl.pos, `extern object '${name}'`);
    }
  }

  // ---- Table properties -------------------------------------------------------------------------------------

  protected override attach(
    g: Generator,
    instance: Instance,
    actions: ActionShape[],
    direct: (declare: (table: DirectTable) => void) => void,
  ): TableProperties {
    switch (externName(instance)) {
      case "direct_counter":
        // BMv2 counts whenever an entry hits, whatever the action does.
        return {
          onCreated: (table) => {
            table.enableCounters();
            this.directCounters.set(instance.name, table);
          },
          onLookup: (t) => [`${t}.hit(s, R[${V1Reg.ingressLength}]);`],
        };
      case "direct_meter":
        direct(({ table, rows }) => {
          const meters = new MeterArray(rows, meterUnit(instance.args[0]));
          this.directMeters.set(instance.name, { meters, table });
        });
        return {};
      case "action_selector": {
        const algorithm = enumName(instance.args[0]) ?? "crc16";
        return {
          profile: this.profile(g, instance, actions, sizeArg(g, instance, 1)),
          selectorHash: (fn, keys) => this.selectorHash(fn, keys, algorithm),
        };
      }
      case "action_profile":
        return { profile: this.profile(g, instance, actions, sizeArg(g, instance)) };
      default:
        throw g.unsupported(instance.decl.pos, `'${externName(instance)}' as a table property`);
    }
  }

  private selectorHash(fn: Fn, keys: readonly TableKey[], algorithm: string): string {
    const { effects, buffer } = hashInputs(
      fn,
      keys.map((k) => k.expr),
    );
    const f = fn.g.module.constant("selector", v1modelHash(algorithm, this.random));
    return sequence(effects, `${f}.hash(${buffer})`);
  }

  /** One function for each algorithm, so that its parameters can be changed. */
  hashOf(algorithm: string): HashFunction {
    let found = this.hashFunctions.get(algorithm);
    if (!found) this.hashFunctions.set(algorithm, (found = v1modelHash(algorithm, this.random)));
    return found;
  }

  /** A digest is called after its type, and numbered where several have the same. */
  digestName(type: Type): string {
    const name = typeName(type);
    const n = this.digests.filter((d) => d.name === name || d.name.startsWith(`${name}#`)).length;
    return n === 0 ? name : `${name}#${n}`;
  }

  // ---- Metadata ---------------------------------------------------------------------------------------------

  /** The number of the list of fields that `@field_list(index)` marks. */
  annotatedList(g: Generator, index: number): number {
    let list = this.annotated.get(index);
    if (list === undefined) {
      list = this.fieldLists.length;
      this.annotated.set(index, list);
      const fields = [this.user, this.standard].flatMap((place) => marked(g, place, BigInt(index)));
      this.fieldLists.push(fields);
    }
    return list;
  }

  override onField(record: Type, field: string): void {
    if (record === this.standard?.type) this.usedStandard.add(field);
  }

  override onSetValid(place: SlotPlace): string[] {
    return [`R[${V1Reg.length}] += ${headerBytes(place.type)}`];
  }
  override onSetInvalid(place: SlotPlace): string[] {
    return [`R[${V1Reg.length}] -= ${headerBytes(place.type)}`];
  }
}

function headerBytes(type: Type): number {
  const bits = fieldsOf(type).reduce((n, f) => {
    const c = valueClass(f.type);
    return n + (c === "slots" ? 8 * headerBytes(f.type) : scalarWidth(f.type));
  }, 0);
  return representation(type).kind === "varbit" ? 0 : bits / 8;
}

/** Whether `@field_list` names a number, which may be written as `Enum.member`. */
const has = (g: Generator, annotations: readonly Annotation[], index: bigint): boolean =>
  annotations.some((a) => a.name === "field_list" && a.values.some((v) => numberOf(g, a, v) === index));

function numberOf(g: Generator, annotation: Annotation, v: string | bigint | boolean): bigint {
  if (typeof v === "bigint") return v;
  const [name, member] = String(v).split(".", 2);
  for (const e of g.program.enums) {
    if (e.kind !== "serEnum" || e.name !== name.trim()) continue;
    const found = e.members.find((m) => m.name === member?.trim());
    if (found) return found.value;
  }
  throw g.unsupported(annotation.pos, `'${v}' as the number of a field list`);
}

/** Fields of a struct, nested ones too, that carry `@field_list(index)`. */
function marked(g: Generator, place: SlotPlace, index: bigint): Kept[] {
  return fieldsOf(place.type).flatMap((f, i) => {
    const inner = part(place, offsetOf(place.type, i), f.type);
    if (has(g, f.annotations, index)) return [{ slot: inner.off, size: layoutOf(f.type).size }];
    return representation(f.type).kind === "struct" ? marked(g, inner, index) : [];
  });
}

const meterUnit = (arg: InstanceArg | undefined): "packets" | "bytes" =>
  enumName(arg) === "bytes" ? "bytes" : "packets";
