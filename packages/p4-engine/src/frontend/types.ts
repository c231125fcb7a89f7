/**
 * The types of checked P4 programs. Every type is interned: two types are equal exactly when they are the
 * same object, so `===` is type equality and a type can key a Map. `typedef`s are gone; what `type` declares
 * stays distinct (`newtype`), see `representation`.
 */
import type { Annotation, ControlDecl, ExternDecl, PackageDecl, Param, ParserDecl } from "./ast.js";

export interface BitType {
  readonly kind: "bit";
  readonly id: number;
  /** Width in bits; 0 is legal. */
  readonly width: number;
}
/** `int<W>`: two's complement. */
export interface IntType {
  readonly kind: "int";
  readonly id: number;
  readonly width: number;
}
export interface VarbitType {
  readonly kind: "varbit";
  readonly id: number;
  readonly maxWidth: number;
}
/** `int` without a width: compile-time only. In checked code only literals and constructor parameters have it. */
export interface IntegerType {
  readonly kind: "integer";
  readonly id: number;
}
export interface BasicType {
  readonly kind: "bool" | "string" | "error" | "matchKind" | "void";
  readonly id: number;
}
/** An enum without representation. A value is its index in `members`. */
export interface EnumType {
  readonly kind: "enum";
  readonly id: number;
  readonly name: string;
  readonly members: readonly string[];
  readonly annotations: readonly Annotation[];
}
/** `enum bit<W> E { A = 1, ... }`: values are those of `underlying`, also ones no member names. */
export interface SerEnumType {
  readonly kind: "serEnum";
  readonly id: number;
  readonly name: string;
  readonly underlying: BitType | IntType;
  readonly members: readonly { readonly name: string; readonly value: bigint }[];
  readonly annotations: readonly Annotation[];
}
export interface Field {
  readonly name: string;
  readonly type: Type;
  readonly index: number;
  readonly annotations: readonly Annotation[];
}
/** Header, header union or struct. A specialised generic one (`H<bit<8>>`) is a type of its own. */
export interface RecordType {
  readonly kind: "header" | "union" | "struct";
  readonly id: number;
  /** As declared, with type arguments where there are some. */
  readonly name: string;
  readonly fields: readonly Field[];
  readonly fieldByName: ReadonlyMap<string, Field>;
  readonly annotations: readonly Annotation[];
}
export interface StackType {
  readonly kind: "stack";
  readonly id: number;
  /** A header or a union; p4c also allows arrays of other types, and so do we: then next/last do not exist. */
  readonly element: Type;
  readonly size: number;
}
/** An anonymous struct with fields `f0`, `f1`, ... */
export interface TupleType {
  readonly kind: "tuple";
  readonly id: number;
  readonly fields: readonly Field[];
}
/** `list<T>`: constructor arguments only. */
export interface ListType {
  readonly kind: "list";
  readonly id: number;
  readonly element: Type;
}
/** The type of `{#}` and `...` before a context gives another; never in checked code. */
export interface UnknownType {
  readonly kind: "unknown";
  readonly id: number;
}
/** `type bit<9> PortId_t;`: represented as `underlying` (which may be a newtype again). */
export interface NewType {
  readonly kind: "newtype";
  readonly id: number;
  readonly name: string;
  readonly underlying: Type;
  readonly annotations: readonly Annotation[];
}
export interface ExternType {
  readonly kind: "extern";
  readonly id: number;
  readonly decl: ExternDecl;
  readonly args: readonly Type[];
}
/** A parser, control or package, as the type of an instance or a constructor parameter. */
export interface ParserType {
  readonly kind: "parser";
  readonly id: number;
  readonly decl: ParserDecl;
  readonly args: readonly Type[];
  readonly params: readonly Param[];
}
export interface ControlType {
  readonly kind: "control";
  readonly id: number;
  readonly decl: ControlDecl;
  readonly args: readonly Type[];
  readonly params: readonly Param[];
}
export interface PackageType {
  readonly kind: "package";
  readonly id: number;
  readonly decl: PackageDecl;
  readonly args: readonly Type[];
}
/** A type parameter inside a generic declaration. In checked function and control bodies there is none left. */
export interface TypeVar {
  readonly kind: "typeVar";
  readonly id: number;
  readonly name: string;
}
export type Type =
  | BitType
  | IntType
  | VarbitType
  | IntegerType
  | BasicType
  | EnumType
  | SerEnumType
  | RecordType
  | StackType
  | TupleType
  | ListType
  | UnknownType
  | NewType
  | ExternType
  | ParserType
  | ControlType
  | PackageType
  | TypeVar;

let nextId = 0;
/** A fresh id for a nominal type (the checker makes those). */
export const freshTypeId = (): number => nextId++;

