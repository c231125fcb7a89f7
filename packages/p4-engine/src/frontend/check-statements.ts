/** Statements (P4_16 12). */
import type {
  ActionDecl,
  BinaryOp,
  BlockStatement,
  Expr,
  Statement,
  SwitchActionStatement,
  SwitchValueStatement,
  TableDecl,
  VariableDecl,
} from "./ast.js";
import { checkAs, checkExpr, isLvalue } from "./check-expressions.js";
import { checkVariable } from "./check-functions.js";
import { checkInstance } from "./check-instances.js";
import { binaryExpr } from "./check-operators.js";
import { resolveType } from "./check-types.js";
import { coerce, initialiserItems, literal } from "./coerce.js";
import type { Context } from "./context.js";
import { sameValue } from "./fold.js";
import { Scope } from "./scope.js";
import type { SBlock, SConst, SExpr, SStatement } from "./syntax.js";
import { BOOL, INTEGER, representation, type Type, typeName } from "./types.js";

/** A block in a scope made for it. */
export function checkBlock(cx: Context, s: SBlock, scope: Scope): BlockStatement {
  const statements = checkStatements(cx, s.statements, scope);
  return { kind: "block", pos: s.pos, statements, annotations: cx.annotations(s.annotations) };
}

export function checkStatements(cx: Context, list: readonly SStatement[], scope: Scope): Statement[] {
  const out: Statement[] = [];
  for (const s of list) {
    const statement = checkStatement(cx, s, scope);
    if (statement) out.push(statement);
  }
  return out;
}

/** null: the statement has no effect (empty, a constant's declaration, ...). */
function checkStatement(cx: Context, s: SStatement, scope: Scope): Statement | null {
  const { pos } = s;
  switch (s.kind) {
    case "empty":
      return null;
    case "block":
      return checkBlock(cx, s, new Scope(scope));
    case "assign":
      return assignment(cx, s, scope);
    case "call": {
      const call = checkExpr(cx, s.call, scope);
      if (call.kind === "call" || call.kind === "builtin" || call.kind === "tableApply") {
        return { kind: "call", pos, call };
      }
      if (call.kind === "construct") throw cx.error("bad-instance", "the instance has no name", pos);
      return null;
    }
    case "if":
      return ifStatement(cx, s, scope);
    case "switch":
      return switchStatement(cx, s, scope);
    case "return":
      return returnStatement(cx, s, scope);
    case "exit":
      if (cx.body.kind === "parser" || cx.body.kind === "function") {
        throw cx.error("bad-statement", `'exit' cannot be used in a ${cx.body.kind}`, pos);
      }
      return { kind: "exit", pos };
    case "break":
    case "continue":
      if (cx.body.loops === 0) throw cx.error("bad-statement", `'${s.kind}' outside a loop`, pos);
      return { kind: s.kind, pos };
    case "for": {
      const inner = new Scope(scope);
      const init = checkStatements(cx, s.init, inner);
      const condition = checkAs(cx, s.condition, inner, BOOL, "the condition");
      const update = checkStatements(cx, s.update, inner);
      return { kind: "for", pos, init, condition, update, body: loopBody(cx, s.body, inner) };
    }
    case "forIn":
      return forIn(cx, s, scope);
    case "decl":
      switch (s.decl.kind) {
        case "variable":
          return { kind: "variable", pos, decl: checkVariable(cx, s.decl, scope) };
        case "const":
          checkConst(cx, s.decl, scope);
          return null;
        case "instance":
          if (cx.body.kind !== "control") {
            throw cx.error(
              "bad-instance",
              `nothing can be instantiated in a ${cx.body.kind}'s statements`,
              pos,
            );
          }
          checkInstance(cx, s.decl, scope);
          return null;
      }
  }
}

