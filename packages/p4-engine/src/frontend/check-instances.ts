/** Instances of externs, parsers, controls and packages (P4_16 11.3, 15). */
import type { Arg, Expr, FunctionDecl, InstanceDecl, MethodDecl, Param, Pos } from "./ast.js";
import { checkArgs, chooseOverload } from "./check-args.js";
import { checkMethodBody } from "./check-functions.js";
import { declaredType, resolveType } from "./check-types.js";
import type { Context } from "./context.js";
import { Scope } from "./scope.js";
import type { SAnnotation, SArg, SInstance, SType } from "./syntax.js";
import { bind, substitute, substituteParams } from "./type-params.js";
import {
  type ControlType,
  type ExternType,
  type PackageType,
  type ParserType,
  type Type,
  typeName,
  UNKNOWN,
} from "./types.js";

type InstanceType = ExternType | ParserType | ControlType | PackageType;

/** `T(args) name;` */
export function checkInstance(cx: Context, s: SInstance, scope: Scope): InstanceDecl {
  const made = construct(cx, s.type, s.args, scope, s.pos);
  const inner = new Scope(scope);
  const methods: FunctionDecl[] = [];
  if (s.methods) {
    if (made.type.kind !== "extern") {
      throw cx.error("bad-instance", "only an extern's instance can have methods of its own", s.pos);
    }
    for (const m of s.methods) {
      if (m.kind === "instance") {
        // Instances beside the methods are for the methods to use.
        checkInstance(cx, m, inner);
        continue;
      }
      const abstract = made.type.decl.methods.find(
        (d) => d.isAbstract && d.name === m.name && implementedParams(d, m.params) !== null,
      );
      if (!abstract) {
        throw cx.error("unknown-member", `${typeName(made.type)} has no abstract method '${m.name}'`, m.pos);
      }
      const decl = checkMethodBody(cx, m, inner, made.type);
      requireSameSignature(cx, decl, abstract, made.type);
      methods.push(decl);
    }
  }
  if (made.type.kind === "extern") {
    for (const d of made.type.decl.methods) {
      if (d.isAbstract && !methods.some((m) => m.name === d.name && implementedParams(d, m.params))) {
        if (d.annotations.some((a) => a.name === "optional")) continue;
        throw cx.error(
          "missing-method",
          `abstract method '${d.name}' of '${s.name}' is not implemented`,
          s.pos,
        );
      }
    }
  }
  const decl = makeDecl(cx, made, s.pos, s.name, s.annotations, methods);
  cx.declare(scope, s.name, { kind: "instance", decl }, s.pos);
  return decl;
}

/** The parameters of an abstract method that an implementation has: optional ones may be left out. */
function implementedParams(abstract: MethodDecl, own: readonly { name: string }[]): readonly Param[] | null {
  if (own.length === abstract.params.length) return abstract.params;
  const kept = abstract.params.filter((p) => !p.optional || own.some((o) => o.name === p.name));
  if (kept.length === own.length) return kept;
  const required = abstract.params.filter((p) => !p.optional);
  if (required.length === own.length) return required;
  // Names are the implementation's own: what it leaves out are then the last optional ones.
  const first = abstract.params.slice(0, own.length);
  return own.length > required.length && abstract.params.slice(own.length).every((p) => p.optional)
    ? first
    : null;
}

function requireSameSignature(cx: Context, decl: FunctionDecl, abstract: MethodDecl, type: ExternType): void {
  const own = bind(type.decl.typeParams, type.args);
  const params = substituteParams(cx, implementedParams(abstract, decl.params)!, own);
  const same =
    decl.returnType === substitute(cx, abstract.returnType, own) &&
    params.every((p, i) => p.type === decl.params[i]!.type && p.direction === decl.params[i]!.direction);
  if (!same) {
    throw cx.error("type-mismatch", `'${decl.name}' differs from the abstract method in its types`, decl.pos);
  }
}

/** `C(args)` as a value. */
export function makeConstruct(cx: Context, type: SType, args: readonly SArg[], scope: Scope, pos: Pos): Expr {
  const made = construct(cx, type, args, scope, pos);
  const decl = makeDecl(cx, made, pos, "", [], []);
  return { kind: "construct", pos, type: decl.type, decl };
}

