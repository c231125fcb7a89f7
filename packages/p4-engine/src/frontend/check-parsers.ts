/** Parsers: states, transitions, select (P4_16 13). */
import type {
  ControlDecl,
  InstanceDecl,
  Keyset,
  NextState,
  ParserDecl,
  SelectCase,
  StateDecl,
  Transition,
  ValueSetDecl,
  VariableDecl,
} from "./ast.js";
import { checkAs, checkExpr, constantNumber } from "./check-expressions.js";
import { checkParams, checkVariable } from "./check-functions.js";
import { checkInstance } from "./check-instances.js";
import { checkConst, checkStatements } from "./check-statements.js";
import { resolveType } from "./check-types.js";
import { coerce, convert, fieldsOf } from "./coerce.js";
import type { Body, Context, Mutable } from "./context.js";
import { Scope } from "./scope.js";
import type { SControl, SExpr, SKeyset, SParser, SState, STransition } from "./syntax.js";
import { typeParams } from "./type-params.js";
import { representation, type Type, typeName } from "./types.js";

/** The part parsers and controls have in common. `decl` gets its parameters; the scope for the body is returned. */
export function checkHead(
  cx: Context,
  s: SParser | SControl,
  decl: Mutable<ParserDecl> | Mutable<ControlDecl>,
): Scope {
  const scope = new Scope(cx.global);
  decl.typeParams = typeParams(cx, s.typeParams, scope);
  if (s.body && decl.typeParams.length) {
    // The specification has generic types of parsers and controls only; some compilers begin to accept more.
    throw cx.unsupported(`${s.kind} '${s.name}' with type parameters`, s.typeParams[0]!.pos);
  }
  decl.params = checkParams(cx, s.params, scope, "param");
  if (s.body) decl.ctorParams = checkParams(cx, s.body.ctorParams, scope, "ctorParam");
  return scope;
}

export function checkParser(cx: Context, s: SParser): ParserDecl {
  const variables: VariableDecl[] = [];
  const instances: InstanceDecl[] = [];
  const valueSets: ValueSetDecl[] = [];
  const states: StateDecl[] = [];
  const decl: Mutable<ParserDecl> = {
    kind: "parser",
    pos: s.pos,
    name: s.name,
    annotations: cx.annotations(s.annotations),
    isType: s.body === null,
    typeParams: [],
    params: [],
    ctorParams: [],
    variables,
    instances,
    valueSets,
    states,
  };
  const head = checkHead(cx, s, decl);
  const { body } = s;
  if (!body) {
    cx.declare(cx.global, s.name, { kind: "typeDecl", decl }, s.pos);
    return decl;
  }
  const scope = new Scope(head);
  const code: Body = { kind: "parser", returnType: null, instances, self: null, loops: 0 };
  cx.within(code, () => {
    for (const local of body.locals) {
      if (local.kind === "variable") variables.push(checkVariable(cx, local, scope));
      else if (local.kind === "const") checkConst(cx, local, scope);
      else if (local.kind === "instance") checkInstance(cx, local, scope);
      else {
        const valueSet: ValueSetDecl = {
          kind: "valueSet",
          pos: local.pos,
          name: local.name,
          annotations: cx.annotations(local.annotations),
          type: resolveType(cx, local.type, scope),
          size: constantNumber(cx, local.size, scope, "a value set's size"),
        };
        valueSets.push(valueSet);
        cx.declare(scope, local.name, { kind: "valueSet", decl: valueSet }, local.pos);
      }
    }
    checkStates(cx, s, body.states, states, scope);
  });
  // Only now: a parser cannot contain itself.
  cx.declare(cx.global, s.name, { kind: "typeDecl", decl }, s.pos);
  cx.parsers.push(decl);
  return decl;
}

function checkStates(
  cx: Context,
  s: SParser,
  list: readonly SState[],
  states: StateDecl[],
  scope: Scope,
): void {
  // States may be used before they are declared.
  const byName = new Map<string, Mutable<StateDecl>>();
  for (const state of list) {
    if (byName.has(state.name) || state.name === "accept" || state.name === "reject") {
      throw cx.error("duplicate-name", `state '${state.name}' is already declared`, state.pos);
    }
    const decl: Mutable<StateDecl> = {
      kind: "state",
      pos: state.pos,
      name: state.name,
      annotations: cx.annotations(state.annotations),
      statements: [],
      transition: { kind: "direct", next: "reject" },
    };
    byName.set(state.name, decl);
  }
  if (!byName.has("start"))
    throw cx.error("no-start-state", `parser '${s.name}' has no state 'start'`, s.pos);
  const next = (name: string, pos: number): NextState => {
    if (name === "accept" || name === "reject") return name;
    const decl = byName.get(name);
    if (!decl) throw cx.error("unknown-state", `state '${name}' is not declared`, pos);
    return decl;
  };
  for (const state of list) {
    const inner = new Scope(scope);
    const decl = byName.get(state.name)!;
    decl.statements = checkStatements(cx, state.statements, inner);
    // Without a transition a state rejects (13.5).
    if (state.transition) decl.transition = checkTransition(cx, state.transition, inner, next);
  }
  states.push(byName.get("start")!);
  for (const decl of byName.values()) if (decl.name !== "start") states.push(decl);
}