/** `const T x = e;` A value that depends on constructor parameters is put in where the name is used. */
export function checkConst(cx: Context, s: SConst, scope: Scope): void {
  const type = resolveType(cx, s.type, scope);
  const value = checkAs(cx, s.value, scope, type, `the value of '${s.name}'`);
  if (value.kind === "literal") {
    cx.declare(scope, s.name, { kind: "const", type, value: value.value }, s.pos);
  } else if (isCompileTime(value)) {
    cx.declare(scope, s.name, { kind: "alias", expr: value }, s.pos);
  } else {
    throw cx.error("not-compile-time", `the value of '${s.name}' must be known at compile time`, s.value.pos);
  }
}

/** Known once constructor parameters are. */
export function isCompileTime(e: Expr): boolean {
  switch (e.kind) {
    case "literal":
    case "ctorParam":
    case "instance":
    case "construct":
      return true;
    case "member":
    case "slice":
      return isCompileTime(e.object);
    case "index":
      return isCompileTime(e.object) && isCompileTime(e.index);
    case "unary":
    case "cast":
      return isCompileTime(e.operand);
    case "binary":
      return isCompileTime(e.left) && isCompileTime(e.right);
    case "ternary":
      return isCompileTime(e.condition) && isCompileTime(e.whenTrue) && isCompileTime(e.whenFalse);
    case "aggregate":
      return e.fields.every(isCompileTime);
    default:
      return false;
  }
}

function assignment(cx: Context, s: Extract<SStatement, { kind: "assign" }>, scope: Scope): Statement {
  const { pos } = s;
  let target = checkExpr(cx, s.target, scope);
  if (!isLvalue(target) || target.kind === "dontCare") {
    throw cx.error("not-an-lvalue", "this cannot be assigned to", s.target.pos);
  }
  let value = checkExpr(cx, s.value, scope);
  if (!s.op) return { kind: "assign", pos, target, value: assigned(cx, value, target.type) };
  // The left side stands twice, but what it calls is called once.
  const before: Statement[] = [];
  target = holdIndices(target, before);
  value = assigned(cx, binaryExpr(cx, s.op as BinaryOp, target, value, pos), target.type);
  const statement: Statement = { kind: "assign", pos, target, value };
  if (before.length === 0) return statement;
  return { kind: "block", pos, statements: [...before, statement], annotations: [] };
}

const assigned = (cx: Context, value: Expr, type: Type) => coerce(cx, value, type, "the assigned value");

/** The lvalue with indices that contain calls replaced by variables, whose declarations go to `before`. */
function holdIndices(e: Expr, before: Statement[]): Expr {
  switch (e.kind) {
    case "member":
    case "slice":
    case "stackElement":
      return { ...e, object: holdIndices(e.object, before) };
    case "index": {
      const object = holdIndices(e.object, before);
      if (!containsCall(e.index)) return { ...e, object };
      const { pos, type } = e.index;
      const decl: VariableDecl = {
        kind: "variable",
        pos,
        name: "index",
        annotations: [],
        type,
        init: e.index,
      };
      before.push({ kind: "variable", pos, decl });
      return { ...e, object, index: { kind: "variable", pos, type, decl } };
    }
    default:
      return e;
  }
}

function containsCall(e: Expr): boolean {
  switch (e.kind) {
    case "call":
    case "tableApply":
      return true;
    case "member":
    case "slice":
    case "stackElement":
    case "builtin":
      return containsCall(e.object);
    case "index":
      return containsCall(e.object) || containsCall(e.index);
    case "unary":
    case "cast":
      return containsCall(e.operand);
    case "binary":
      return containsCall(e.left) || containsCall(e.right);
    case "ternary":
      return containsCall(e.condition) || containsCall(e.whenTrue) || containsCall(e.whenFalse);
    case "aggregate":
      return e.fields.some(containsCall);
    default:
      return false;
  }
}

