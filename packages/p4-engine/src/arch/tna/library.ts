/** The externs of tna and t2na: their objects, and what they are in table properties. */

import type { Digest, Engine } from "../../api.js";
import { sequence } from "../../compile/expressions.js";
import type { TableProperties } from "../../compile/externs.js";
import type { Fn, Generator, Scope } from "../../compile/generator.js";
import { hashInputs } from "../../compile/hash-input.js";
import { layoutOf, scalarWidth, valueClass } from "../../compile/layout.js";
import { packetExterns } from "../../compile/packets.js";
import type { SlotPlace } from "../../compile/places.js";
import {
  type BitBuffer,
  CounterArray,
  type HashFunction,
  MeterArray,
  RegisterArray,
  tofinoHash,
  tofinoPolynomial,
} from "../../externs/index.js";
import type { ConstValue, Instance, InstanceArg, Pos, TableKey } from "../../frontend/ast.js";
import { representation, type Type, widthBits } from "../../frontend/types.js";
import type { ActionShape } from "../../tables/table.js";
import { AttachmentLibrary, type DirectTable, enumName, externName, sizeArg } from "../attachments.js";
import { RecordArray } from "../records.js";
import { checksumExterns, RunningChecksum } from "./checksum.js";
import { deparserExterns } from "./deparser.js";
import { functionExterns } from "./functions.js";
import { ParserCounter, parserExterns } from "./parser.js";
import { statefulExterns } from "./stateful.js";

/** The intrinsic metadata of a gress that externs look at. */
export interface GressPlaces {
  readonly gress: "ingress" | "egress";
  /** Struct with mirror_type and so on; null where the program's deparser does not take it. */
  readonly forDeparser: SlotPlace;
}

export class TnaLibrary extends AttachmentLibrary {
  /** The gress of the block being compiled. */
  gress!: GressPlaces;
  /** Headers of mirrored and resubmitted packets, by the number that generated code leaves. */
  readonly headers: BitBuffer[] = [];
  readonly digests: { name: string; read: (S: Uint32Array) => Digest["data"] }[] = [];
  /** Fields of intrinsic metadata that the program reads or writes, as `type.field`. */
  readonly usedFields = new Set<string>();
  /** Scopes of the controls that instances are declared in: abstract methods see it. */
  readonly owners = new Map<Instance, { instance: Instance; scope: Scope }>();
  private readonly hashFunctions = new Map<Instance, HashFunction>();

  protected override readonly instanceProperties = new Set([
    "implementation",
    "counters",
    "meters",
    "registers",
    "filters",
  ]);

  constructor(
    readonly architecture: Engine["architecture"],
    seed: number,
    clock: () => number,
  ) {
    super(seed, clock);
    this.register(packetExterns);
    this.register(functionExterns(this));
    this.register(statefulExterns(this));
    this.register(checksumExterns(this));
    this.register(parserExterns(this));
    this.register(deparserExterns(this));
  }

  protected override create(g: Generator, instance: Instance): unknown {
    const name = externName(instance);
    switch (name) {
      case "Counter":
        return new CounterArray(sizeArg(g, instance));
      case "Meter":
        return new MeterArray(sizeArg(g, instance), meterUnit(instance.args[1]));
      case "Register":
        return cells(g, instance, sizeArg(g, instance), instance.args[1]);
      case "Checksum":
        return new RunningChecksum();
      case "ParserCounter":
        return new ParserCounter();
      case "Hash":
        return this.hash(g, instance);
      case "RegisterParam":
        return { value: instance.args[0] };
      case "Random":
      case "CRCPolynomial":
      case "RegisterAction":
      case "DirectRegisterAction":
      case "RegisterAction2":
      case "RegisterAction3":
      case "RegisterAction4":
      case "DirectRegisterAction2":
      case "DirectRegisterAction3":
      case "DirectRegisterAction4":
      case "DirectCounter":
      case "DirectMeter":
      case "DirectRegister":
      case "ActionProfile":
      case "ActionSelector":
      case "ParserPriority":
      case "Mirror":
      case "Resubmit":
      case "Digest":
      case "Alpm":
      case "Atcam":
        return null;
      default:
        throw g.unsupported(instance.decl.pos, `extern object '${name}'`);
    }
  }

  hash(g: Generator, instance: Instance): HashFunction {
    let found = this.hashFunctions.get(instance);
    if (found) return found;
    const type = instance.type;
    const output = type.kind === "extern" && type.args[0] ? widthBits(type.args[0]) : 32;
    const polynomial = instance.args[1];
    const custom = isInstance(polynomial) ? polynomialOf(g, polynomial) : undefined;
    found = tofinoHash(enumName(instance.args[0]) ?? "", output, this.random, custom);
    this.hashFunctions.set(instance, found);
    return found;
  }

  /** The cells of a direct register; one that is used outside of any table's actions has a single cell. */
  directCells(fn: Fn, register: Instance): RegisterArray | RecordArray | undefined {
    const found = this.directRegisters.get(register);
    if (found || fn.role === "action") return found;
    const single = cells(fn.g, register, 1, register.args[0]);
    this.directRegisters.set(register, single);
    return single;
  }

  directSlot(fn: Fn, register: Instance, pos: Pos): string {
    return fn.role === "action" ? this.directTable(fn.g, register, pos).slot : "0";
  }

