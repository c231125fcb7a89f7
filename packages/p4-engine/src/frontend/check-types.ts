/** Types: from syntax to canonical types, generic ones specialised (P4_16 7). */
import type { ControlDecl, ExternDecl, PackageDecl, ParserDecl, Pos } from "./ast.js";
import { constantNumber } from "./check-expressions.js";
import type { Context } from "./context.js";
import { MAX_WIDTH } from "./integers.js";
import { describeSym, Scope } from "./scope.js";
import type { SRecord, SType } from "./syntax.js";
import { bind, substituteParams } from "./type-params.js";
import {
  BOOL,
  bitType,
  ERROR,
  type Field,
  freshTypeId,
  INTEGER,
  intType,
  MATCH_KIND,
  type RecordType,
  representation,
  STRING,
  type Type,
  typeName,
  UNKNOWN,
  VOID,
  varbitType,
} from "./types.js";

/** Scalars in one value, at most: more is no packet and no metadata. */
const MAX_LEAVES = 1_000_000;

export function resolveType(cx: Context, s: SType, scope: Scope): Type {
  switch (s.kind) {
    case "base": {
      if (!s.width) return s.name === "bit" ? bitType(1) : INTEGER;
      const width = constantNumber(cx, s.width, scope, "a width");
      const least = s.name === "int" ? 1 : 0;
      if (width < least || width > MAX_WIDTH) {
        throw cx.error(
          "bad-width",
          `${s.name}<${width}> is outside ${least} to ${MAX_WIDTH} bits`,
          s.width.pos,
        );
      }
      return s.name === "bit" ? bitType(width) : s.name === "int" ? intType(width) : varbitType(width);
    }
    case "basic":
      switch (s.name) {
        case "bool":
          return BOOL;
        case "error":
          return ERROR;
        case "string":
          return STRING;
        case "match_kind":
          return MATCH_KIND;
        default:
          return VOID;
      }
    case "tuple":
      return checkSize(cx, cx.types.tuple(s.args.map((a) => resolveType(cx, a, scope))), s.pos);
    case "list":
      return cx.types.list(resolveType(cx, s.arg, scope));
    case "stack": {
      const element = resolveType(cx, s.element, scope);
      const size = constantNumber(cx, s.size, scope, "a stack's size");
      if (size < 0 || size > MAX_WIDTH) {
        throw cx.error("bad-stack-size", `a stack of ${size} elements is not possible`, s.size.pos);
      }
      if (element.kind === "extern") throw cx.unsupported("an array of extern instances", s.pos);
      return checkSize(cx, cx.types.stack(element, size), s.pos);
    }
    case "dontCare":
      return UNKNOWN;
    case "declared":
      throw cx.error("bad-type", "a type cannot be declared here", s.pos);
    case "named":
      return namedType(cx, s, scope);
  }
}

function namedType(cx: Context, s: Extract<SType, { kind: "named" }>, scope: Scope): Type {
  const sym = (s.global ? cx.global : scope).find(s.name);
  if (!sym) throw cx.error("unknown-type", `type '${s.name}' is not declared`, s.pos);
  const args = s.args?.map((a) => resolveType(cx, a, scope)) ?? null;
  const count = args?.length ?? 0;
  const wrongCount = (wanted: number) =>
    cx.error("type-arguments", `'${s.name}' takes ${wanted} type arguments, not ${count}`, s.pos);
  switch (sym.kind) {
    case "type":
      if (count) throw wrongCount(0);
      return sym.type;
    case "genericRecord":
      if (count !== sym.syntax.typeParams.length) throw wrongCount(sym.syntax.typeParams.length);
      return specialiseRecord(cx, sym, args!, s.pos);
    case "typeDecl": {
      const wanted = sym.decl.typeParams.length;
      // Without arguments they may be inferred, where an instance is made: see `instanceType`.
      if (args && count !== wanted) throw wrongCount(wanted);
      if (!args && wanted > 0) {
        throw cx.error("type-arguments", `'${s.name}' needs ${wanted} type arguments`, s.pos);
      }
      return declaredType(cx, sym.decl, args ?? []);
    }
    default:
      throw cx.error("not-a-type", `'${s.name}' is ${describeSym(sym)}, not a type`, s.pos);
  }
}

