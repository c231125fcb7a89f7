/** Tables: the run-time object, filled with the program's own entries, and the function that applies it. */

import type { MatchKey } from "../api.js";
import type {
  ActionDecl,
  Arg,
  ConstValue,
  Expr,
  Keyset,
  Param,
  TableAction,
  TableDecl,
  TableKey,
} from "../frontend/ast.js";
import { createTable, entryPriorities } from "../tables/index.js";
import type { ActionShape, KeyField, MatchTable } from "../tables/table.js";
import { actionCallable, integerOf, invoke } from "./calls.js";
import { controlPlaneName } from "./controlplane.js";
import { value } from "./expressions.js";
import type { TableProperties } from "./externs.js";
import { type CompiledControl, type CompiledTable, Fn, type Generator, Scope } from "./generator.js";
import { isSigned, scalarWidth, valueClass } from "./layout.js";
import { normalise } from "./numeric.js";
import { perform, statement } from "./statements.js";

/** The size of a table that states none; p4c's default too. */
const DEFAULT_SIZE = 1024;
const MOST_ENTRIES = 2 ** 30;
const MATCH_KINDS = new Set(["exact", "ternary", "lpm", "range", "optional"]);

export function compileTable(g: Generator, control: CompiledControl, decl: TableDecl): CompiledTable {
  const name = controlPlaneName(control.instance.name, decl);
  const matched = decl.keys.filter((k) => k.matchKind !== "selector");
  const actions = decl.actions.map((a): ActionShape => actionShape(control, a));
  const properties = g.externs.tableProperties(g, control, decl, actions);
  const fn = new Fn(g, "action", control.instance, new Scope(control.scope));
  const table = createTable({
    name,
    keys: matched.map((k) => keyField(g, k)),
    actions:
      decl.defaultAction || noActionOf(decl) >= 0
        ? actions
        : [...actions, { name: "NoAction", params: [], scope: "default-only" }],
    size: Math.max(tableSize(fn, decl), decl.entries.length),
    profile: properties.profile,
  });
  const t = g.module.constant(`table ${decl.name}`, table);
  properties.onCreated?.(table, t);
  fill(g, control, decl, table);

  const apply = g.module.names.unique(name);
  const exits = writeApply(fn, control, decl, table, t, properties, g.tables.length);
  g.module.add(fn.text(apply, []));
  const actionIndex = new Map(decl.actions.map((a, i): [ActionDecl, number] => [a.action, i]));
  const compiled: CompiledTable = { decl, name, table, apply, exits, actionIndex };
  control.tables.set(decl, compiled);
  g.tables.push(compiled);
  return compiled;
}

/** Index of core.p4's NoAction among a table's actions, or -1. */
const noActionOf = (decl: TableDecl): number => decl.actions.findIndex((a) => a.action.name === "NoAction");

function tableSize(fn: Fn, decl: TableDecl): number {
  const size = decl.sizeExpr ? integerOf(fn, decl.sizeExpr) : BigInt(decl.size ?? DEFAULT_SIZE);
  if (size < 0n || size > BigInt(MOST_ENTRIES)) {
    throw fn.g.error(
      decl.pos,
      "table-size",
      `the size of table '${decl.name}' is not between 0 and ${MOST_ENTRIES}`,
    );
  }
  return Number(size);
}

function keyField(g: Generator, key: TableKey): KeyField {
  if (!MATCH_KINDS.has(key.matchKind)) throw g.unsupported(key.pos, `match kind '${key.matchKind}'`);
  const c = valueClass(key.expr.type);
  if (c === "slots" || c === "none")
    throw g.unsupported(key.pos, "a table key that is no number, bool, enum or error");
  return { name: key.name, kind: key.matchKind as KeyField["kind"], widthBits: scalarWidth(key.expr.type) };
}

function actionShape(control: CompiledControl, a: TableAction): ActionShape {
  const own = control.decl.actions.includes(a.action);
  const shape: ActionShape = {
    name: controlPlaneName(own ? control.instance.name : "", a.action),
    params: a.action.params
      .filter((p) => p.direction === "none")
      .map((p) => ({ name: p.name, widthBits: scalarWidth(p.type) })),
  };
  if (a.defaultOnly) shape.scope = "default-only";
  else if (a.tableOnly) shape.scope = "table-only";
  return shape;
}