function ifStatement(cx: Context, s: Extract<SStatement, { kind: "if" }>, scope: Scope): Statement {
  // A chain of `else if` is checked without recursion, then put together from its end.
  const heads: { pos: number; condition: Expr; whenTrue: Statement }[] = [];
  let rest: SStatement | null = s;
  while (rest?.kind === "if") {
    const condition = checkAs(cx, rest.condition, scope, BOOL, "the condition");
    heads.push({ pos: rest.pos, condition, whenTrue: branch(cx, rest.whenTrue, scope) });
    rest = rest.whenFalse;
  }
  let whenFalse: Statement | null = rest ? branch(cx, rest, scope) : null;
  for (let i = heads.length - 1; i >= 0; i--) whenFalse = { kind: "if", ...heads[i]!, whenFalse };
  return whenFalse!;
}

function branch(cx: Context, s: SStatement, scope: Scope): Statement {
  return (
    checkStatement(cx, s, new Scope(scope)) ?? { kind: "block", pos: s.pos, statements: [], annotations: [] }
  );
}

function returnStatement(cx: Context, s: Extract<SStatement, { kind: "return" }>, scope: Scope): Statement {
  const wanted: Type | null = cx.body.returnType;
  if (cx.body.kind === "parser")
    throw cx.error("bad-statement", "'return' cannot be used in a parser", s.pos);
  if (!s.value) {
    if (wanted && wanted.kind !== "void") {
      throw cx.error("type-mismatch", `a value of type ${typeName(wanted)} must be returned`, s.pos);
    }
    return { kind: "return", pos: s.pos, value: null };
  }
  if (!wanted || wanted.kind === "void") {
    throw cx.error("type-mismatch", "no value can be returned here", s.pos);
  }
  return { kind: "return", pos: s.pos, value: checkAs(cx, s.value, scope, wanted, "the returned value") };
}

// ---- Switch ----

function switchStatement(cx: Context, s: Extract<SStatement, { kind: "switch" }>, scope: Scope): Statement {
  s.cases.forEach((c, i) => {
    if (c.label === null && i < s.cases.length - 1) {
      throw cx.error("bad-switch", "'default' must be the last case", c.pos);
    }
  });
  const table = actionRunTable(cx, s.value, scope);
  return table ? switchAction(cx, s, table, scope) : switchValue(cx, s, scope);
}

/** The table of `t.apply().action_run`. */
function actionRunTable(cx: Context, s: SExpr, scope: Scope): TableDecl | null {
  if (s.kind !== "member" || s.name !== "action_run" || s.object.kind !== "call") return null;
  const call = checkExpr(cx, s.object, scope);
  return call.kind === "tableApply" ? call.table : null;
}

type Cases<L> = { labels: L[]; isDefault: boolean; body: BlockStatement }[];

/** Cases with the labels that fall through to them; labels after the last block do nothing. */
function collectCases<L>(
  cx: Context,
  s: Extract<SStatement, { kind: "switch" }>,
  scope: Scope,
  label: (e: SExpr) => L,
): Cases<L> {
  const cases: Cases<L> = [];
  let labels: L[] = [];
  let isDefault = false;
  for (const c of s.cases) {
    if (c.label) labels.push(label(c.label));
    else isDefault = true;
    if (!c.body) continue;
    cases.push({ labels, isDefault, body: checkBlock(cx, c.body, new Scope(scope)) });
    labels = [];
    isDefault = false;
  }
  if (labels.length || isDefault) {
    const body: BlockStatement = { kind: "block", pos: s.pos, statements: [], annotations: [] };
    cases.push({ labels, isDefault, body });
  }
  return cases;
}

function switchAction(
  cx: Context,
  s: Extract<SStatement, { kind: "switch" }>,
  table: TableDecl,
  scope: Scope,
): SwitchActionStatement {
  const seen = new Set<ActionDecl>();
  const cases = collectCases(cx, s, scope, (e): ActionDecl => {
    const name = e.kind === "name" ? e.name : null;
    const action = table.actions.find((a) => a.name === name)?.action;
    if (!action) {
      const what = name === null ? "this" : `'${name}'`;
      throw cx.error("bad-switch", `${what} is not an action of table '${table.name}'`, e.pos);
    }
    if (seen.has(action)) throw cx.error("bad-switch", `'${name}' is already a case`, e.pos);
    seen.add(action);
    return action;
  });
  return {
    kind: "switchAction",
    pos: s.pos,
    table,
    cases: cases.map(({ labels, isDefault, body }) => ({ actions: labels, isDefault, body })),
  };
}

