/** Top-level declarations, in order: each is known to those after it (P4_16 6.8). */
import type { ExternDecl, ExternFunctionDecl, MethodDecl, PackageDecl } from "./ast.js";
import { checkControl } from "./check-controls.js";
import { checkAs } from "./check-expressions.js";
import { checkAction, checkParams, declareFunction } from "./check-functions.js";
import { checkInstance } from "./check-instances.js";
import { checkParser } from "./check-parsers.js";
import { checkConst } from "./check-statements.js";
import { makeRecord, resolveType } from "./check-types.js";
import type { Context, Mutable } from "./context.js";
import { Scope } from "./scope.js";
import type {
  SDecl,
  SEnum,
  SExtern,
  SExternFunction,
  SNames,
  SPackage,
  SRecord,
  STypedef,
} from "./syntax.js";
import { typeParams } from "./type-params.js";
import { type EnumType, freshTypeId, type SerEnumType, type Type, typeName, VOID } from "./types.js";

export function checkDeclaration(cx: Context, s: SDecl): void {
  const { global } = cx;
  switch (s.kind) {
    case "const":
      checkConst(cx, s, global);
      return;
    case "header":
    case "union":
    case "struct":
      declareRecord(cx, s);
      return;
    case "enum":
      declareEnum(cx, s);
      return;
    case "errors":
    case "matchKinds":
      declareNames(cx, s);
      return;
    case "typedef":
    case "newtype":
      declareTypedef(cx, s);
      return;
    case "extern":
      declareExtern(cx, s);
      return;
    case "externFunction":
      declareExternFunction(cx, s);
      return;
    case "package":
      declarePackage(cx, s);
      return;
    case "action":
      cx.actions.push(checkAction(cx, s, global));
      return;
    case "function":
      declareFunction(cx, s, global);
      return;
    case "parser":
      checkParser(cx, s);
      return;
    case "control":
      checkControl(cx, s);
      return;
    case "instance":
      checkInstance(cx, s, global);
      return;
    case "variable":
    case "table":
    case "valueSet":
      throw cx.error("bad-declaration", `'${s.name}' cannot be declared at top level`, s.pos);
  }
}

function declareRecord(cx: Context, s: SRecord): Type | null {
  if (s.typeParams.length === 0) {
    const type = makeRecord(cx, s, cx.global, s.name);
    cx.declare(cx.global, s.name, { kind: "type", type }, s.pos);
    return type;
  }
  // Checked once with its parameters standing for themselves; this also finds a type that contains itself.
  const inner = new Scope(cx.global);
  typeParams(cx, s.typeParams, inner);
  makeRecord(cx, s, inner, s.name);
  const sym = { kind: "genericRecord", syntax: s, scope: cx.global, owner: freshTypeId() } as const;
  cx.declare(cx.global, s.name, sym, s.pos);
  return null;
}

function declareEnum(cx: Context, s: SEnum): Type {
  const names = new Set<string>();
  for (const m of s.members) {
    if (names.has(m.name)) throw cx.error("duplicate-name", `enum '${s.name}' has two '${m.name}'`, m.pos);
    names.add(m.name);
  }
  const annotations = cx.annotations(s.annotations);
  let type: EnumType | SerEnumType;
  if (s.underlying) {
    const underlying = resolveType(cx, s.underlying, cx.global);
    if (underlying.kind !== "bit" && underlying.kind !== "int") {
      const message = `an enum cannot be represented by ${typeName(underlying)}`;
      throw cx.error("bad-type", message, s.underlying.pos);
    }
    // A member's value may mention those before it.
    const scope = new Scope(cx.global);
    const members = s.members.map((m) => {
      if (!m.value) throw cx.error("missing-value", `'${m.name}' of enum '${s.name}' has no value`, m.pos);
      const e = checkAs(cx, m.value, scope, underlying, `the value of '${m.name}'`);
      if (e.kind !== "literal" || typeof e.value !== "bigint") {
        throw cx.error(
          "not-compile-time",
          `the value of '${m.name}' must be known at compile time`,
          m.value.pos,
        );
      }
      scope.set(m.name, { kind: "const", type: underlying, value: e.value });
      return { name: m.name, value: e.value };
    });
    type = { kind: "serEnum", id: freshTypeId(), name: s.name, underlying, members, annotations };
  } else {
    type = { kind: "enum", id: freshTypeId(), name: s.name, members: [...names], annotations };
  }
  cx.declare(cx.global, s.name, { kind: "type", type }, s.pos);
  cx.enums.push(type);
  return type;
}

