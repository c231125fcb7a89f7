/** Arguments to parameters: overloads by number and name, type arguments inferred, values converted (P4_16 6.8, 8.20). */
import type { Arg, Expr, Param, Pos } from "./ast.js";
import { checkExpr, isLvalue } from "./check-expressions.js";
import { resolveType } from "./check-types.js";
import { coerce } from "./coerce.js";
import type { Context } from "./context.js";
import type { Scope } from "./scope.js";
import type { SAnnotation, SArg, SType } from "./syntax.js";
import { type Bindings, bind, infer, mentions, substitute, substituteParams } from "./type-params.js";
import { type Type, type TypeVar, typeName, UNKNOWN, VOID } from "./types.js";

/** What matters of a call: its arguments. */
export interface CallSite {
  pos: Pos;
  args: readonly SArg[];
  typeArgs: readonly SType[] | null;
}

interface ParamLike {
  readonly name: string;
  readonly annotations: readonly SAnnotation[] | Param["annotations"];
  readonly defaultValue: unknown;
}

const isOptional = (p: ParamLike): boolean =>
  p.defaultValue !== null ||
  (p.annotations as readonly { name: string }[]).some((a) => a.name === "optional");

/** One argument (or null) per parameter, or why the list does not fit. */
export function bindArgs(params: readonly ParamLike[], args: readonly SArg[]): (SArg | null)[] | string {
  const bound = new Array<SArg | null>(params.length).fill(null);
  let position = 0;
  let named = 0;
  for (const arg of args) {
    if (arg.name === null) {
      if (named) return "named and positional arguments cannot be mixed";
      if (position >= params.length) return `takes ${countOf(params)}, not ${args.length}`;
      bound[position++] = arg;
    } else {
      if (position) return "named and positional arguments cannot be mixed";
      named++;
      const index = params.findIndex((p) => p.name === arg.name);
      if (index < 0) return `has no parameter '${arg.name}'`;
      if (bound[index]) return `is given '${arg.name}' twice`;
      bound[index] = arg;
    }
  }
  for (let i = 0; i < params.length; i++) {
    if (!bound[i] && !isOptional(params[i]!)) {
      return named ? `is given no '${params[i]!.name}'` : `takes ${countOf(params)}, not ${args.length}`;
    }
  }
  return bound;
}

function countOf(params: readonly ParamLike[]): string {
  const least = params.filter((p) => !isOptional(p)).length;
  const most = params.length;
  return least === most ? `${most} argument${most === 1 ? "" : "s"}` : `${least} to ${most} arguments`;
}

/** The candidate whose parameters the arguments fit, by number and names. */
export function chooseOverload<T>(
  cx: Context,
  candidates: readonly T[],
  params: (candidate: T) => readonly ParamLike[],
  s: CallSite,
  name: string,
): T {
  if (candidates.length === 1) return candidates[0]!;
  let fitting = candidates.filter((c) => typeof bindArgs(params(c), s.args) !== "string");
  // One that needs no default or optional parameter is meant before one that does.
  const exact = fitting.filter((c) => params(c).length === s.args.length);
  if (exact.length) fitting = exact;
  if (fitting.length === 1) return fitting[0]!;
  if (fitting.length === 0) {
    const why = `no '${name}' takes these ${s.args.length} arguments`;
    throw cx.error("wrong-arguments", why, s.pos);
  }
  throw cx.error("ambiguous-call", `${fitting.length} declarations of '${name}' fit this call`, s.pos);
}

export function requireArgCount(cx: Context, s: CallSite, count: number, name: string): void {
  if (s.args.length !== count) {
    const takes = `takes ${count === 0 ? "no" : count} argument${count === 1 ? "" : "s"}`;
    throw cx.error("wrong-arguments", `'${name}' ${takes}, not ${s.args.length}`, s.pos);
  }
}

export interface CheckedArgs {
  args: Arg[];
  typeArgs: Type[];
  bindings: Bindings;
}

/** Checks the arguments against the parameters, whose type variables `typeParams` are given or inferred. */
export function checkArgs(
  cx: Context,
  s: CallSite,
  params: readonly Param[],
  typeParams: readonly TypeVar[],
  name: string,
  scope: Scope,
): CheckedArgs {
  const values = checkValues(cx, s, params, name, scope);
  let bindings: Bindings = new Map();
  let typeArgs: Type[] = [];
  let actual = params;
  if (typeParams.length) {
    bindings = bindTypeArgs(cx, s, params, values, typeParams, name, scope);
    typeArgs = typeParams.map((v) => bindings.get(v)!);
    actual = substituteParams(cx, params, bindings);
  }
  return { args: passAll(cx, actual, values), typeArgs, bindings };
}

