/** What the parts of code generation share: the program, its module, and the function being written. */
import { P4Error } from "../errors.js";
import type {
  ActionDecl,
  CheckedProgram,
  ControlDecl,
  Instance,
  InstanceDecl,
  Param,
  Pos,
  TableDecl,
  VariableDecl,
} from "../frontend/ast.js";
import type { ValueSet } from "../runtime/value-set.js";
import type { MatchTable } from "../tables/table.js";
import type { Callable } from "./calls.js";
import type { ExternLibrary } from "./externs.js";
import { Module } from "./module.js";
import type { Place } from "./places.js";
import { compileTable } from "./tables.js";

/** What a parameter or variable of a program stands for in a function being generated. */
export type Binding =
  | Place
  /** An extern object that exists; packets are not objects, there is always just one. */
  | { readonly kind: "object"; readonly instance: Instance }
  | { readonly kind: "packet" }
  /** A parameter of type `int`: known when the callee is compiled. */
  | { readonly kind: "constant"; readonly value: bigint };

export class Scope {
  private readonly bindings = new Map<Param | VariableDecl, Binding>();
  constructor(private readonly outer: Scope | null = null) {}

  bind(decl: Param | VariableDecl, binding: Binding): void {
    this.bindings.set(decl, binding);
  }
  find(decl: Param | VariableDecl): Binding | undefined {
    return this.bindings.get(decl) ?? this.outer?.find(decl);
  }
}

/** A table that exists: its run-time object and the function that applies it. */
export interface CompiledTable {
  readonly decl: TableDecl;
  /** Control-plane name. */
  readonly name: string;
  readonly table: MatchTable;
  readonly apply: string;
  /** Whether one of its actions can exit the control. */
  readonly exits: boolean;
  /** Of its actions, the index by declaration: what `MatchTable.action` says. */
  readonly actionIndex: ReadonlyMap<ActionDecl, number>;
}

/** A control instance with its state's scope, actions and tables. */
export interface CompiledControl {
  readonly instance: Instance;
  readonly decl: ControlDecl;
  readonly scope: Scope;
  readonly tables: Map<TableDecl, CompiledTable>;
}

export interface GeneratorOptions {
  /** Most iterations of one loop, and most states of one parse. */
  loopLimit: number;
}

export class Generator {
  readonly module = new Module();
  readonly callables = new Map<string, Callable>();
  /** Names of functions made once for a purpose, by that purpose. */
  readonly sharedFunctions = new Map<string, string>();
  readonly controls = new Map<Instance, CompiledControl>();
  readonly tables: CompiledTable[] = [];
  readonly valueSets: ValueSet[] = [];
  private readonly ids = new Map<object, number>();

  constructor(
    readonly program: CheckedProgram,
    readonly externs: ExternLibrary,
    readonly options: GeneratorOptions,
  ) {}

  /** A number for a declaration or instance, to make keys of. */
  id(object: object): number {
    let id = this.ids.get(object);
    if (id === undefined) this.ids.set(object, (id = this.ids.size));
    return id;
  }

  error(pos: Pos, code: string, message: string, unsupported = false): P4Error {
    return new P4Error(code, message, this.program.locate(pos), unsupported);
  }
  /** A table of the control that `fn` belongs to. */
  tableOf(fn: Fn, decl: TableDecl, pos: Pos): CompiledTable {
    const control = fn.instance ? this.controls.get(fn.instance) : undefined;
    const own = control?.decl.tables.includes(decl) ? control : undefined;
    const table = own && (own.tables.get(decl) ?? compileTable(this, own, decl));
    if (!table) throw this.error(pos, "unresolved-table", `table '${decl.name}' does not exist here`);
    return table;
  }
  actionIndices(fn: Fn, decl: TableDecl, pos: Pos): ReadonlyMap<ActionDecl, number> {
    return this.tableOf(fn, decl, pos).actionIndex;
  }

  unsupported(pos: Pos, what: string): P4Error {
    return this.error(pos, "unsupported", `${what} is not supported`, true);
  }
}

export type Role = "parser" | "control" | "action" | "function";

/** A function being written. */
export class Fn {
  private lines: string[] = [];
  private readonly locals: string[] = [];
  /** Set while an expression's code is made that can end the control (a table whose action exits). */
  sawExit = false;
  /** Whether the function can exit the control. */
  exits = false;
  /** Set while an expression's code is made that can fail the parser (lookahead, `last` of an empty stack). */
  sawParserError = false;
  /** Loops around the statement being written, innermost last. */
  readonly loops: { breakLabel: string; continueLabel: string }[] = [];

  constructor(
    readonly g: Generator,
    readonly role: Role,
    readonly instance: Instance | null,
    public scope: Scope,
    /** Where a function leaves a composite result. */
    readonly returnPlace: Place | null = null,
  ) {}

  line(text: string): void {
    this.lines.push(text);
  }

  /** A new JavaScript variable of the function. */
  local(hint = "t"): string {
    const name = this.g.module.names.unique(hint);
    this.locals.push(name);
    return name;
  }

  /** The lines that `body` writes, kept out of the function. */
  capture(body: () => void): string[] {
    const outer = this.lines;
    this.lines = [];
    body();
    const inner = this.lines;
    this.lines = outer;
    return inner;
  }

  /** What follows sees the bindings that `body` adds no more. */
  block(body: () => void): void {
    const outer = this.scope;
    this.scope = new Scope(outer);
    body();
    this.scope = outer;
  }

  resolve(decl: InstanceDecl, pos: Pos): Instance {
    const found = this.instance?.children.get(decl) ?? this.g.program.instances.get(decl);
    if (!found) throw this.g.error(pos, "unresolved-instance", `instance '${decl.name}' does not exist here`);
    return found;
  }

  text(name: string, params: readonly string[]): string {
    const declare = this.locals.length > 0 ? [`let ${this.locals.join(", ")};`] : [];
    return [`function ${name}(${params.join(", ")}) {`, ...declare, ...this.lines, "}"].join("\n");
  }
}
