/** Controls and tables (P4_16 14). */
import type {
  ActionChoice,
  ActionDecl,
  Arg,
  ControlDecl,
  Expr,
  InstanceDecl,
  Keyset,
  TableAction,
  TableDecl,
  TableEntryDecl,
  TableKey,
  VariableDecl,
} from "./ast.js";
import { bindArgs, checkValues, passAll } from "./check-args.js";
import { checkAs, checkExpr, constantNumber } from "./check-expressions.js";
import { checkAction, checkVariable } from "./check-functions.js";
import { checkInstance } from "./check-instances.js";
import { checkHead, checkKeysets } from "./check-parsers.js";
import { checkBlock, checkConst, isCompileTime } from "./check-statements.js";
import type { Body, Context, Mutable } from "./context.js";
import { keyName } from "./key-names.js";
import { describeSym, Scope } from "./scope.js";
import type { SActionRef, SControl, SEntry, SProperty, STable } from "./syntax.js";
import { BOOL, representation, typeName } from "./types.js";

export function checkControl(cx: Context, s: SControl): ControlDecl {
  const variables: VariableDecl[] = [];
  const instances: InstanceDecl[] = [];
  const actions: ActionDecl[] = [];
  const tables: TableDecl[] = [];
  const decl: Mutable<ControlDecl> = {
    kind: "control",
    pos: s.pos,
    name: s.name,
    annotations: cx.annotations(s.annotations),
    isType: s.body === null,
    typeParams: [],
    params: [],
    ctorParams: [],
    variables,
    instances,
    actions,
    tables,
    body: { kind: "block", pos: s.pos, statements: [], annotations: [] },
  };
  const head = checkHead(cx, s, decl);
  const { body } = s;
  if (!body) {
    cx.declare(cx.global, s.name, { kind: "typeDecl", decl }, s.pos);
    return decl;
  }
  const scope = new Scope(head);
  const code: Body = { kind: "control", returnType: null, instances, self: null, loops: 0 };
  cx.within(code, () => {
    for (const local of body.locals) {
      switch (local.kind) {
        case "variable":
          variables.push(checkVariable(cx, local, scope));
          break;
        case "const":
          checkConst(cx, local, scope);
          break;
        case "instance":
          checkInstance(cx, local, scope);
          break;
        case "action":
          actions.push(checkAction(cx, local, scope));
          break;
        case "table":
          tables.push(checkTable(cx, local, scope));
          break;
      }
    }
    decl.body = checkBlock(cx, body.apply, new Scope(scope));
  });
  cx.declare(cx.global, s.name, { kind: "typeDecl", decl }, s.pos);
  cx.controls.push(decl);
  return decl;
}

// ---- Tables ----

type Property<K> = Extract<SProperty, { kind: K }>;

function checkTable(cx: Context, s: STable, scope: Scope): TableDecl {
  const only = <K extends SProperty["kind"]>(kind: K): Property<K> | undefined => {
    const all = s.properties.filter((p) => p.kind === kind);
    if (all.length > 1)
      throw cx.error("duplicate-property", `table '${s.name}' has two '${kind}'`, all[1]!.pos);
    return all[0] as Property<K> | undefined;
  };
  const others = new Map<string, Property<"other">>();
  for (const p of s.properties) {
    if (p.kind !== "other") continue;
    if (others.has(p.name))
      throw cx.error("duplicate-property", `table '${s.name}' has two '${p.name}'`, p.pos);
    others.set(p.name, p);
  }
  const keys = (only("key")?.elements ?? []).map((k) => checkKey(cx, k, scope));
  const list = only("actions");
  if (!list) throw cx.error("no-actions", `table '${s.name}' has no list of actions`, s.pos);
  const actions: TableAction[] = [];
  for (const a of list.actions) {
    const action = checkTableAction(cx, a, scope);
    if (actions.some((b) => b.action === action.action)) {
      throw cx.error("duplicate-name", `action '${a.name}' is already in the list`, a.pos);
    }
    actions.push(action);
  }
  const entries = only("entries");
  const properties = new Map<string, Expr>();
  const decl: Mutable<TableDecl> = {
    kind: "table",
    pos: s.pos,
    name: s.name,
    annotations: cx.annotations(s.annotations),
    keys,
    actions,
    defaultAction: null,
    defaultActionConst: false,
    entries: [],
    entriesConst: entries?.isConst ?? false,
    largestPriorityWins: true,
    size: null,
    sizeExpr: null,
    properties,
  };
  let priorityDelta = 1n;
  for (const [name, p] of others) {
    switch (name) {
      case "default_action":
        decl.defaultAction = checkDefaultAction(cx, p, actions, scope);
        decl.defaultActionConst = p.isConst;
        break;
      case "size": {
        const value = checkExpr(cx, p.value, scope);
        if (value.kind !== "literal" && isCompileTime(value)) {
          decl.sizeExpr = value;
          break;
        }
        const size = constantNumber(cx, p.value, scope, "a table's size");
        if (size < 0) throw cx.error("bad-constant", "a table's size cannot be negative", p.value.pos);
        decl.size = size;
        break;
      }
      case "largest_priority_wins": {
        const value = checkAs(cx, p.value, scope, BOOL, "largest_priority_wins");
        decl.largestPriorityWins = value.kind === "literal" && value.value === true;
        break;
      }
      case "priority_delta":
        priorityDelta = BigInt(constantNumber(cx, p.value, scope, "priority_delta"));
        break;
      default:
        properties.set(name, checkExpr(cx, p.value, scope));
    }
  }
  if (entries) decl.entries = checkEntries(cx, entries, decl, priorityDelta, scope);
  cx.declare(scope, s.name, { kind: "table", decl }, s.pos);
  return decl;
}

