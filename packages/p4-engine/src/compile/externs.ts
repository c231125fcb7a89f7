/** What a program's extern functions and methods become; each architecture registers its own. */
import type { CallExpr, Instance, TableDecl, TableKey } from "../frontend/ast.js";
import type { Type } from "../frontend/types.js";
import type { ActionProfile } from "../tables/action-profile.js";
import type { ActionShape, MatchTable } from "../tables/table.js";
import { objectOf } from "./calls.js";
import type { Effects } from "./expressions.js";
import type { CompiledControl, Fn, Generator, Scope } from "./generator.js";
import type { SlotPlace } from "./places.js";

/** A call being compiled; `object` is the instance of a method, null for functions and packets. */
export interface ExternCall {
  readonly fn: Fn;
  readonly call: CallExpr;
  readonly object: Instance | null;
}

export interface ExternHandler {
  /** Code of a scalar result, or of an effect where the result is void. */
  value?(c: ExternCall): string;
  /** Effects that leave a composite result in a place. */
  into?(c: ExternCall, place: SlotPlace): Effects;
}

/** What a table's properties (implementation, counters, ...) mean. */
export interface TableProperties {
  readonly profile?: ActionProfile;
  /** Writes code that computes the hash by which an action selector chooses. */
  readonly selectorHash?: (fn: Fn, keys: readonly TableKey[]) => string;
  /** Statements to run when the table named `t` in generated code has found slot `s`. */
  readonly onLookup?: (t: string) => string[];
  /** The table exists, and is called `t` in generated code; its actions are not compiled yet. */
  readonly onCreated?: (table: MatchTable, t: string) => void;
}

/** The externs of one program being compiled. */
export abstract class ExternLibrary {
  private readonly handlers = new Map<string, ExternHandler>();
  private readonly objects = new Map<Instance, unknown>();

  /** By `function` or `extern.method`. */
  register(handlers: Readonly<Record<string, ExternHandler>>): void {
    for (const [name, handler] of Object.entries(handlers)) this.handlers.set(name, handler);
  }

  /** The run-time object of an extern instance, made at the first call. */
  object(g: Generator, instance: Instance): unknown {
    if (!this.objects.has(instance)) this.objects.set(instance, this.create(g, instance));
    return this.objects.get(instance);
  }
  all(): ReadonlyMap<Instance, unknown> {
    return this.objects;
  }

  call(fn: Fn, call: CallExpr): string {
    const { handler, c, name } = this.find(fn, call);
    if (!handler.value) throw fn.g.unsupported(call.pos, `'${name}' with this result`);
    return handler.value(c);
  }

  callInto(fn: Fn, call: CallExpr, place: SlotPlace): Effects {
    const { handler, c, name } = this.find(fn, call);
    if (!handler.into) throw fn.g.unsupported(call.pos, `'${name}' with a composite result`);
    return handler.into(c, place);
  }

  private find(fn: Fn, call: CallExpr): { handler: ExternHandler; c: ExternCall; name: string } {
    const { target } = call;
    let name: string;
    let object: Instance | null = null;
    if (target.kind === "externFunction") name = target.function.name;
    else if (target.kind === "externMethod") {
      name = `${target.extern.decl.name}.${target.method.name}`;
      const binding = objectOf(fn, target.object);
      if (binding.kind === "object") object = binding.instance;
    } else throw fn.g.unsupported(call.pos, "this call");
    const handler = this.handlers.get(name);
    if (!handler) throw fn.g.unsupported(call.pos, `extern '${name}'`);
    return { handler, c: { fn, call, object }, name };
  }

  protected abstract create(g: Generator, instance: Instance): unknown;
  abstract tableProperties(
    g: Generator,
    control: CompiledControl,
    decl: TableDecl,
    actions: ActionShape[],
  ): TableProperties;
  /** A control or parser with these instances is about to be compiled; statements to begin a parser with. */
  onBlock(_g: Generator, _instance: Instance, _scope: Scope): string[] {
    return [];
  }
  /** Effects to add where a header's validity changes. */
  onSetValid(_place: SlotPlace): Effects {
    return [];
  }
  onSetInvalid(_place: SlotPlace): Effects {
    return [];
  }
  /** A field of a record is used; architectures compute costly intrinsic metadata only where it is. */
  onField(_record: Type, _field: string): void {}
}