function declareNames(cx: Context, s: SNames): void {
  for (const m of s.members) {
    if (s.kind === "matchKinds") {
      if (cx.matchKinds.has(m.name)) {
        throw cx.error("duplicate-name", `match kind '${m.name}' is already declared`, m.pos);
      }
      cx.matchKinds.add(m.name);
    } else {
      if (cx.errorIndex.has(m.name))
        throw cx.error("duplicate-name", `error '${m.name}' is already declared`, m.pos);
      cx.errorIndex.set(m.name, cx.errors.length);
      cx.errors.push(m.name);
    }
  }
}

function declareTypedef(cx: Context, s: STypedef): void {
  let type: Type;
  if (s.type.kind === "declared") {
    const { decl } = s.type;
    const made = decl.kind === "enum" ? declareEnum(cx, decl) : declareRecord(cx, decl as SRecord);
    if (!made) throw cx.error("bad-type", "a typedef cannot declare a generic type", s.pos);
    type = made;
  } else {
    type = resolveType(cx, s.type, cx.global);
  }
  if (s.kind === "newtype") {
    if (!["bit", "int", "bool", "newtype", "serEnum"].includes(type.kind)) {
      throw cx.error("bad-type", `'type' cannot be made of ${typeName(type)}`, s.type.pos);
    }
    const annotations = cx.annotations(s.annotations);
    type = { kind: "newtype", id: freshTypeId(), name: s.name, underlying: type, annotations };
  }
  cx.declare(cx.global, s.name, { kind: "type", type }, s.pos);
}

function declareExtern(cx: Context, s: SExtern): void {
  const scope = new Scope(cx.global);
  const methods: MethodDecl[] = [];
  const decl: ExternDecl = {
    kind: "extern",
    pos: s.pos,
    name: s.name,
    annotations: cx.annotations(s.annotations),
    typeParams: typeParams(cx, s.typeParams, scope),
    methods,
  };
  // Its methods may mention it.
  cx.declare(cx.global, s.name, { kind: "typeDecl", decl }, s.pos);
  cx.externs.push(decl);
  for (const m of s.methods) {
    const inner = new Scope(scope);
    const vars = typeParams(cx, m.typeParams, inner);
    methods.push({
      kind: "method",
      pos: m.pos,
      name: m.name,
      annotations: cx.annotations(m.annotations),
      isConstructor: m.isConstructor,
      isAbstract: m.isAbstract,
      typeParams: vars,
      params: checkParams(cx, m.params, inner, null),
      returnType: m.returnType ? resolveType(cx, m.returnType, inner) : VOID,
    });
  }
}

function declareExternFunction(cx: Context, s: SExternFunction): void {
  const inner = new Scope(cx.global);
  const decl: ExternFunctionDecl = {
    kind: "externFunction",
    pos: s.pos,
    name: s.name,
    annotations: cx.annotations(s.annotations),
    typeParams: typeParams(cx, s.typeParams, inner),
    params: checkParams(cx, s.params, inner, null),
    returnType: resolveType(cx, s.returnType, inner),
  };
  cx.externFunctions.push(decl);
  const before = cx.global.own(s.name);
  if (!before) cx.global.set(s.name, { kind: "functions", list: [decl] });
  else if (before.kind === "functions") before.list.push(decl);
  else throw cx.error("duplicate-name", `'${s.name}' is already declared`, s.pos);
}

function declarePackage(cx: Context, s: SPackage): void {
  const scope = new Scope(cx.global);
  const decl: Mutable<PackageDecl> = {
    kind: "package",
    pos: s.pos,
    name: s.name,
    annotations: cx.annotations(s.annotations),
    typeParams: typeParams(cx, s.typeParams, scope),
    ctorParams: [],
  };
  decl.ctorParams = checkParams(cx, s.params, scope, null);
  cx.declare(cx.global, s.name, { kind: "typeDecl", decl }, s.pos);
}