function checkKey(cx: Context, s: Property<"key">["elements"][number], scope: Scope): TableKey {
  const expr = checkExpr(cx, s.expr, scope);
  if (!cx.matchKinds.has(s.matchKind)) {
    throw cx.error("unknown-match-kind", `match kind '${s.matchKind}' is not declared`, s.matchPos);
  }
  const t = representation(expr.type);
  if (!["bit", "int", "bool", "enum", "error", "varbit"].includes(t.kind)) {
    throw cx.error("bad-key", `a key cannot be of type ${typeName(expr.type)}`, s.pos);
  }
  const annotations = cx.annotations(s.annotations);
  const given = annotations.find((a) => a.name === "name")?.values[0];
  const name = typeof given === "string" ? given : keyName(s.expr, expr);
  return { pos: s.pos, expr, matchKind: s.matchKind, name, annotations };
}

function findAction(cx: Context, s: SActionRef, scope: Scope): ActionDecl {
  const sym = (s.global ? cx.global : scope).find(s.name);
  if (!sym) throw cx.error("unknown-name", `action '${s.name}' is not declared`, s.pos);
  if (sym.kind !== "action") {
    throw cx.error("not-an-action", `'${s.name}' is ${describeSym(sym)}, not an action`, s.pos);
  }
  return sym.decl;
}

/** In the list, an action is given its directed parameters. */
function checkTableAction(cx: Context, s: SActionRef, scope: Scope): TableAction {
  const action = findAction(cx, s, scope);
  const directed = action.params.filter((p) => p.direction !== "none");
  const given = s.args ?? [];
  const site = { pos: s.pos, args: given, typeArgs: null };
  if (typeof bindArgs(directed, given) === "string") {
    const count = directed.length;
    const message = `action '${s.name}' takes ${count} argument${count === 1 ? "" : "s"} in a table's list, not ${given.length}`;
    throw cx.error("wrong-arguments", message, s.pos);
  }
  const args = passAll(cx, directed, checkValues(cx, site, directed, s.name, scope));
  const has = (name: string) => s.annotations.some((a) => a.name === name);
  return {
    pos: s.pos,
    name: s.name,
    action,
    args,
    annotations: cx.annotations(s.annotations),
    defaultOnly: has("defaultonly"),
    tableOnly: has("tableonly"),
  };
}

/** An action of the list with its data. Directed parameters may be repeated; then they are as in the list. */
function choose(cx: Context, s: SActionRef, actions: readonly TableAction[], scope: Scope): ActionChoice {
  const decl = findAction(cx, s, scope);
  const action = actions.find((a) => a.action === decl);
  if (!action) {
    throw cx.error("not-in-table", `action '${s.name}' is not in the table's list of actions`, s.pos);
  }
  const data = decl.params.filter((p) => p.direction === "none");
  const given = s.args ?? [];
  const all = given.length === decl.params.length && given.length !== data.length;
  const params = all ? decl.params : data;
  const site = { pos: s.pos, args: given, typeArgs: null };
  let args: Arg[] = passAll(cx, params, checkValues(cx, site, params, s.name, scope));
  if (all) args = args.filter((a) => a.param.direction === "none");
  for (const { param, value } of args) {
    if (value && !isCompileTime(value)) {
      throw cx.error("not-compile-time", `argument '${param.name}' must be known at compile time`, value.pos);
    }
  }
  return { pos: s.pos, action, args };
}

