/** Parameters, functions (generic ones specialised on use) and actions (P4_16 10, 14.1). */
import type { ActionDecl, Arg, Expr, FunctionDecl, Param, Statement, VariableDecl } from "./ast.js";
import { type CallSite, checkArgs, checkValues, inferFrom, passAll } from "./check-args.js";
import { checkAs, checkExpr } from "./check-expressions.js";
import { checkBlock, isCompileTime } from "./check-statements.js";
import { resolveType } from "./check-types.js";
import { coerce } from "./coerce.js";
import type { Body, Context } from "./context.js";
import { type FunctionTemplate, Scope } from "./scope.js";
import type { SAction, SExpr, SFunction, SParam, SVariable } from "./syntax.js";
import { type Bindings, hasTypeVars, typeParams } from "./type-params.js";
import { type Type, typeName } from "./types.js";

/** Checks parameters; `sort` says how their names are used in the scope, null: not at all. */
export function checkParams(
  cx: Context,
  list: readonly SParam[],
  scope: Scope,
  sort: "param" | "ctorParam" | null,
): Param[] {
  const names = new Set<string>();
  return list.map((s, index) => {
    if (names.has(s.name)) throw cx.error("duplicate-name", `two parameters are named '${s.name}'`, s.pos);
    names.add(s.name);
    const type = resolveType(cx, s.type, scope);
    if (sort === "ctorParam" && s.direction !== "none") {
      throw cx.error("bad-direction", `constructor parameter '${s.name}' cannot have a direction`, s.pos);
    }
    const defaultValue = s.defaultValue ? defaultOf(cx, s.defaultValue, scope, type, s.name) : null;
    const param: Param = {
      kind: "param",
      pos: s.pos,
      name: s.name,
      annotations: cx.annotations(s.annotations),
      direction: s.direction,
      type,
      defaultValue,
      optional: s.annotations.some((a) => a.name === "optional"),
      index,
    };
    if (sort) cx.declare(scope, s.name, { kind: sort, decl: param }, s.pos);
    return param;
  });
}

/** A default whose type is still open is converted where it is used. */
function defaultOf(cx: Context, s: SExpr, scope: Scope, type: Type, name: string): Expr {
  const e = checkExpr(cx, s, scope);
  if (hasTypeVars(cx, type)) return e;
  const value = coerce(cx, e, type, `the default of '${name}'`);
  if (!isCompileTime(value)) {
    throw cx.error("not-compile-time", `the default of '${name}' must be known at compile time`, s.pos);
  }
  return value;
}

export function checkVariable(cx: Context, s: SVariable, scope: Scope): VariableDecl {
  const type = resolveType(cx, s.type, scope);
  requireStorable(cx, type, s.type.pos);
  const init = s.init ? checkAs(cx, s.init, scope, type, `the initial value of '${s.name}'`) : null;
  const annotations = cx.annotations(s.annotations);
  const decl: VariableDecl = { kind: "variable", pos: s.pos, name: s.name, annotations, type, init };
  cx.declare(scope, s.name, { kind: "variable", decl }, s.pos);
  return decl;
}

/** Variables hold values, not objects; and their size is known. */
function requireStorable(cx: Context, type: Type, pos: number): void {
  switch (type.kind) {
    case "extern":
    case "parser":
    case "control":
    case "package":
    case "void":
    case "integer":
    case "unknown":
    case "list":
    case "string":
    case "matchKind":
      throw cx.error("bad-type", `a variable cannot be of type ${typeName(type)}`, pos);
  }
}

/** A function in its scope; what a body may contain is that of `body.kind`. */
function buildFunction(
  cx: Context,
  s: SFunction,
  scope: Scope,
  typeArgs: readonly Type[],
  self: Type | null,
): FunctionDecl {
  const params = checkParams(cx, s.params, scope, "param");
  const returnType = resolveType(cx, s.returnType, scope);
  const body: Body = { kind: "function", returnType, instances: cx.body.instances, self, loops: 0 };
  const block = cx.within(body, () => checkBlock(cx, s.body, new Scope(scope)));
  if (returnType.kind !== "void" && !returns(block)) {
    throw cx.error("missing-return", `'${s.name}' does not return a value on all paths`, s.pos);
  }
  return {
    kind: "function",
    pos: s.pos,
    name: s.name,
    annotations: cx.annotations(s.annotations),
    params,
    returnType,
    typeArgs,
    body: block,
  };
}