/** The type of an extern, parser, control or package with these type arguments. */
export function declaredType(
  cx: Context,
  decl: ExternDecl | ParserDecl | ControlDecl | PackageDecl,
  args: readonly Type[],
): Type {
  return cx.types.specialise<Type>(cx.idOf(decl), args, (id) => {
    switch (decl.kind) {
      case "extern":
        return { kind: "extern", id, decl, args };
      case "package":
        return { kind: "package", id, decl, args };
      case "parser":
        return {
          kind: "parser",
          id,
          decl,
          args,
          params: substituteParams(cx, decl.params, bind(decl.typeParams, args)),
        };
      case "control":
        return {
          kind: "control",
          id,
          decl,
          args,
          params: substituteParams(cx, decl.params, bind(decl.typeParams, args)),
        };
    }
  });
}

// ---- Records ----

export function makeRecord(
  cx: Context,
  s: SRecord,
  scope: Scope,
  name: string,
  id = freshTypeId(),
): RecordType {
  const fields: Field[] = [];
  const fieldByName = new Map<string, Field>();
  for (const f of s.fields) {
    if (fieldByName.has(f.name)) {
      throw cx.error("duplicate-name", `'${s.name}' has two fields named '${f.name}'`, f.pos);
    }
    const type = resolveType(cx, f.type, scope);
    checkField(cx, s, f.name, type, f.pos);
    const field: Field = {
      name: f.name,
      type,
      index: fields.length,
      annotations: cx.annotations(f.annotations),
    };
    fields.push(field);
    fieldByName.set(f.name, field);
  }
  const record: RecordType = {
    kind: s.kind,
    id,
    name,
    fields,
    fieldByName,
    annotations: cx.annotations(s.annotations),
  };
  checkSize(cx, record, s.pos);
  return record;
}

/** What may be a field (P4_16 7.2.12). */
function checkField(cx: Context, s: SRecord, field: string, type: Type, pos: Pos): void {
  const t = representation(type);
  const what = s.kind === "union" ? "header union" : s.kind;
  const bad = (why: string) =>
    cx.error("bad-field", `field '${field}' of ${what} '${s.name}' has type ${typeName(type)}: ${why}`, pos);
  if (t.kind === "typeVar") return;
  if (s.kind === "union") {
    if (t.kind !== "header") throw bad("it must be a header");
    return;
  }
  switch (t.kind) {
    case "bit":
    case "int":
    case "bool":
      return;
    case "struct":
      if (s.kind === "struct") return;
      for (const f of t.fields) checkField(cx, s, field, f.type, pos);
      return;
    case "varbit":
      return;
    case "enum":
    case "error":
    case "header":
    case "union":
    case "stack":
    case "tuple":
    case "string":
    case "list":
    case "extern":
      if (s.kind === "struct") return;
      if (t.kind === "stack") {
        checkField(cx, s, field, t.element, pos);
        return;
      }
      throw bad("a header cannot contain it");
    default:
      if (s.kind === "struct" && (t.kind === "parser" || t.kind === "control" || t.kind === "integer"))
        return;
      throw bad("it cannot be a field");
  }
}

export function specialiseRecord(
  cx: Context,
  sym: { syntax: SRecord; scope: Scope; owner: number },
  args: readonly Type[],
  pos: Pos,
): Type {
  return cx.types.specialise<Type>(sym.owner, args, (id) => {
    const inner = new Scope(sym.scope);
    sym.syntax.typeParams.forEach((p, i) => {
      inner.set(p.name, { kind: "type", type: args[i]! });
    });
    const name = `${sym.syntax.name}<${args.map(typeName).join(", ")}>`;
    if (name.length > 10_000)
      throw cx.error("type-too-large", `type '${sym.syntax.name}<...>' is too large`, pos);
    const record = makeRecord(cx, sym.syntax, inner, name, id);
    cx.origins.set(record, { owner: sym.owner, args });
    cx.generics.set(sym.owner, sym);
    return record;
  });
}

/** Refuses types whose values would not fit memory. */
function checkSize<T extends Type>(cx: Context, type: T, pos: Pos): T {
  if (leafCount(cx, type) > MAX_LEAVES) {
    throw cx.error("type-too-large", `a value of this type has more than ${MAX_LEAVES} fields`, pos);
  }
  return type;
}

function leafCount(cx: Context, type: Type): number {
  const t = representation(type);
  const known = cx.leaves.get(t);
  if (known !== undefined) return known;
  let count = 1;
  if (t.kind === "stack") count = t.size * leafCount(cx, t.element);
  else if (t.kind === "header" || t.kind === "struct" || t.kind === "union" || t.kind === "tuple") {
    for (const f of t.fields) count += leafCount(cx, f.type);
  }
  cx.leaves.set(t, count);
  return count;
}
