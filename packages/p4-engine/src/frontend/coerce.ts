/** Conversions, implicit (P4_16 8.11.2) and explicit (8.11.1). */
import type { AggregateExpr, ConstValue, Expr, LiteralExpr, Pos } from "./ast.js";
import type { Context } from "./context.js";
import { FoldError, foldCast } from "./fold.js";
import { type Field, representation, type Type, typeName } from "./types.js";

export const literal = (pos: Pos, type: Type, value: ConstValue): LiteralExpr => ({
  kind: "literal",
  pos,
  type,
  value,
});

/** A literal aggregate when all fields are literals, an aggregate expression otherwise. */
export function aggregate(pos: Pos, type: Type, fields: readonly Expr[], fold = true): Expr {
  if (fold && fields.every((f) => f.kind === "literal")) {
    const values = fields.map((f) => (f as LiteralExpr).value);
    const e = literal(pos, type, { kind: "aggregate", type, fields: values });
    written.set(e, fields);
    return e;
  }
  return { kind: "aggregate", pos, type, fields };
}

/** The parts of folded initialisers, which have places of their own. */
const written = new WeakMap<Expr, readonly Expr[]>();

/** The expressions of an initialiser, whether it was folded or not; null when `e` is something else. */
export function initialiserItems(e: Expr): readonly Expr[] | null {
  if (e.kind === "aggregate") return e.fields;
  const parts = written.get(e);
  if (parts) return parts;
  if (e.kind === "literal" && typeof e.value === "object" && e.value.kind === "aggregate") {
    const types = fieldTypes(e.type, e.value.fields.length);
    return e.value.fields.map((value, i) => literal(e.pos, types[i]!, value));
  }
  return null;
}

export function fieldTypes(type: Type, count: number): Type[] {
  const t = representation(type);
  if (t.kind === "stack" || t.kind === "list") return new Array<Type>(count).fill(t.element);
  return fieldsOf(t)?.map((f) => f.type) ?? [];
}

export function fieldsOf(type: Type): readonly Field[] | null {
  const t = representation(type);
  return t.kind === "struct" || t.kind === "header" || t.kind === "union" || t.kind === "tuple"
    ? t.fields
    : null;
}

/** `e` as a value of type `to`. @throws P4Error type-mismatch; `what` begins the message ("the condition", ...). */
export function coerce(cx: Context, e: Expr, to: Type, what = "the expression"): Expr {
  if (e.type === to) return e;
  const converted = convert(cx, e, to);
  if (converted) return converted;
  const hint = instanceMismatch(e.type, to);
  throw cx.error(
    "type-mismatch",
    `${what} must be of type ${typeName(to)}, not ${typeName(e.type)}${hint ? `: ${hint}` : ""}`,
    e.pos,
  );
}

/** `coerce`, or null where there is no implicit conversion. */
export function convert(cx: Context, e: Expr, to: Type): Expr | null {
  const from = e.type;
  if (from === to) return e;
  if (to.kind === "unknown" || to.kind === "typeVar") return to.kind === "unknown" ? e : null;
  if (from.kind === "unknown") return special(cx, e, to);
  if (from.kind === "integer") {
    const t = representation(to);
    if ((t.kind === "bit" || t.kind === "int") && to.kind !== "serEnum") return cast(cx, e, to, true);
    return null;
  }
  if (from.kind === "serEnum") {
    if (from.underlying === to) return cast(cx, e, to, true);
    // A literal member also becomes a wider number, as its value would.
    return null;
  }
  // A number with a width is one without, when it is a constant.
  if (to.kind === "integer" && (from.kind === "bit" || from.kind === "int") && e.kind === "literal") {
    return cast(cx, e, to, true);
  }
  if (from.kind === "tuple" || cx.isAnonymous(from)) {
    if (e.kind === "ternary") {
      const whenTrue = convert(cx, e.whenTrue, to);
      const whenFalse = convert(cx, e.whenFalse, to);
      return whenTrue && whenFalse ? { ...e, type: to, whenTrue, whenFalse } : null;
    }
    const shaped = shape(cx, e, to);
    if (shaped) return shaped;
  }
  return fits(from, to) ? e : null;
}