function checkTransition(
  cx: Context,
  s: STransition,
  scope: Scope,
  next: (name: string, pos: number) => NextState,
): Transition {
  if (s.kind === "direct") return { kind: "direct", next: next(s.next, s.pos) };
  const keys = s.keys.map((k) => checkExpr(cx, k, scope));
  const cases: SelectCase[] = s.cases.map((c) => ({
    pos: c.pos,
    keysets: checkKeysets(
      cx,
      c.keysets,
      keys.map((k) => k.type),
      scope,
      c.pos,
      true,
    ),
    next: next(c.next, c.nextPos),
  }));
  // A constant key without a width takes that of the labels, where they have one.
  return { kind: "select", keys, cases };
}

/** One keyset per type; a single `_` or `default` stands for all. */
export function checkKeysets(
  cx: Context,
  list: readonly SKeyset[],
  types: readonly Type[],
  scope: Scope,
  pos: number,
  allowValueSets: boolean,
): Keyset[] {
  const first = list[0];
  if (list.length === 1 && first) {
    if (first.kind === "any") return types.map(() => ({ kind: "any" }));
    if (allowValueSets && first.kind === "value" && first.value.kind === "name") {
      const sym = scope.find(first.value.name);
      if (sym?.kind === "valueSet") return [valueSetKeyset(cx, sym.decl, types, first.pos)];
    }
    // `{a, b}` as a tuple of keysets.
    if (first.kind === "value" && first.value.kind === "list" && first.value.items.length === types.length) {
      const items = first.value.items.map((value): SKeyset => ({ kind: "value", pos: value.pos, value }));
      return checkKeysets(cx, items, types, scope, pos, allowValueSets);
    }
  }
  if (list.length !== types.length) {
    throw cx.error("wrong-key-count", `${list.length} values are given for ${types.length} keys`, pos);
  }
  return list.map((s, i) => checkKeyset(cx, s, types[i]!, scope, allowValueSets));
}

function valueSetKeyset(cx: Context, valueSet: ValueSetDecl, types: readonly Type[], pos: number): Keyset {
  if (types.length === 1 && representation(valueSet.type) === representation(types[0]!)) {
    return { kind: "valueSet", valueSet, spansKeys: false };
  }
  const leaves = leafTypes(valueSet.type);
  if (leaves.length === types.length && leaves.every((t, i) => t === representation(types[i]!))) {
    return { kind: "valueSet", valueSet, spansKeys: true };
  }
  const wanted = types.map(typeName).join(", ");
  throw cx.error("type-mismatch", `value set '${valueSet.name}' does not match keys of type ${wanted}`, pos);
}

/** The scalars of a struct, nested ones included, in order. */
function leafTypes(type: Type): Type[] {
  const fields = fieldsOf(type);
  return fields ? fields.flatMap((f) => leafTypes(f.type)) : [representation(type)];
}

function checkKeyset(cx: Context, s: SKeyset, type: Type, scope: Scope, allowValueSets: boolean): Keyset {
  // Masks and ranges are of the numbers that lie under enums.
  const number = () => {
    const t = representation(type);
    if (t.kind !== "bit" && t.kind !== "int" && t.kind !== "integer") {
      throw cx.error("type-mismatch", `a ${s.kind} does not apply to ${typeName(type)}`, s.pos);
    }
    return t;
  };
  switch (s.kind) {
    case "any":
      return { kind: "any" };
    case "mask": {
      const to = number();
      return { kind: "mask", value: asNumber(cx, s.value, scope, to), mask: asNumber(cx, s.mask, scope, to) };
    }
    case "range": {
      const to = number();
      return { kind: "range", low: asNumber(cx, s.low, scope, to), high: asNumber(cx, s.high, scope, to) };
    }
    case "value": {
      if (allowValueSets && s.value.kind === "name") {
        const sym = scope.find(s.value.name);
        if (sym?.kind === "valueSet") return valueSetKeyset(cx, sym.decl, [type], s.pos);
      }
      const value = checkExpr(cx, s.value, scope);
      const converted = convert(cx, value, type) ?? convert(cx, value, representation(type));
      return { kind: "value", value: converted ?? coerce(cx, value, type, "the value to match") };
    }
  }
}

function asNumber(cx: Context, s: SExpr, scope: Scope, to: Type) {
  const e = checkExpr(cx, s, scope);
  // An enum's member stands for its number.
  const t = representation(e.type);
  if (t === to && e.type !== to) return e.kind === "literal" ? { ...e, type: to } : checkAs(cx, s, scope, to);
  return coerce(cx, e, to, "the value to match");
}