/** The arguments' values, one per parameter, null where there is none; not yet converted. */
export function checkValues(
  cx: Context,
  s: CallSite,
  params: readonly Param[],
  name: string,
  scope: Scope,
): (Expr | null)[] {
  const bound = bindArgs(params, s.args);
  if (typeof bound === "string") {
    const message = bound.startsWith("named") ? bound : `'${name}' ${bound}`;
    throw cx.error("wrong-arguments", message, s.pos);
  }
  const values = bound.map((arg, i): Expr | null => {
    if (!arg) return null;
    if (arg.value) return checkExpr(cx, arg.value, scope);
    if (params[i]!.direction !== "out") {
      throw cx.error("bad-argument", `'_' can only be given to an out parameter`, arg.pos);
    }
    return { kind: "dontCare", pos: arg.pos, type: UNKNOWN };
  });
  return values;
}

export function passAll(cx: Context, params: readonly Param[], values: readonly (Expr | null)[]): Arg[] {
  return params.map((param, i) => {
    const value = values[i] ?? null;
    const given = value ?? param.defaultValue;
    return { param, value: given ? passed(cx, given, param) : null };
  });
}

function bindTypeArgs(
  cx: Context,
  s: CallSite,
  params: readonly Param[],
  values: readonly (Expr | null)[],
  typeParams: readonly TypeVar[],
  name: string,
  scope: Scope,
): Bindings {
  let bindings: Bindings = new Map();
  if (s.typeArgs) {
    const given = s.typeArgs.map((t) => resolveType(cx, t, scope));
    if (given.length !== typeParams.length) {
      const message = `'${name}' takes ${typeParams.length} type arguments, not ${given.length}`;
      throw cx.error("type-arguments", message, s.pos);
    }
    bindings = bind(typeParams, given);
    for (const [v, type] of bindings) if (type === UNKNOWN) bindings.delete(v);
  }
  inferFrom(cx, params, values, typeParams, bindings);
  for (const v of typeParams) {
    const found = bindings.get(v);
    if (found && !isOpen(cx, found)) continue;
    // Only a parameter left out could have told: it does not matter then.
    const vars = new Set([v]);
    const concerned = params.filter((p) => mentions(cx, p.type, vars));
    if (concerned.length && concerned.every((p) => !values[p.index])) {
      bindings.set(v, VOID);
      continue;
    }
    throw cx.error(
      "cannot-infer",
      `type argument '${v.name}' of '${name}' cannot be inferred; write it`,
      s.pos,
    );
  }
  return bindings;
}

/** Whether a `{#}` or `...` in an initialiser left the type undecided. */
function isOpen(cx: Context, type: Type): boolean {
  if (type.kind === "unknown") return true;
  return type.kind === "tuple" || cx.isAnonymous(type) ? type.fields.some((f) => isOpen(cx, f.type)) : false;
}

export function inferFrom(
  cx: Context,
  params: readonly Param[],
  values: readonly (Expr | null)[],
  typeParams: readonly TypeVar[],
  bindings: Bindings,
): void {
  const open = new Set(typeParams.filter((v) => !bindings.has(v)));
  if (open.size === 0) return;
  params.forEach((p, i) => {
    const value = values[i];
    const given = value ?? p.defaultValue;
    if (given) infer(cx, p.type, given.type, open, bindings);
  });
  // What was bound may mention other variables of the same call.
  for (const v of open) {
    const type = bindings.get(v);
    if (type) bindings.set(v, substitute(cx, type, bindings));
  }
}

/** The value as it is passed: converted for in and directionless parameters, an lvalue of the same type for others. */
function passed(cx: Context, value: Expr, param: Param): Expr {
  const { direction, name, type } = param;
  if (direction === "in" || direction === "none") return coerce(cx, value, type, `argument '${name}'`);
  if (value.kind === "dontCare") return { ...value, type };
  if (!isLvalue(value)) {
    throw cx.error(
      "not-an-lvalue",
      `argument '${name}' is ${direction}: it must be something assignable`,
      value.pos,
    );
  }
  if (value.type !== type && type.kind !== "unknown") {
    const message = `argument '${name}' must be of type ${typeName(type)}, not ${typeName(value.type)}`;
    throw cx.error("type-mismatch", message, value.pos);
  }
  return value;
}