function checkDefaultAction(
  cx: Context,
  p: Property<"other">,
  actions: readonly TableAction[],
  scope: Scope,
): ActionChoice {
  const { value } = p;
  const callee = value.kind === "call" ? value.callee : value;
  if (callee.kind !== "name") {
    throw cx.error("bad-default-action", "default_action must be an action of the table", value.pos);
  }
  const args = value.kind === "call" ? value.args : null;
  const ref: SActionRef = { pos: value.pos, name: callee.name, global: callee.global, args, annotations: [] };
  const choice = choose(cx, ref, actions, scope);
  if (choice.action.tableOnly) {
    throw cx.error("bad-default-action", `'${callee.name}' is @tableonly`, value.pos);
  }
  return choice;
}

function checkEntries(
  cx: Context,
  s: Property<"entries">,
  table: TableDecl,
  delta: bigint,
  scope: Scope,
): TableEntryDecl[] {
  const types = table.keys.map((k) => k.expr.type);
  if (types.length === 0) throw cx.error("bad-entry", "a table without a key has no entries", s.pos);
  const entries = s.entries.map((e): Mutable<TableEntryDecl> => {
    const keysets = checkKeysets(cx, e.keysets, types, scope, e.pos, false);
    keysets.forEach((k, i) => {
      requireMatchable(cx, k, table.keys[i]!, e.pos);
    });
    const choice = choose(cx, e.action, table.actions, scope);
    if (choice.action.defaultOnly) {
      throw cx.error("bad-entry", `'${e.action.name}' is @defaultonly`, e.action.pos);
    }
    return {
      pos: e.pos,
      keysets,
      choice,
      priority: checkPriority(cx, e, scope),
      isConst: s.isConst || e.isConst,
      annotations: cx.annotations(e.annotations),
    };
  });
  // Without priorities the order decides. Otherwise what is not written follows from the entry before (14.2.1.4).
  if (s.isConst && entries.every((e) => e.priority === null)) return entries;
  let next = table.largestPriorityWins ? BigInt(Math.max(0, entries.length - 1)) * delta + 1n : 1n;
  for (const e of entries) {
    if (e.priority === null) e.priority = next;
    next = table.largestPriorityWins ? e.priority - delta : e.priority + delta;
    if (next < 0n) next = 0n;
  }
  return entries;
}

/** Keysets of entries are constants of the kind the key's match kind knows. */
function requireMatchable(cx: Context, k: Keyset, key: TableKey, pos: number): void {
  const parts =
    k.kind === "value"
      ? [k.value]
      : k.kind === "mask"
        ? [k.value, k.mask]
        : k.kind === "range"
          ? [k.low, k.high]
          : [];
  for (const part of parts) {
    if (!isCompileTime(part)) {
      throw cx.error("not-compile-time", "the value to match must be known at compile time", part.pos);
    }
  }
  const bad = (message: string) => cx.error("bad-entry", message, parts[0]?.pos ?? pos);
  const { matchKind } = key;
  if (k.kind === "range" && matchKind !== "range")
    throw bad(`a range cannot be given to a key matched ${matchKind}`);
  if (k.kind !== "mask") return;
  if (matchKind === "exact" || matchKind === "optional" || matchKind === "range") {
    throw bad(`a mask cannot be given to a key matched ${matchKind}`);
  }
  if (matchKind === "lpm" && k.mask.kind === "literal" && typeof k.mask.value === "bigint") {
    const t = representation(key.expr.type);
    const width = t.kind === "bit" || t.kind === "int" ? t.width : 0;
    // The bits that do not matter are the low ones: all ones, when counted as a number.
    const free = BigInt.asUintN(width, ~k.mask.value);
    if ((free & (free + 1n)) !== 0n) throw bad("an lpm key's mask must be a prefix");
  }
}

function checkPriority(cx: Context, e: SEntry, scope: Scope): bigint | null {
  if (!e.priority) return null;
  const value = constantNumber(cx, e.priority, scope, "a priority");
  if (value < 0) throw cx.error("bad-constant", "a priority cannot be negative", e.priority.pos);
  return BigInt(value);
}
