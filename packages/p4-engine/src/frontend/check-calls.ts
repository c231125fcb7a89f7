/** Calls: of functions, methods, actions, tables, parsers, controls and built-in methods (P4_16 8.20, 14). */
import type { ActionDecl, Arg, BuiltinExpr, CallTarget, Expr, Pos } from "./ast.js";
import { checkArgs, chooseOverload, requireArgCount } from "./check-args.js";
import { checkExpr, constantNumber, findName, typeOfName } from "./check-expressions.js";
import { instantiateFunction } from "./check-functions.js";
import { directApplication, makeConstruct } from "./check-instances.js";
import { literal } from "./coerce.js";
import type { Context } from "./context.js";
import { type Callable, describeSym, type Scope } from "./scope.js";
import type { SCall, SMember } from "./syntax.js";
import { bind, substitute, substituteParams } from "./type-params.js";
import {
  BOOL,
  type ExternType,
  INTEGER,
  representation,
  type Type,
  typeName,
  VOID,
  widthBits,
} from "./types.js";

export function checkCall(cx: Context, s: SCall, scope: Scope): Expr {
  const { callee } = s;
  if (callee.kind === "type") return makeConstruct(cx, callee.type, s.args, scope, s.pos);
  if (callee.kind === "member") return memberCall(cx, s, callee, scope);
  if (callee.kind !== "name") throw cx.error("not-callable", "this cannot be called", s.pos);
  const sym = findName(cx, callee, scope);
  switch (sym.kind) {
    case "functions":
      return functionCall(cx, s, sym.list, callee.name, scope);
    case "action":
      return actionCall(cx, s, sym.decl, scope);
    case "typeDecl":
    case "type":
    case "genericRecord": {
      const { pos, name, global } = callee;
      return makeConstruct(cx, { kind: "named", pos, name, global, args: s.typeArgs }, s.args, scope, s.pos);
    }
    default:
      throw cx.error("not-callable", `'${callee.name}' is ${describeSym(sym)} and cannot be called`, s.pos);
  }
}

// ---- Functions and actions ----

const typeParamsOf = (c: Callable): readonly { name: string }[] =>
  c.kind === "template" ? c.syntax.typeParams : c.typeParams;

function functionCall(cx: Context, s: SCall, list: readonly Callable[], name: string, scope: Scope): Expr {
  const chosen = chooseOverload(
    cx,
    list,
    (c) => (c.kind === "template" ? c.syntax.params : c.params),
    s,
    name,
  );
  if (s.typeArgs && s.typeArgs.length !== typeParamsOf(chosen).length) {
    const wanted = typeParamsOf(chosen).length;
    throw cx.error(
      "type-arguments",
      `'${name}' takes ${wanted} type arguments, not ${s.typeArgs.length}`,
      s.pos,
    );
  }
  if (chosen.kind === "template") {
    const { decl, args } = instantiateFunction(cx, chosen, s, scope);
    const target: CallTarget = { kind: "function", function: decl };
    return { kind: "call", pos: s.pos, type: decl.returnType, target, typeArgs: decl.typeArgs, args };
  }
  const { args, typeArgs, bindings } = checkArgs(cx, s, chosen.params, chosen.typeParams, name, scope);
  const type = substitute(cx, chosen.returnType, bindings);
  if (chosen.name === "static_assert") return staticAssert(cx, args, s.pos);
  const target: CallTarget = { kind: "externFunction", function: chosen };
  return { kind: "call", pos: s.pos, type, target, typeArgs, args };
}

function staticAssert(cx: Context, args: readonly Arg[], pos: Pos): Expr {
  const condition = args[0]?.value;
  if (condition?.kind !== "literal") {
    throw cx.error("not-compile-time", "the condition of static_assert must be known at compile time", pos);
  }
  if (condition.value !== true) {
    const message = args[1]?.value;
    const text = message?.kind === "literal" && typeof message.value === "string" ? `: ${message.value}` : "";
    throw cx.error("static-assert", `static_assert failed${text}`, pos);
  }
  return literal(pos, BOOL, true);
}