// ---- The function that applies the table -------------------------------------------------------------------

function writeApply(
  fn: Fn,
  control: CompiledControl,
  decl: TableDecl,
  table: MatchTable,
  t: string,
  properties: TableProperties,
  index: number,
): boolean {
  const { g } = fn;
  const keys = decl.keys.filter((k) => k.matchKind !== "selector").map((k) => value(fn, k.expr));
  fn.line(`const s = ${t}.lookup(${keys.join(", ")});`);
  fn.line(`if (observer !== null) observer(${index}, s);`);
  for (const line of properties.onLookup?.(t) ?? []) fn.line(line);
  const profile = table.shape.profile;
  const source = profile ?? table;
  if (profile) {
    const selectors = decl.keys.filter((k) => k.matchKind === "selector");
    const hash = properties.selectorHash?.(fn, selectors) ?? "0";
    const p = g.module.constant(`profile ${profile.name}`, profile);
    fn.line(`const m = ${p}.resolve(${t}.data[s * ${table.stride}], ${hash});`);
  } else fn.line("const m = s;");
  const holder = g.module.constant(decl.name, source);
  fn.line(`const a = ${holder}.action[m], d = ${holder}.data, o = m * ${source.stride};`);
  fn.line("switch (a) {");
  let exits = false;
  decl.actions.forEach((action, i) => {
    const words = source.paramOffsets[i];
    const code = fn.capture(() => {
      exits = runAction(fn, control, action, words) || exits;
    });
    fn.line(`case ${i}: {`);
    for (const line of code) fn.line(line);
    fn.line("break; }");
  });
  fn.line("}");
  fn.line("return a << 1 | (s === 0 ? 0 : 1);");
  return exits;
}

/** Writes the call of an action with its data; whether it can exit. */
function runAction(fn: Fn, control: CompiledControl, choice: TableAction, words: readonly number[]): boolean {
  const { g } = fn;
  const { action } = choice;
  if (action.body.statements.length === 0) return false;
  const data = action.params.filter((p) => p.direction === "none");
  const scope = new Scope(fn.scope);
  data.forEach((p, i) => {
    scope.bind(p, { kind: "value", js: dataCode(p, words[i]), type: p.type });
  });
  if (data.length === action.params.length) {
    // The usual case: all parameters are action data, which the action reads where they are.
    const own = control.decl.actions.includes(action);
    const body = new Fn(g, "action", own ? control.instance : null, scope);
    statement(body, action.body);
    const name = g.module.addShared(action.name, (n) => body.text(n, ["d", "o"]));
    fn.line(`${name}(d, o);`);
    return body.exits;
  }
  const callable = actionCallable(fn, action);
  const args = action.params.map((param): Arg => {
    const given = choice.args.find((a) => a.param.index === param.index || a.param.name === param.name);
    if (param.direction !== "none" && given) return given;
    const e: Expr = { kind: "param", pos: choice.pos, type: param.type, decl: param };
    return { param, value: e };
  });
  const outer = fn.scope;
  fn.scope = scope;
  const { before, call, after } = invoke(fn, callable, args);
  fn.scope = outer;
  perform(fn, [...before, call, ...after]);
  return callable.exits;
}

/** A parameter as it stands in action data: `d` from word `o` on. */
function dataCode(p: Param, word: number): string {
  const at = (i: number) => `d[o + ${word + i}]`;
  const width = scalarWidth(p.type);
  switch (valueClass(p.type)) {
    case "bool":
      return `(${at(0)} !== 0)`;
    case "num":
      return isSigned(p.type) ? normalise(at(0), width, true) : at(0);
    default: {
      const n = Math.ceil(width / 32);
      const code = n === 2 ? `(BigInt(${at(1)}) << 32n | BigInt(${at(0)}))` : `ldw(d, o + ${word}, ${n})`;
      return isSigned(p.type) ? `BigInt.asIntN(${width}, ${code})` : code;
    }
  }
}

// ---- Entries of the program's text -------------------------------------------------------------------------