/** Whether types agree where the second does not say "any" (`_`); parsers and controls by their interface. */
function fits(from: Type, to: Type): boolean {
  if (from === to || to.kind === "unknown") return true;
  if ((from.kind === "parser" || from.kind === "control") && from.kind === to.kind) {
    return instanceMismatch(from, to) === "";
  }
  if ((from.kind === "extern" || from.kind === "package") && from.kind === to.kind && from.decl === to.decl) {
    return from.args.every((a, i) => fits(a, to.args[i]!));
  }
  return false;
}

/** `...` and `{#}` as values of the type. */
function special(cx: Context, e: Expr, to: Type): Expr | null {
  if (e.kind === "dontCare") return { ...e, type: to };
  if (e.kind !== "literal") return null;
  const t = representation(to);
  const isInvalid = typeof e.value === "object" && e.value.kind === "invalid" && !cx.defaults.has(e);
  if (isInvalid && t.kind !== "header" && t.kind !== "union") return null;
  const value = isInvalid ? ({ kind: "invalid", type: to } as const) : defaultValue(cx, to);
  return value === null ? null : literal(e.pos, to, value);
}

/** The default of a type (P4_16 7.3): zero, false, NoError, first member, invalid. */
export function defaultValue(cx: Context, type: Type): ConstValue | null {
  const t = representation(type);
  switch (t.kind) {
    case "bit":
    case "int":
    case "integer":
      return 0n;
    case "bool":
      return false;
    case "string":
      return "";
    case "error":
      return { kind: "error", index: 0, name: cx.errors[0] ?? "NoError" };
    case "enum":
      return t.members.length ? { kind: "enum", type: t, index: 0, name: t.members[0]! } : null;
    case "header":
    case "union":
      return { kind: "invalid", type };
    case "struct":
    case "tuple":
    case "stack": {
      const types = t.kind === "stack" ? fieldTypes(t, t.size) : t.fields.map((f) => f.type);
      const fields: ConstValue[] = [];
      for (const of of types) {
        const value = defaultValue(cx, of);
        if (value === null) return null;
        fields.push(value);
      }
      return { kind: "aggregate", type, fields };
    }
    default:
      return null;
  }
}

/** An initialiser, or a whole tuple, given the shape of `to` field by field. */
function shape(cx: Context, e: Expr, to: Type): Expr | null {
  const t = to.kind === "newtype" ? representation(to) : to;
  const items = initialiserItems(e);
  const rest = cx.partial.has(e);
  if (!items) {
    // A tuple that is no initialiser: only where all fields agree.
    const a = fieldsOf(e.type);
    const b = fieldsOf(t);
    if (!a || !b || t.kind === "union" || a.length !== b.length) return null;
    if (!a.every((f, i) => f.type === b[i]!.type)) return null;
    return { kind: "cast", pos: e.pos, type: to, operand: e, implicit: true };
  }
  if (t.kind === "list") {
    const fields: Expr[] = [];
    for (const item of items) {
      const one = convert(cx, item, t.element);
      if (!one) return null;
      fields.push(one);
    }
    return { kind: "aggregate", pos: e.pos, type: to, fields } satisfies AggregateExpr;
  }
  let targets: { name: string; type: Type }[];
  if (t.kind === "stack") targets = fieldTypes(t, t.size).map((type, i) => ({ name: String(i), type }));
  else if (t.kind === "struct" || t.kind === "header" || t.kind === "tuple") targets = [...t.fields];
  else return null;
  const byName = cx.isAnonymous(e.type) ? e.type.fieldByName : null;
  const given = items.length;
  if (given > targets.length || (given < targets.length && !rest)) {
    const what = `the initialiser has ${given} values, but ${typeName(to)} has ${targets.length}`;
    throw cx.error("wrong-field-count", what, e.pos);
  }
  if (byName) {
    for (const name of byName.keys()) {
      if (!targets.some((f) => f.name === name)) {
        throw cx.error("unknown-field", `${typeName(to)} has no field '${name}'`, e.pos);
      }
    }
  }
  const fields = targets.map((target, i) => {
    const index = byName ? byName.get(target.name)?.index : i;
    const item = index === undefined ? undefined : items[index];
    if (item) return coerce(cx, item, target.type, `'${target.name}' of ${typeName(to)}`);
    if (!rest) throw cx.error("missing-field", `the initialiser gives no value to '${target.name}'`, e.pos);
    const value = defaultValue(cx, target.type);
    if (value === null) {
      throw cx.error(
        "no-default",
        `'${target.name}' of type ${typeName(target.type)} has no default value`,
        e.pos,
      );
    }
    return literal(e.pos, target.type, value);
  });
  return aggregate(e.pos, to, fields);
}