/** The instance that `C.apply(...)` applies. */
export function directApplication(
  cx: Context,
  type: SType,
  args: readonly SArg[],
  scope: Scope,
  pos: Pos,
): Expr {
  const made = construct(cx, type, args, scope, pos);
  if (made.type.kind !== "parser" && made.type.kind !== "control") {
    throw cx.error("bad-call", `${typeName(made.type)} cannot be applied`, pos);
  }
  const decl = makeDecl(cx, made, pos, made.type.decl.name, [], []);
  return { kind: "instance", pos, type: decl.type, decl };
}

interface Made {
  type: InstanceType;
  constructorDecl: MethodDecl | null;
  args: Arg[];
}

function makeDecl(
  cx: Context,
  made: Made,
  pos: Pos,
  name: string,
  annotations: readonly SAnnotation[],
  methods: readonly FunctionDecl[],
): InstanceDecl {
  const decl: InstanceDecl = {
    kind: "instance",
    pos,
    name,
    annotations: cx.annotations(annotations),
    type: made.type,
    constructorDecl: made.constructorDecl,
    args: made.args,
    methods,
  };
  cx.body.instances.push(decl);
  return decl;
}

/** Resolves the type, infers its arguments where they are not written, and checks the constructor's arguments. */
function construct(cx: Context, s: SType, args: readonly SArg[], scope: Scope, pos: Pos): Made {
  if (s.kind !== "named") throw cx.error("not-instantiable", "this type has no instances", s.pos);
  const sym = (s.global ? cx.global : scope).find(s.name);
  if (!sym) throw cx.error("unknown-type", `type '${s.name}' is not declared`, s.pos);
  if (sym.kind === "type" && isInstanceType(sym.type)) {
    // A typedef of a specialised extern.
    return withArgs(cx, sym.type.decl, sym.type.args, s.name, { pos, args, typeArgs: null }, scope);
  }
  if (sym.kind !== "typeDecl") throw cx.error("not-instantiable", `'${s.name}' has no instances`, s.pos);
  const { decl } = sym;
  if ((decl.kind === "parser" || decl.kind === "control") && decl.isType) {
    const message = `'${s.name}' is only a ${decl.kind}'s type: it has no instances`;
    throw cx.error("not-instantiable", message, s.pos);
  }
  const given = s.args?.map((a) => resolveType(cx, a, scope)) ?? null;
  if (given && given.length !== decl.typeParams.length) {
    const message = `'${s.name}' takes ${decl.typeParams.length} type arguments, not ${given.length}`;
    throw cx.error("type-arguments", message, s.pos);
  }
  return withArgs(cx, decl, given, s.name, { pos, args, typeArgs: null }, scope);
}

const isInstanceType = (t: Type): t is InstanceType =>
  t.kind === "extern" || t.kind === "parser" || t.kind === "control" || t.kind === "package";

function withArgs(
  cx: Context,
  decl: InstanceType["decl"],
  typeArgs: readonly Type[] | null,
  name: string,
  site: { pos: Pos; args: readonly SArg[]; typeArgs: null },
  scope: Scope,
): Made {
  let constructorDecl: MethodDecl | null = null;
  let params: readonly Param[];
  if (decl.kind === "extern") {
    const constructors = decl.methods.filter((m) => m.isConstructor);
    if (constructors.length === 0) {
      throw cx.error("not-instantiable", `extern '${name}' has no constructor`, site.pos);
    }
    constructorDecl = chooseOverload(cx, constructors, (m) => m.params, site, name);
    params = constructorDecl.params;
  } else {
    params = decl.ctorParams;
  }
  // Known type arguments are put in; the others are inferred from the constructor's arguments.
  const known = bind(decl.typeParams, typeArgs ?? []);
  for (const [v, type] of known) if (type === UNKNOWN) known.delete(v);
  const open = decl.typeParams.filter((v) => !known.has(v));
  const checked = checkArgs(cx, site, substituteParams(cx, params, known), open, name, scope);
  for (const [v, type] of checked.bindings) known.set(v, type);
  const type = declaredType(
    cx,
    decl,
    decl.typeParams.map((v) => known.get(v)!),
  );
  return { type: type as InstanceType, constructorDecl, args: checked.args };
}