function fill(g: Generator, control: CompiledControl, decl: TableDecl, table: MatchTable): void {
  const fn = new Fn(g, "control", control.instance, control.scope);
  const indexOf = (a: TableAction) => decl.actions.findIndex((x) => x.action === a.action);
  const argsOf = (args: readonly Arg[]) =>
    args
      .filter((a) => a.param.direction === "none" && a.value)
      .map((a) => bitsOf(g, fn, a.value as Expr, scalarWidth(a.param.type)));
  // Without a default action, a miss does what NoAction does, and runs it where the table has it.
  const { defaultAction } = decl;
  const none = noActionOf(decl);
  if (defaultAction) table.setDefault(indexOf(defaultAction.action), argsOf(defaultAction.args));
  else if (none >= 0) table.setDefault(none, []);
  else if (!table.shape.profile) table.setDefault(decl.actions.length, []);
  table.frozenDefault = decl.defaultActionConst;

  const priorities = entryPriorities(
    decl.entries.map((e) => (e.priority === null ? undefined : Number(e.priority))),
    {
      largestWins: decl.largestPriorityWins,
      annotated: decl.entries.map((e) => {
        const value = e.annotations.find((a) => a.name === "priority")?.values[0];
        return typeof value === "bigint" ? Number(value) : undefined;
      }),
    },
  );
  const matched = decl.keys.filter((k) => k.matchKind !== "selector");
  decl.entries.forEach((entry, i) => {
    const key = entry.keysets.map((set, k) => matchKey(g, fn, matched[k], set));
    const { action, args } = entry.choice;
    try {
      table.insert(key, indexOf(action), argsOf(args), priorities[i]);
    } catch (e) {
      throw e instanceof Error && "code" in e ? g.error(entry.pos, String(e.code), e.message) : e;
    }
  });
  table.frozen = decl.entriesConst;
}

/** The constant an expression is, as the control plane gives it: non-negative. */
function bitsOf(g: Generator, fn: Fn, e: Expr, width: number): bigint {
  let v: ConstValue | undefined;
  if (e.kind === "literal") v = e.value;
  else if (e.kind === "ctorParam") v = fn.instance?.args[e.decl.index] as ConstValue;
  if (typeof v === "bigint") return BigInt.asUintN(width, v);
  if (typeof v === "boolean") return v ? 1n : 0n;
  if (typeof v === "object" && v !== null && (v.kind === "enum" || v.kind === "error"))
    return BigInt(v.index);
  throw g.unsupported(e.pos, "a value that is not a constant in an entry");
}

function matchKey(g: Generator, fn: Fn, key: TableKey, set: Keyset): MatchKey {
  const width = scalarWidth(key.expr.type);
  const all = (1n << BigInt(width)) - 1n;
  const kind = key.matchKind;
  const v = set.kind === "value" || set.kind === "mask" ? bitsOf(g, fn, set.value, width) : 0n;
  const mask = set.kind === "mask" ? bitsOf(g, fn, set.mask, width) : set.kind === "any" ? 0n : all;
  if (set.kind === "valueSet") throw g.unsupported(key.pos, "a value set in an entry");
  switch (kind) {
    case "exact":
      if (set.kind === "value") return { kind, value: v };
      break;
    case "optional":
      if (set.kind === "any") return { kind, value: null };
      if (set.kind === "value") return { kind, value: v };
      break;
    case "ternary":
      if (set.kind !== "range") return { kind, value: v & mask, mask };
      break;
    case "lpm": {
      const ones = mask.toString(2).padStart(width, "0");
      if (set.kind !== "range" && !ones.includes("01")) {
        return { kind, value: v & mask, prefixLength: mask === 0n ? 0 : ones.lastIndexOf("1") + 1 };
      }
      break;
    }
    case "range":
      if (set.kind === "any") return { kind, low: 0n, high: all };
      if (set.kind === "value") return { kind, low: v, high: v };
      if (set.kind === "range") {
        return { kind, low: bitsOf(g, fn, set.low, width), high: bitsOf(g, fn, set.high, width) };
      }
      break;
    default:
  }
  throw g.error(key.pos, "keyset-kind", `a ${set.kind} does not fit the ${kind} key '${key.name}'`);
}