function instanceMismatch(from: Type, to: Type): string {
  if ((from.kind !== "parser" && from.kind !== "control") || from.kind !== to.kind) return "";
  const least = to.params.filter((p) => !p.defaultValue && !p.optional).length;
  if (from.params.length > to.params.length || from.params.length < least) {
    return `it has ${from.params.length} parameters instead of ${to.params.length}`;
  }
  for (let i = 0; i < from.params.length; i++) {
    const a = from.params[i]!;
    const b = to.params[i]!;
    if (a.direction !== b.direction) {
      const name = (d: string) => (d === "none" ? "without direction" : `'${d}'`);
      return `parameter '${a.name}' is ${name(a.direction)} instead of ${name(b.direction)}`;
    }
    if (!fits(a.type, b.type)) {
      return `parameter '${a.name}' is ${typeName(a.type)} instead of ${typeName(b.type)}`;
    }
  }
  return "";
}

/** A cast node, or the literal it makes of one. The types were found to allow it. */
export function cast(cx: Context, e: Expr, to: Type, implicit: boolean, pos = e.pos): Expr {
  if (e.type === to) return e;
  if (e.kind === "literal") {
    const { value } = e;
    try {
      return literal(pos, to, foldCast(value, to));
    } catch (problem) {
      if (problem instanceof FoldError) throw cx.error("bad-constant", problem.message, pos);
      throw problem;
    }
  }
  return { kind: "cast", pos, type: to, operand: e, implicit };
}

/** `(to) e` @throws P4Error bad-cast */
export function explicitCast(cx: Context, e: Expr, to: Type, pos: Pos): Expr {
  if (e.type === to) return e;
  const from = e.type;
  const a = representation(from);
  const b = representation(to);
  const numbers = ["bit", "int", "integer"];
  let legal = false;
  if (a === b) legal = true;
  else if (a.kind === "bit" && b.kind === "bit") legal = true;
  else if (a.kind === "int" && b.kind === "int") legal = true;
  else if ((a.kind === "bit" && b.kind === "int") || (a.kind === "int" && b.kind === "bit"))
    legal = a.width === b.width;
  else if (a.kind === "integer" && numbers.includes(b.kind)) legal = true;
  else if (b.kind === "integer" && numbers.includes(a.kind)) legal = e.kind === "literal";
  else if (a.kind === "bool" && b.kind === "bit") legal = b.width === 1;
  else if (b.kind === "bool" && a.kind === "bit") legal = a.width === 1;
  else if (b.kind === "bool" && a.kind === "integer") {
    legal = e.kind === "literal" && (e.value === 0n || e.value === 1n);
  }
  if (legal) return cast(cx, e, to, false, pos);
  if (b.kind === "integer" && numbers.includes(a.kind))
    throw cx.unsupported("a run-time value of type int", pos);
  const converted = convert(cx, e, to) ?? (to.kind === "newtype" ? convert(cx, e, b) : null);
  if (converted) return { ...converted, type: to } as Expr;
  throw cx.error("bad-cast", `cannot cast ${typeName(from)} to ${typeName(to)}`, pos);
}