const basic = <K extends string>(kind: K): { readonly kind: K; readonly id: number } => ({
  kind,
  id: freshTypeId(),
});

export const BOOL: Type = basic("bool");
export const STRING: Type = basic("string");
export const ERROR: Type = basic("error");
export const MATCH_KIND: Type = basic("matchKind");
export const VOID: Type = basic("void");
export const INTEGER: Type = basic("integer");
export const UNKNOWN: Type = basic("unknown");

const bits: BitType[] = [];
const ints: IntType[] = [];
const varbits: VarbitType[] = [];

export const bitType = (width: number): BitType =>
  (bits[width] ??= { kind: "bit", id: freshTypeId(), width });
export const intType = (width: number): IntType =>
  (ints[width] ??= { kind: "int", id: freshTypeId(), width });
export const varbitType = (maxWidth: number): VarbitType =>
  (varbits[maxWidth] ??= { kind: "varbit", id: freshTypeId(), maxWidth });

/** Composite types are interned for the life of one program: a TypeTable is made per parseProgram call. */
export class TypeTable {
  private readonly stacks = new Map<string, StackType>();
  private readonly tuples = new Map<string, TupleType>();
  private readonly lists = new Map<number, ListType>();
  private readonly specialised = new Map<string, Type>();

  stack(element: Type, size: number): StackType {
    const key = `${element.id},${size}`;
    let found = this.stacks.get(key);
    if (!found) this.stacks.set(key, (found = { kind: "stack", id: freshTypeId(), element, size }));
    return found;
  }

  tuple(elements: readonly Type[]): TupleType {
    const key = elements.map((e) => e.id).join(",");
    let found = this.tuples.get(key);
    if (!found) {
      const fields = elements.map((type, index) => ({ name: `f${index}`, type, index, annotations: [] }));
      this.tuples.set(key, (found = { kind: "tuple", id: freshTypeId(), fields }));
    }
    return found;
  }

  list(element: Type): ListType {
    let found = this.lists.get(element.id);
    if (!found) this.lists.set(element.id, (found = { kind: "list", id: freshTypeId(), element }));
    return found;
  }

  /** The type that `owner` (any unique number, such as a declaration's id) becomes with these arguments. */
  specialise<T extends Type>(owner: number, args: readonly Type[], make: (id: number) => T): T {
    const key = `${owner}<${args.map((a) => a.id).join(",")}`;
    let found = this.specialised.get(key);
    if (!found) this.specialised.set(key, (found = make(freshTypeId())));
    return found as T;
  }
}

/** What holds a value of the type at run time: newtypes and serializable enums are what lies under them. */
export function representation(type: Type): Type {
  let t = type;
  while (t.kind === "newtype" || t.kind === "serEnum") t = t.underlying;
  return t;
}

/** Bits of a value when it is emitted; for varbit the greatest (`greatest`) or none. Throws RangeError on types
 * without a width. Unions: the greatest or the least member. */
export function widthBits(type: Type, greatest = true): number {
  const t = representation(type);
  switch (t.kind) {
    case "bit":
    case "int":
      return t.width;
    case "bool":
      return 1;
    case "varbit":
      return greatest ? t.maxWidth : 0;
    case "header":
    case "struct":
    case "tuple":
      return t.fields.reduce((sum, f) => sum + widthBits(f.type, greatest), 0);
    case "union": {
      const widths = t.fields.map((f) => widthBits(f.type, greatest));
      return greatest ? Math.max(0, ...widths) : Math.min(...(widths.length ? widths : [0]));
    }
    case "stack":
      return t.size * widthBits(t.element, greatest);
    default:
      throw new RangeError(`type '${typeName(type)}' has no width`);
  }
}

/** The type as the programmer writes it. */
export function typeName(type: Type): string {
  const withArgs = (name: string, args: readonly Type[]) =>
    args.length ? `${name}<${args.map(typeName).join(", ")}>` : name;
  switch (type.kind) {
    case "bit":
    case "int":
      return `${type.kind}<${type.width}>`;
    case "varbit":
      return `varbit<${type.maxWidth}>`;
    case "integer":
      return "int";
    case "matchKind":
      return "match_kind";
    case "stack":
      return `${typeName(type.element)}[${type.size}]`;
    case "tuple":
      return `tuple<${type.fields.map((f) => typeName(f.type)).join(", ")}>`;
    case "list":
      return `list<${typeName(type.element)}>`;
    case "unknown":
      return "unknown type";
    case "extern":
    case "parser":
    case "control":
    case "package":
      return withArgs(type.decl.name, type.args);
    case "enum":
    case "serEnum":
    case "header":
    case "union":
    case "struct":
    case "newtype":
    case "typeVar":
      return type.name;
    default:
      return type.kind;
  }
}