function actionCall(cx: Context, s: SCall, action: ActionDecl, scope: Scope): Expr {
  if (cx.body.kind === "parser" || cx.body.kind === "function") {
    throw cx.error("bad-call", `an action cannot be called in a ${cx.body.kind}`, s.pos);
  }
  if (s.typeArgs) throw cx.error("type-arguments", "actions have no type parameters", s.pos);
  const { args } = checkArgs(cx, s, action.params, [], action.name, scope);
  return { kind: "call", pos: s.pos, type: VOID, target: { kind: "action", action }, typeArgs: [], args };
}

// ---- Methods ----

function memberCall(cx: Context, s: SCall, callee: SMember, scope: Scope): Expr {
  const { object, name } = callee;
  // Names that are no values: tables, types.
  if (object.kind === "name") {
    const sym = (object.global ? cx.global : scope).find(object.name);
    if (sym?.kind === "table") {
      if (name !== "apply") throw cx.error("unknown-member", `a table has no method '${name}'`, callee.pos);
      requireArgCount(cx, s, 0, "apply");
      if (cx.body.kind !== "control") {
        throw cx.error("bad-call", "a table can only be applied in a control's apply block", s.pos);
      }
      return { kind: "tableApply", pos: s.pos, type: VOID, table: sym.decl, result: "none" };
    }
    if (sym?.kind === "typeDecl" && name === "apply") {
      const named = {
        kind: "named",
        pos: object.pos,
        name: object.name,
        global: object.global,
        args: null,
      } as const;
      return apply(cx, s, directApplication(cx, named, [], scope, object.pos), scope);
    }
    if (sym?.kind === "valueSet") throw cx.error("bad-call", "a value set has no methods", s.pos);
  }
  if (object.kind === "type") {
    if (name === "apply")
      return apply(cx, s, directApplication(cx, object.type, [], scope, object.pos), scope);
  }
  const type = typeOfName(cx, object, scope);
  if (type) {
    const size = sizeMethod(cx, type, name, s);
    if (size) return size;
    throw cx.error("unknown-member", `type ${typeName(type)} has no method '${name}'`, callee.pos);
  }
  // `C(args).apply(...)`: constructed where it is applied.
  if (object.kind === "call" && name === "apply" && isConstruction(cx, object, scope)) {
    const head = object.callee;
    const named =
      head.kind === "type"
        ? head.type
        : ({
            kind: "named",
            pos: object.pos,
            name: (head as { name: string }).name,
            global: false,
            args: object.typeArgs,
          } as const);
    return apply(cx, s, directApplication(cx, named, object.args, scope, object.pos), scope);
  }
  const receiver = checkExpr(cx, object, scope);
  if (receiver.type.kind === "extern")
    return externMethod(cx, s, receiver, receiver.type, name, callee.pos, scope);
  if (receiver.type.kind === "parser" || receiver.type.kind === "control") {
    if (name === "apply") return apply(cx, s, receiver, scope);
    throw cx.error("unknown-member", `a ${receiver.type.kind} has no method '${name}'`, callee.pos);
  }
  return builtin(cx, s, receiver, name, callee.pos, scope);
}

function isConstruction(cx: Context, s: SCall, scope: Scope): boolean {
  if (s.callee.kind === "type") return true;
  if (s.callee.kind !== "name") return false;
  return (s.callee.global ? cx.global : scope).find(s.callee.name)?.kind === "typeDecl";
}

function externMethod(
  cx: Context,
  s: SCall,
  object: Expr,
  type: ExternType,
  name: string,
  pos: Pos,
  scope: Scope,
): Expr {
  const candidates = type.decl.methods.filter((m) => m.name === name && !m.isConstructor);
  if (candidates.length === 0)
    throw cx.error("unknown-member", `${typeName(type)} has no method '${name}'`, pos);
  const method = chooseOverload(cx, candidates, (m) => m.params, s, name);
  const own = bind(type.decl.typeParams, type.args);
  const params = substituteParams(cx, method.params, own);
  const { args, typeArgs, bindings } = checkArgs(cx, s, params, method.typeParams, name, scope);
  const result = substitute(cx, substitute(cx, method.returnType, own), bindings);
  if (type.decl.name === "packet_in") checkPacketMethod(cx, name, args, typeArgs, s.pos);
  const target: CallTarget = { kind: "externMethod", object, extern: type, method };
  return { kind: "call", pos: s.pos, type: result, target, typeArgs, args };
}