function switchValue(
  cx: Context,
  s: Extract<SStatement, { kind: "switch" }>,
  scope: Scope,
): SwitchValueStatement {
  let value = checkExpr(cx, s.value, scope);
  const t = representation(value.type);
  if (!["bit", "int", "integer", "bool", "enum", "error"].includes(t.kind)) {
    throw cx.error("bad-switch", `a switch cannot be over ${typeName(value.type)}`, s.value.pos);
  }
  const cases = collectCases(cx, s, scope, (e) => {
    let label = checkExpr(cx, e, scope);
    // A switch over an integer constant: the labels may have a width where it has none.
    if (value.type.kind === "integer" && label.type.kind !== "integer") value = coerce(cx, value, label.type);
    label = coerce(cx, label, value.type, "the label");
    if (!isCompileTime(label)) {
      throw cx.error("not-compile-time", "a label must be known at compile time", e.pos);
    }
    return label;
  });
  const seen = new Map<unknown, Expr>();
  for (const c of cases) {
    for (const l of c.labels) {
      if (l.kind !== "literal") continue;
      const key = typeof l.value === "object" && "index" in l.value ? l.value.index : l.value;
      const before = seen.get(key);
      if (before?.kind === "literal" && sameValue(before.value, l.value)) {
        throw cx.error("bad-switch", "this value is already a case", l.pos);
      }
      seen.set(key, l);
    }
  }
  return { kind: "switchValue", pos: s.pos, value, cases };
}

// ---- Loops ----

function loopBody(cx: Context, s: SStatement, scope: Scope): Statement {
  cx.body.loops++;
  const body = branch(cx, s, scope);
  cx.body.loops--;
  return body;
}

function forIn(cx: Context, s: Extract<SStatement, { kind: "forIn" }>, scope: Scope): Statement {
  const inner = new Scope(scope);
  const type = resolveType(cx, s.type, scope);
  const decl: VariableDecl = {
    kind: "variable",
    pos: s.pos,
    name: s.name,
    annotations: [],
    type,
    init: null,
  };
  const low = checkExpr(cx, s.low, scope);
  const variable: Expr = { kind: "variable", pos: s.pos, type, decl };
  inner.set(s.name, { kind: "variable", decl });
  if (s.high) {
    const what = "the loop's bound";
    const range = { low: coerce(cx, low, type, what), high: checkAs(cx, s.high, scope, type, what) };
    return { kind: "forIn", pos: s.pos, variable, range, elements: null, body: loopBody(cx, s.body, inner) };
  }
  const elements = elementsOf(cx, low).map((e) => coerce(cx, e, type, "the element"));
  return { kind: "forIn", pos: s.pos, variable, range: null, elements, body: loopBody(cx, s.body, inner) };
}

function elementsOf(cx: Context, collection: Expr): readonly Expr[] {
  const items = initialiserItems(collection);
  if (items) return items;
  const t = representation(collection.type);
  const { pos } = collection;
  if (t.kind === "tuple") {
    return t.fields.map(
      (field) => ({ kind: "member", pos, type: field.type, object: collection, field }) as const,
    );
  }
  if (t.kind === "stack") {
    return Array.from({ length: t.size }, (_, i) => {
      const index = literal(pos, INTEGER, BigInt(i));
      return { kind: "index", pos, type: t.element, object: collection, index } as const;
    });
  }
  throw cx.error("type-mismatch", `${typeName(collection.type)} has no elements to loop over`, pos);
}