  protected override attach(
    g: Generator,
    instance: Instance,
    actions: ActionShape[],
    direct: (declare: (table: DirectTable) => void) => void,
  ): TableProperties {
    switch (externName(instance)) {
      case "DirectCounter":
        direct(({ table }) => {
          table.enableCounters();
          this.directCounters.set(instance.name, table);
        });
        return {};
      case "DirectMeter":
        direct(({ table, rows }) => {
          this.directMeters.set(instance.name, {
            meters: new MeterArray(rows, meterUnit(instance.args[0])),
            table,
          });
        });
        return {};
      case "DirectRegister":
        direct(({ rows }) => this.directRegisters.set(instance, cells(g, instance, rows, instance.args[0])));
        return {};
      case "ActionProfile":
        return { profile: this.profile(g, instance, actions, sizeArg(g, instance)) };
      case "ActionSelector": {
        const first = instance.args[0];
        const owner = isInstance(first) ? first : instance;
        const hash = instance.args[1];
        return {
          profile: this.profile(g, owner, actions, sizeArg(g, owner)),
          selectorHash: (fn, keys) => this.selectorHash(fn, keys, isInstance(hash) ? hash : null),
        };
      }
      case "Alpm":
      case "Atcam":
        // How a table is stored makes no difference to what it matches.
        return {};
      default:
        throw g.unsupported(instance.decl.pos, `'${externName(instance)}' as a table property`);
    }
  }

  private selectorHash(fn: Fn, keys: readonly TableKey[], hash: Instance | null): string {
    const { effects, buffer } = hashInputs(
      fn,
      keys.map((k) => k.expr),
    );
    const f = hash ? this.hash(fn.g, hash) : tofinoHash("CRC16", 16, this.random);
    return sequence(effects, `${fn.g.module.constant("selector", f)}.hash(${buffer})`);
  }

  /** Abstract methods see the block their object is declared in; sums and counts begin with the parser. */
  override onBlock(g: Generator, instance: Instance, scope: Scope): string[] {
    const lines: string[] = [];
    for (const child of instance.children.values()) {
      this.owners.set(child, { instance, scope });
      if (child.type.kind !== "extern") continue;
      const o = this.object(g, child);
      if (o instanceof RunningChecksum || o instanceof ParserCounter) {
        lines.push(`${g.module.constant(externName(child), o)}.reset();`);
      }
    }
    return lines;
  }

  override onField(record: Type, field: string): void {
    const t = representation(record);
    if (t.kind === "struct" || t.kind === "header") this.usedFields.add(`${t.name}.${field}`);
  }
}

const isInstance = (arg: InstanceArg | undefined): arg is Instance =>
  typeof arg === "object" && arg !== null && "kind" in arg && arg.kind === "instanceNode";

const meterUnit = (arg: InstanceArg | undefined): "packets" | "bytes" =>
  enumName(arg) === "BYTES" ? "bytes" : "packets";

/** The cells of a register, narrow or wide numbers or structs. */
function cells(
  g: Generator,
  instance: Instance,
  size: number,
  initial: InstanceArg | undefined,
): RegisterArray | RecordArray {
  const cell = instance.type.kind === "extern" ? instance.type.args[0] : undefined;
  const c = cell ? valueClass(cell) : "none";
  if (!cell || c === "none") throw g.unsupported(instance.decl.pos, "a register of this type");
  if (c === "slots") {
    return new RecordArray(size, layoutOf(cell).size, wordsOf(g, instance, cell, initial));
  }
  const start = typeof initial === "bigint" ? initial : initial === true ? 1n : 0n;
  return new RegisterArray(size, scalarWidth(cell), BigInt.asUintN(scalarWidth(cell), start));
}

/** A constant struct of scalars as slots. */
function wordsOf(g: Generator, instance: Instance, type: Type, value: InstanceArg | undefined): number[] {
  const words = new Array<number>(layoutOf(type).size).fill(0);
  if (value === undefined || value === null) return words;
  const put = (at: number, t: Type, v: ConstValue): void => {
    const layout = layoutOf(t);
    const record = representation(t);
    if (typeof v === "bigint" || typeof v === "boolean") {
      for (let i = 0; i < layout.size; i++)
        words[at + i] = Number(BigInt.asUintN(32, BigInt(v) >> BigInt(32 * i)));
    } else if (typeof v === "object" && v.kind === "aggregate" && "fields" in record) {
      v.fields.forEach((f, i) => {
        put(at + layout.offsets[i], record.fields[i].type, f);
      });
    } else throw g.unsupported(instance.decl.pos, "this initial value of a register");
  };
  put(0, type, value as ConstValue);
  return words;
}

function polynomialOf(g: Generator, instance: Instance) {
  const type = instance.type;
  const width = type.kind === "extern" && type.args[0] ? widthBits(type.args[0]) : 32;
  const [coeff, reversed, msb, extended, init, xor] = instance.args;
  if (typeof coeff !== "bigint" || typeof init !== "bigint" || typeof xor !== "bigint") {
    throw g.unsupported(instance.decl.pos, "a CRC polynomial that is not constant");
  }
  return tofinoPolynomial(width, coeff, reversed === true, msb === true, extended === true, init, xor);
}