/** What extract and lookahead can read (P4_16 13.8). */
function checkPacketMethod(
  cx: Context,
  name: string,
  args: readonly Arg[],
  typeArgs: readonly Type[],
  pos: Pos,
): void {
  const of = typeArgs[0] && representation(typeArgs[0]);
  if (name === "extract" && of && of.kind !== "header") {
    throw cx.error(
      "type-mismatch",
      `only a header can be extracted, not ${typeName(typeArgs[0]!)}`,
      args[0]!.value!.pos,
    );
  }
  if (
    name === "extract" &&
    args.length === 2 &&
    of?.kind === "header" &&
    !of.fields.some((f) => f.type.kind === "varbit")
  ) {
    throw cx.error("type-mismatch", `${of.name} has no varbit field`, args[0]!.value!.pos);
  }
  if (name === "lookahead" && of?.kind === "void")
    throw cx.error("bad-type", "void cannot be looked ahead", pos);
}

function apply(cx: Context, s: SCall, instance: Expr, scope: Scope): Expr {
  const type = instance.type;
  if (type.kind !== "parser" && type.kind !== "control") {
    throw cx.error("bad-call", `${typeName(type)} cannot be applied`, s.pos);
  }
  if (cx.body.kind !== type.kind) {
    const where = type.kind === "parser" ? "in a parser" : "in a control's apply block";
    throw cx.error("bad-call", `a ${type.kind} can only be applied ${where}`, s.pos);
  }
  const { args } = checkArgs(cx, s, type.params, [], "apply", scope);
  return { kind: "call", pos: s.pos, type: VOID, target: { kind: "apply", instance }, typeArgs: [], args };
}

// ---- Built-in methods ----

function builtin(cx: Context, s: SCall, object: Expr, name: string, pos: Pos, scope: Scope): Expr {
  const t = representation(object.type);
  const make = (op: BuiltinExpr["op"], type: Type, count = 0): Expr => ({
    kind: "builtin",
    pos: s.pos,
    type,
    op,
    object,
    count,
  });
  if (t.kind === "header" || t.kind === "union") {
    if (name === "isValid") {
      requireArgCount(cx, s, 0, name);
      if (object.kind === "literal") {
        const isInvalid = typeof object.value === "object" && object.value.kind === "invalid";
        return literal(s.pos, BOOL, !isInvalid);
      }
      return make(name, BOOL);
    }
    if ((name === "setValid" || name === "setInvalid") && t.kind === "header") {
      requireArgCount(cx, s, 0, name);
      requireWritable(cx, object, pos);
      return make(name, VOID);
    }
  }
  if (t.kind === "stack" && (name === "push_front" || name === "pop_front")) {
    requireArgCount(cx, s, 1, name);
    const arg = s.args[0]!.value;
    if (!arg) throw cx.error("bad-call", `'${name}' needs a number`, s.pos);
    const count = constantNumber(cx, arg, scope, `the count of '${name}'`);
    if (count < 0) throw cx.error("bad-constant", `the count of '${name}' is negative`, arg.pos);
    requireWritable(cx, object, pos);
    return make(name, VOID, count);
  }
  const size = sizeMethod(cx, object.type, name, s);
  if (size) return size;
  throw cx.error("unknown-member", `${typeName(object.type)} has no method '${name}'`, pos);
}

function requireWritable(cx: Context, object: Expr, pos: Pos): void {
  if (!isLvalueOf(object)) throw cx.error("not-an-lvalue", "this cannot be changed here", pos);
}
function isLvalueOf(e: Expr): boolean {
  switch (e.kind) {
    case "variable":
      return true;
    case "param":
      return e.decl.direction === "out" || e.decl.direction === "inout";
    case "member":
    case "index":
    case "stackElement":
      return isLvalueOf(e.object);
    default:
      return false;
  }
}

/** minSizeInBits and its kind (P4_16 9): known at compile time. */
function sizeMethod(cx: Context, type: Type, name: string, s: SCall): Expr | null {
  const match = /^(min|max)SizeIn(Bits|Bytes)$/.exec(name);
  if (!match) return null;
  requireArgCount(cx, s, 0, name);
  let bits: number;
  try {
    bits = widthBits(type, match[1] === "max");
  } catch {
    throw cx.error("type-mismatch", `${typeName(type)} has no size`, s.pos);
  }
  return literal(s.pos, INTEGER, BigInt(match[2] === "Bits" ? bits : Math.ceil(bits / 8)));
}