/** Whether a statement returns whatever path is taken. */
function returns(s: Statement): boolean {
  switch (s.kind) {
    case "return":
      return true;
    case "block":
      return s.statements.some(returns);
    case "if":
      return s.whenFalse !== null && returns(s.whenTrue) && returns(s.whenFalse);
    case "switchValue":
      return s.cases.some((c) => c.isDefault) && s.cases.every((c) => returns(c.body));
    default:
      return false;
  }
}

/** An implementation of an abstract method. */
export function checkMethodBody(cx: Context, s: SFunction, scope: Scope, self: Type): FunctionDecl {
  if (s.typeParams.length) throw cx.unsupported("a generic implementation of an abstract method", s.pos);
  return buildFunction(cx, s, new Scope(scope), [], self);
}

/** Declares a function of the program. */
export function declareFunction(cx: Context, s: SFunction, scope: Scope): void {
  const template: FunctionTemplate = { kind: "template", syntax: s, scope, made: new Map() };
  if (s.typeParams.length === 0) specialise(cx, template, []);
  else checkParams(cx, s.params, withTypeVars(cx, template).inner, null);
  const before = scope.own(s.name);
  if (!before) scope.set(s.name, { kind: "functions", list: [template] });
  else if (before.kind === "functions") {
    const clash = before.list.some((c) => {
      const params = c.kind === "template" ? c.syntax.params : c.params;
      return params.length === s.params.length && params.every((p, i) => p.name === s.params[i]!.name);
    });
    if (clash)
      throw cx.error(
        "duplicate-name",
        `function '${s.name}' is already declared with these parameters`,
        s.pos,
      );
    before.list.push(template);
  } else {
    throw cx.error("duplicate-name", `'${s.name}' is already declared`, s.pos);
  }
}

function withTypeVars(cx: Context, t: FunctionTemplate) {
  const inner = new Scope(t.scope);
  return { inner, vars: typeParams(cx, t.syntax.typeParams, inner) };
}

function specialise(cx: Context, t: FunctionTemplate, typeArgs: readonly Type[]): FunctionDecl {
  const key = typeArgs.map((a) => a.id).join(",");
  let decl = t.made.get(key);
  if (!decl) {
    const scope = new Scope(t.scope);
    t.syntax.typeParams.forEach((p, i) => {
      scope.set(p.name, { kind: "type", type: typeArgs[i]! });
    });
    decl = buildFunction(cx, t.syntax, scope, typeArgs, null);
    t.made.set(key, decl);
    cx.functions.push(decl);
  }
  return decl;
}

/** The function a call means, made for its type arguments if need be, with the arguments. */
export function instantiateFunction(
  cx: Context,
  t: FunctionTemplate,
  s: CallSite,
  scope: Scope,
): { decl: FunctionDecl; args: Arg[] } {
  const { name } = t.syntax;
  if (t.syntax.typeParams.length === 0) {
    const decl = specialise(cx, t, []);
    return { decl, args: checkArgs(cx, s, decl.params, [], name, scope).args };
  }
  const { inner, vars } = withTypeVars(cx, t);
  const params = checkParams(cx, t.syntax.params, inner, null);
  const values = checkValues(cx, s, params, name, scope);
  let typeArgs: readonly Type[];
  if (s.typeArgs) typeArgs = s.typeArgs.map((a) => resolveType(cx, a, scope));
  else {
    const bindings: Bindings = new Map();
    inferFrom(cx, params, values, vars, bindings);
    typeArgs = vars.map((v) => {
      const type = bindings.get(v);
      if (!type)
        throw cx.error("cannot-infer", `type argument '${v.name}' of '${name}' cannot be inferred`, s.pos);
      return type;
    });
  }
  const decl = specialise(cx, t, typeArgs);
  return { decl, args: passAll(cx, decl.params, values) };
}

export function checkAction(cx: Context, s: SAction, scope: Scope): ActionDecl {
  const inner = new Scope(scope);
  const params = checkParams(cx, s.params, inner, "param");
  const firstData = params.findIndex((p) => p.direction === "none");
  if (firstData >= 0) {
    const late = params.slice(firstData).find((p) => p.direction !== "none");
    if (late) {
      const message = `parameter '${late.name}' with a direction must come before those without`;
      throw cx.error("bad-direction", message, late.pos);
    }
  }
  const body: Body = { kind: "action", returnType: null, instances: cx.body.instances, self: null, loops: 0 };
  const block = cx.within(body, () => checkBlock(cx, s.body, new Scope(inner)));
  const annotations = cx.annotations(s.annotations);
  const decl: ActionDecl = { kind: "action", pos: s.pos, name: s.name, annotations, params, body: block };
  cx.declare(scope, s.name, { kind: "action", decl }, s.pos);
  return decl;
}
