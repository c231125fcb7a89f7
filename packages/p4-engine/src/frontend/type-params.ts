/** Type parameters: declared, replaced by arguments, inferred (P4_16 8.20). */
import type { Param } from "./ast.js";
import { declaredType, specialiseRecord } from "./check-types.js";
import type { Context } from "./context.js";
import type { Scope } from "./scope.js";
import type { STypeParam } from "./syntax.js";
import { freshTypeId, type Type, type TypeVar } from "./types.js";

export type Bindings = Map<TypeVar, Type>;

/** Declares type parameters in the scope. */
export function typeParams(cx: Context, list: readonly STypeParam[], scope: Scope): TypeVar[] {
  return list.map((p) => {
    const type: TypeVar = { kind: "typeVar", id: freshTypeId(), name: p.name };
    cx.declare(scope, p.name, { kind: "type", type }, p.pos);
    return type;
  });
}

export function bind(vars: readonly TypeVar[], args: readonly Type[]): Bindings {
  const bindings: Bindings = new Map();
  vars.forEach((v, i) => {
    if (args[i]) bindings.set(v, args[i]);
  });
  return bindings;
}

/** The type with its variables replaced; those without a binding stay. */
export function substitute(cx: Context, type: Type, bindings: ReadonlyMap<TypeVar, Type>): Type {
  if (bindings.size === 0 || !hasTypeVars(cx, type)) return type;
  const all = (list: readonly Type[]) => list.map((t) => substitute(cx, t, bindings));
  switch (type.kind) {
    case "typeVar":
      return bindings.get(type) ?? type;
    case "stack": {
      const element = substitute(cx, type.element, bindings);
      return element === type.element ? type : cx.types.stack(element, type.size);
    }
    case "list":
      return cx.types.list(substitute(cx, type.element, bindings));
    case "tuple":
      return cx.types.tuple(all(type.fields.map((f) => f.type)));
    case "header":
    case "struct":
    case "union": {
      const origin = cx.origins.get(type);
      if (!origin) return type;
      const args = all(origin.args);
      if (args.every((a, i) => a === origin.args[i])) return type;
      return specialiseRecord(cx, cx.generics.get(origin.owner)!, args, 0);
    }
    case "extern":
    case "parser":
    case "control":
    case "package": {
      if (type.args.length === 0) return type;
      return declaredType(cx, type.decl, all(type.args));
    }
    default:
      return type;
  }
}

export function substituteParams(
  cx: Context,
  params: readonly Param[],
  bindings: ReadonlyMap<TypeVar, Type>,
): readonly Param[] {
  if (bindings.size === 0) return params;
  let changed = false;
  const result = params.map((p) => {
    const type = substitute(cx, p.type, bindings);
    if (type === p.type) return p;
    changed = true;
    return { ...p, type };
  });
  return changed ? result : params;
}

/** Whether the type is one only when its variables are known. */
export function hasTypeVars(cx: Context, type: Type): boolean {
  let known = cx.generic.get(type);
  if (known === undefined) cx.generic.set(type, (known = mentions(cx, type, null)));
  return known;
}

/** Whether `type` mentions one of the variables (null: any). */
export function mentions(cx: Context, type: Type, vars: ReadonlySet<TypeVar> | null): boolean {
  // Large types are made of few different ones: each is looked through once.
  if (vars !== null && !hasTypeVars(cx, type)) return false;
  const inner = (t: Type): boolean => (vars === null ? hasTypeVars(cx, t) : mentions(cx, t, vars));
  switch (type.kind) {
    case "typeVar":
      return vars?.has(type) ?? true;
    case "stack":
    case "list":
      return inner(type.element);
    case "tuple":
      return type.fields.some((f) => inner(f.type));
    case "header":
    case "struct":
    case "union":
      return cx.origins.get(type)?.args.some((a) => inner(a)) ?? false;
    case "extern":
    case "parser":
    case "control":
    case "package":
      return type.args.some((a) => inner(a));
    default:
      return false;
  }
}

/**
 * Binds the variables in `formal` so that it becomes `actual`, as far as they correspond; what does not is left for
 * the conversion of the argument to complain about.
 */
export function infer(
  cx: Context,
  formal: Type,
  actual: Type,
  vars: ReadonlySet<TypeVar>,
  bindings: Bindings,
): void {
  const pairs = (a: readonly Type[], b: readonly Type[]) => {
    for (let i = 0; i < Math.min(a.length, b.length); i++) infer(cx, a[i]!, b[i]!, vars, bindings);
  };
  switch (formal.kind) {
    case "typeVar": {
      if (!vars.has(formal) || actual.kind === "unknown") return;
      const before = bindings.get(formal);
      if (before === undefined || (isVague(cx, before) && !isVague(cx, actual))) bindings.set(formal, actual);
      return;
    }
    case "stack":
      if (actual.kind === "stack") infer(cx, formal.element, actual.element, vars, bindings);
      return;
    case "list":
      if (actual.kind === "list") infer(cx, formal.element, actual.element, vars, bindings);
      if (actual.kind === "tuple") {
        for (const f of actual.fields) infer(cx, formal.element, f.type, vars, bindings);
      }
      return;
    case "tuple":
      if (actual.kind === "tuple") {
        pairs(
          formal.fields.map((f) => f.type),
          actual.fields.map((f) => f.type),
        );
      }
      return;
    case "header":
    case "struct":
    case "union": {
      const a = cx.origins.get(formal);
      const b = cx.origins.get(actual);
      if (a && b && a.owner === b.owner) pairs(a.args, b.args);
      else if (a && (actual.kind === "tuple" || cx.isAnonymous(actual))) {
        // A list or struct initialiser for a generic struct.
        for (const f of formal.fields) {
          const given = actual.kind === "tuple" ? actual.fields[f.index] : actual.fieldByName.get(f.name);
          if (given) infer(cx, f.type, given.type, vars, bindings);
        }
      }
      return;
    }
    case "extern":
    case "package":
      if (actual.kind === formal.kind && actual.decl === formal.decl) pairs(formal.args, actual.args);
      return;
    case "parser":
    case "control":
      if (actual.kind === formal.kind) {
        pairs(
          formal.params.map((p) => p.type),
          actual.params.map((p) => p.type),
        );
      }
      return;
  }
}

/** A type that another argument may still make definite: of integer literals and of initialisers. */
function isVague(cx: Context, type: Type): boolean {
  return type.kind === "integer" || type.kind === "tuple" || type.kind === "unknown" || cx.isAnonymous(type);
}
