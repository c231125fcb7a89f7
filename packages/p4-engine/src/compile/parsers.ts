/** Parsers: one function per instance, a loop over states; it returns false when it rejects. */
import type {
  Expr,
  Instance,
  Keyset,
  NextState,
  Param,
  ParserDecl,
  StateDecl,
  ValueSetDecl,
} from "../frontend/ast.js";
import { ValueSet } from "../runtime/value-set.js";
import { argumentNames, bindParams, boundKey, type Callable } from "./calls.js";
import { fieldsOf } from "./composites.js";
import { controlPlaneName } from "./controlplane.js";
import { parserError, value } from "./expressions.js";
import { type Binding, Fn, type Generator, Scope } from "./generator.js";
import { isSigned, scalarWidth, valueClass } from "./layout.js";
import { initialise, localPlace, perform, settle, statements } from "./statements.js";

export function compileParser(
  g: Generator,
  instance: Instance,
  bound: ReadonlyMap<Param, Binding>,
): Callable {
  const type = instance.type;
  if (type.kind !== "parser") throw new TypeError("not a parser");
  const decl = type.decl;
  const key = `parser ${g.id(instance)} ${boundKey(g, bound)}`;
  const known = g.callables.get(key);
  if (known) return known;

  const scope = new Scope();
  const given = new Map<Param, Binding>();
  for (const [param, binding] of bound) given.set(decl.params[param.index] ?? param, binding);
  const params = bindParams(g, scope, decl.params, given, true);
  for (const child of instance.children.values())
    if (child.type.kind === "extern") g.externs.object(g, child);
  const sets = new Map(decl.valueSets.map((v) => [v, valueSet(g, instance, v)]));

  const fn = new Fn(g, "parser", instance, scope);
  for (const line of g.externs.onBlock(g, instance, scope)) fn.line(line);
  for (const v of decl.variables) {
    const place = localPlace(fn, v, false);
    scope.bind(v, place);
    perform(fn, initialise(fn, v, place));
  }
  states(fn, decl, sets);
  const name = g.module.names.unique(instance.name);
  g.module.add(fn.text(name, argumentNames(params)));
  const callable: Callable = { name, params, returnPlace: null, exits: false, isParser: true };
  g.callables.set(key, callable);
  return callable;
}

function valueSet(g: Generator, instance: Instance, decl: ValueSetDecl): string {
  const scalar = valueClass(decl.type) !== "slots";
  const widths = scalar ? [scalarWidth(decl.type)] : fieldsOf(decl.type).map((f) => scalarWidth(f.type));
  const set = new ValueSet(controlPlaneName(instance.name, decl), decl.size, widths);
  g.valueSets.push(set);
  return g.module.constant(`set ${decl.name}`, set);
}

function states(fn: Fn, decl: ParserDecl, sets: ReadonlyMap<ValueSetDecl, string>): void {
  const numbers = new Map<StateDecl, number>(decl.states.map((s, i) => [s, i]));
  const go = (next: NextState): string => {
    if (next === "accept") return "return true;";
    if (next === "reject") return "return false;";
    return `st = ${numbers.get(next)}; continue states;`;
  };
  fn.line("let st = 0;");
  fn.line("states: for (;;) {");
  fn.line(
    `if (++steps > ${fn.g.options.loopLimit}) { R[2] = ${parserError(fn.g, "ParserTimeout")}; return false; }`,
  );
  fn.line("switch (st) {");
  for (const state of decl.states) {
    fn.line(`case ${numbers.get(state)}: { // ${state.name.replace(/[\r\n]/g, " ")}`);
    fn.block(() => {
      statements(fn, state.statements);
      const t = state.transition;
      if (t.kind === "direct") fn.line(go(t.next));
      else select(fn, t.keys, t.cases, sets, go);
    });
    fn.line("}");
  }
  fn.line("}");
  fn.line("}");
}

type Cases = readonly { readonly keysets: readonly Keyset[]; readonly next: NextState }[];

function select(
  fn: Fn,
  keys: readonly Expr[],
  cases: Cases,
  sets: ReadonlyMap<ValueSetDecl, string>,
  go: (next: NextState) => string,
): void {
  const names = keys.map((k) => {
    const name = fn.local("k");
    fn.line(`${name} = ${value(fn, k)};`);
    return name;
  });
  settle(fn);
  let total = false;
  if (names.length === 1 && cases.every((c) => simple(c.keysets[0]))) {
    fn.line(`switch (${names[0]}) {`);
    const seen = new Set<string>();
    for (const c of cases) {
      const set = c.keysets[0];
      if (total) break;
      if (set.kind === "any") {
        total = true;
        fn.line(`default: ${go(c.next)}`);
      } else if (set.kind === "value") {
        const label = value(fn, set.value);
        if (!seen.has(label)) fn.line(`case ${label}: ${go(c.next)}`);
        seen.add(label);
      }
    }
    fn.line("}");
  } else {
    for (const c of cases) {
      const tests = c.keysets.flatMap((set, i) => test(fn, set, keys, names, i, sets));
      if (tests.length === 0) {
        fn.line(go(c.next));
        total = true;
        break;
      }
      fn.line(`if (${tests.join(" && ")}) { ${go(c.next)} }`);
    }
  }
  if (!total) fn.line(`R[2] = ${parserError(fn.g, "NoMatch")}; return false;`);
}

const simple = (set: Keyset): boolean =>
  set.kind === "any" || (set.kind === "value" && set.value.kind === "literal");

/** Conditions, all of which must hold, that key `i` is in a keyset. */
function test(
  fn: Fn,
  set: Keyset,
  keys: readonly Expr[],
  names: readonly string[],
  i: number,
  sets: ReadonlyMap<ValueSetDecl, string>,
): string[] {
  const name = names[i];
  switch (set.kind) {
    case "any":
      return [];
    case "value":
      return [`${name} === ${value(fn, set.value)}`];
    case "mask": {
      const mask = value(fn, set.mask);
      return [`(${name} & ${mask}) === (${value(fn, set.value)} & ${mask})`];
    }
    case "range":
      return [`${name} >= ${value(fn, set.low)}`, `${name} <= ${value(fn, set.high)}`];
    default: {
      const given = set.spansKeys ? names : [name];
      const exprs = set.spansKeys ? keys : [keys[i]];
      const bits = given.map((n, k) => unsignedBig(n, exprs[k]));
      return [`${sets.get(set.valueSet)}.has([${bits.join(", ")}])`];
    }
  }
}

/** A key as value sets keep it: a non-negative bigint. */
function unsignedBig(name: string, key: Expr): string {
  const c = valueClass(key.type);
  if (c === "bool") return `(${name} ? 1n : 0n)`;
  const code = c === "big" ? name : `BigInt(${name})`;
  return isSigned(key.type) ? `BigInt.asUintN(${scalarWidth(key.type)}, ${code})` : code;
}
