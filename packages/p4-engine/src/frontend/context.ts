/** What the parts of the checker share. */
import type { P4Error } from "../errors.js";
import type {
  ActionDecl,
  Annotation,
  ControlDecl,
  Expr,
  ExternDecl,
  ExternFunctionDecl,
  FunctionDecl,
  InstanceDecl,
  ParserDecl,
  Pos,
} from "./ast.js";
import { describeSym, Scope, type Sym } from "./scope.js";
import type { Sources } from "./sources.js";
import type { SAnnotation, SRecord } from "./syntax.js";
import {
  type EnumType,
  freshTypeId,
  type RecordType,
  type SerEnumType,
  type Type,
  TypeTable,
} from "./types.js";

export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The code being checked: what may stand in it depends on that. */
export interface Body {
  kind: "parser" | "control" | "action" | "function" | "table" | "global";
  /** Of a function or method implementation. */
  returnType: Type | null;
  /** Collects the instances made inside, direct applications included. */
  instances: InstanceDecl[];
  /** The extern object whose abstract method is being implemented. */
  self: Type | null;
  loops: number;
}

export class Context {
  readonly types = new TypeTable();
  readonly global = new Scope();
  readonly parsers: ParserDecl[] = [];
  readonly controls: ControlDecl[] = [];
  readonly actions: ActionDecl[] = [];
  readonly functions: FunctionDecl[] = [];
  readonly externs: ExternDecl[] = [];
  readonly externFunctions: ExternFunctionDecl[] = [];
  readonly enums: (EnumType | SerEnumType)[] = [];
  readonly errors: string[] = [];
  readonly errorIndex = new Map<string, number>();
  readonly matchKinds = new Set<string>();
  readonly instances: InstanceDecl[] = [];
  body: Body = { kind: "global", returnType: null, instances: this.instances, self: null, loops: 0 };
  /** Of specialised generic records: what they were made of. */
  readonly origins = new Map<Type, { owner: number; args: readonly Type[] }>();
  /** Anonymous struct types: those of `{a = 1, b = 2}` before a context gives another. */
  readonly anonymous = new Set<Type>();
  /** Initialisers that end in `...`. */
  readonly partial = new Set<Expr>();
  /** Initialisers that contain such ones, or `{#}`. */
  readonly open = new Set<Expr>();
  /** Literals that stand for `...`. */
  readonly defaults = new Set<Expr>();
  /** Whether a type mentions type parameters. */
  readonly generic = new Map<Type, boolean>();
  /** How many scalars a value of the type has; see types of unbounded size. */
  readonly leaves = new Map<Type, number>();
  /** Generic records by the number their specialisations are filed under. */
  readonly generics = new Map<number, { syntax: SRecord; scope: Scope; owner: number }>();
  private readonly ids = new WeakMap<object, number>();

  constructor(readonly sources: Sources) {}

  error(code: string, message: string, pos: Pos): P4Error {
    return this.sources.error(code, message, pos);
  }
  unsupported(what: string, pos: Pos): P4Error {
    return this.sources.unsupported(what, pos);
  }

  /** A number of a declaration's own. */
  idOf(decl: object): number {
    let id = this.ids.get(decl);
    if (id === undefined) this.ids.set(decl, (id = freshTypeId()));
    return id;
  }

  annotations(list: readonly SAnnotation[]): readonly Annotation[] {
    if (list.every((a) => a.names.length === 0)) return list;
    return list.map((a) => {
      const values = [...a.values];
      for (const i of a.names) values[i] = this.constantNamed(String(values[i])) ?? values[i]!;
      return { ...a, values };
    });
  }

  /** Value of a global constant `A` or of an enum's member `E.A`, where it has a number, text or truth. */
  private constantNamed(name: string): bigint | boolean | string | undefined {
    const [first, member] = name.split(".");
    const sym = this.global.find(first!);
    if (sym?.kind === "const" && !member && typeof sym.value !== "object") return sym.value;
    if (sym?.kind === "type" && sym.type.kind === "serEnum") {
      return sym.type.members.find((m) => m.name === member)?.value;
    }
    return undefined;
  }

  /** Declares a name; twice in one scope is an error. */
  declare(scope: Scope, name: string, sym: Sym, pos: Pos): void {
    const before = scope.own(name);
    if (before) {
      throw this.error("duplicate-name", `'${name}' is already declared here as ${describeSym(before)}`, pos);
    }
    scope.set(name, sym);
  }

  /** Checks `body` as code of its own. */
  within<T>(body: Body, check: () => T): T {
    const outer = this.body;
    this.body = body;
    const result = check();
    this.body = outer;
    return result;
  }

  isAnonymous(type: Type): type is RecordType {
    return this.anonymous.has(type);
  }
}
