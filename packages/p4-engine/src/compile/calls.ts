/**
 * Calls of functions and actions, and application of sub-controls and sub-parsers, with copy-in and copy-out
 * (P4_16 specification 6.8). There is no recursion in P4, so whatever needs an address has one for good:
 * `in` scalars are passed as JavaScript arguments, everything else through the callee's own slots.
 */
import type {
  ActionDecl,
  Arg,
  CallExpr,
  Expr,
  FunctionDecl,
  Instance,
  Param,
  Pos,
  TableDecl,
} from "../frontend/ast.js";
import { representation, type Type } from "../frontend/types.js";
import { assign, clear, copy, scratch } from "./composites.js";
import { compileControl } from "./controls.js";
import { type Effects, type Located, sequence, value } from "./expressions.js";
import { type Binding, Fn, type Generator, Scope } from "./generator.js";
import { valueClass } from "./layout.js";
import { lvalue } from "./lvalues.js";
import { compileParser } from "./parsers.js";
import { loadCode, type Place, type SlotPlace, storeCode } from "./places.js";
import { settle, statement } from "./statements.js";

export interface CallableParam {
  readonly param: Param;
  /** As a JavaScript argument, in slots, or known when the callee is compiled (extern objects, packets). */
  readonly mode: "argument" | "slots" | "bound";
  readonly place: Place | null;
}

export interface Callable {
  readonly name: string;
  readonly params: readonly CallableParam[];
  /** Where a composite result is left. */
  readonly returnPlace: SlotPlace | null;
  /** Whether it can exit the control: its caller then looks at `xit`. */
  readonly exits: boolean;
  /** A parser: the code is false when it has rejected. */
  readonly isParser: boolean;
}

/** Chooses how each parameter is passed, and binds it in the callee's scope. */
export function bindParams(
  g: Generator,
  scope: Scope,
  params: readonly Param[],
  bound: ReadonlyMap<Param, Binding>,
  allInSlots: boolean,
): CallableParam[] {
  return params.map((param): CallableParam => {
    const known = bound.get(param);
    if (known) {
      scope.bind(param, known);
      return { param, mode: "bound", place: null };
    }
    const reads = param.direction === "in" || param.direction === "none";
    if (reads && !allInSlots && valueClass(param.type) !== "slots") {
      const place: Place = { kind: "value", js: g.module.names.unique(param.name), type: param.type };
      scope.bind(param, place);
      return { param, mode: "argument", place };
    }
    const place: Place = {
      kind: "slot",
      dyn: null,
      off: g.module.allocateType(param.type),
      type: param.type,
    };
    scope.bind(param, place);
    return { param, mode: "slots", place };
  });
}

/** JavaScript names of the parameters passed as arguments. */
export const argumentNames = (params: readonly CallableParam[]): string[] =>
  params.flatMap((p) => (p.mode === "argument" && p.place?.kind === "value" ? [p.place.js] : []));

/** Extern objects, packets and numbers without a width among the arguments, which the callee is compiled for. */
function objectBindings(fn: Fn, args: readonly Arg[]): Map<Param, Binding> {
  const bound = new Map<Param, Binding>();
  for (const { param, value: e } of args) {
    const { kind } = representation(param.type);
    if (e === null) continue;
    if (kind === "extern") bound.set(param, objectOf(fn, e));
    else if (kind === "integer") bound.set(param, { kind: "constant", value: integerOf(fn, e) });
  }
  return bound;
}

const INTEGER_OPERATORS: Readonly<Record<string, (a: bigint, b: bigint) => bigint | undefined>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => (b > 0n ? a / b : undefined),
  "%": (a, b) => (b > 0n ? a % b : undefined),
  "<<": (a, b) => (b >= 0n && b < 4096n ? a << b : undefined),
  ">>": (a, b) => (b >= 0n ? a >> b : undefined),
  "&": (a, b) => a & b,
  "|": (a, b) => a | b,
  "^": (a, b) => a ^ b,
};

/** The number that an expression of type `int` stands for. */
export function integerOf(fn: Fn, e: Expr): bigint {
  if (e.kind === "literal" && typeof e.value === "bigint") return e.value;
  if (e.kind === "param") {
    const binding = fn.scope.find(e.decl);
    if (binding?.kind === "constant") return binding.value;
  }
  if (e.kind === "ctorParam") {
    const arg = fn.instance?.args[e.decl.index];
    if (typeof arg === "bigint") return arg;
  }
  if (e.kind === "cast") return integerOf(fn, e.operand);
  if (e.kind === "unary" && e.op === "-") return -integerOf(fn, e.operand);
  if (e.kind === "binary") {
    const [a, b] = [integerOf(fn, e.left), integerOf(fn, e.right)];
    const result = INTEGER_OPERATORS[e.op]?.(a, b);
    if (result !== undefined) return result;
  }
  throw fn.g.unsupported(e.pos, "a number without a width that is not a constant here");
}

/** The extern object an expression denotes. */
export function objectOf(fn: Fn, e: Expr): Binding {
  switch (e.kind) {
    case "instance":
      return { kind: "object", instance: fn.resolve(e.decl, e.pos) };
    case "ctorParam": {
      const arg = fn.instance?.args[e.decl.index];
      if (arg && typeof arg === "object" && "kind" in arg && arg.kind === "instanceNode") {
        return { kind: "object", instance: arg };
      }
      break;
    }
    case "this":
      if (fn.instance) return { kind: "object", instance: fn.instance };
      break;
    case "param": {
      const binding = fn.scope.find(e.decl);
      if (binding?.kind === "object" || binding?.kind === "packet") return binding;
      break;
    }
    default:
  }
  throw fn.g.unsupported(e.pos, "this expression as an extern object");
}

function cached(g: Generator, key: string, make: () => Callable): Callable {
  let found = g.callables.get(key);
  if (!found) g.callables.set(key, (found = make()));
  return found;
}

export const boundKey = (g: Generator, bound: ReadonlyMap<Param, Binding>): string =>
  [...bound.values()]
    .map((b) => (b.kind === "object" ? g.id(b.instance) : b.kind === "constant" ? `=${b.value}` : b.kind))
    .join(",");

export function functionCallable(
  g: Generator,
  decl: FunctionDecl,
  bound: ReadonlyMap<Param, Binding> = new Map(),
  instance: Instance | null = null,
  outer: Scope | null = null,
): Callable {
  const key = `function ${g.id(decl)} ${boundKey(g, bound)} ${instance ? g.id(instance) : ""}`;
  return cached(g, key, () => {
    const scope = new Scope(outer);
    const params = bindParams(g, scope, decl.params, bound, false);
    const returnPlace: SlotPlace | null =
      valueClass(decl.returnType) === "slots"
        ? { kind: "slot", dyn: null, off: g.module.allocateType(decl.returnType), type: decl.returnType }
        : null;
    const fn = new Fn(g, "function", instance, scope, returnPlace);
    statement(fn, decl.body);
    if (valueClass(decl.returnType) === "big") fn.line("return 0n;");
    if (valueClass(decl.returnType) === "bool") fn.line("return false;");
    if (valueClass(decl.returnType) === "num") fn.line("return 0;");
    const name = g.module.names.unique(decl.name || "method");
    g.module.add(fn.text(name, argumentNames(params)));
    return { name, params, returnPlace, exits: false, isParser: false };
  });
}

/** An action as called from code; tables compile the actions they choose for themselves. */
export function actionCallable(
  fn: Fn,
  decl: ActionDecl,
  bound: ReadonlyMap<Param, Binding> = new Map(),
): Callable {
  const { g } = fn;
  const control = fn.instance ? g.controls.get(fn.instance) : undefined;
  const own = control?.decl.actions.includes(decl) ? control : undefined;
  const key = `action ${g.id(decl)} ${own ? g.id(own.instance) : ""} ${boundKey(g, bound)}`;
  return cached(g, key, () => {
    const scope = new Scope(own?.scope ?? null);
    const params = bindParams(g, scope, decl.params, bound, false);
    const body = new Fn(g, "action", own?.instance ?? null, scope);
    statement(body, decl.body);
    const name = g.module.names.unique(decl.name);
    g.module.add(body.text(name, argumentNames(params)));
    return { name, params, returnPlace: null, exits: body.exits, isParser: false };
  });
}

interface Invocation {
  readonly before: Effects;
  readonly call: string;
  readonly after: Effects;
}

/** Whether evaluating an expression does something besides yielding its value. */
function hasEffects(e: Expr): boolean {
  switch (e.kind) {
    case "call":
    case "tableApply":
      return true;
    case "member":
    case "stackElement":
    case "slice":
      return hasEffects(e.object);
    case "index":
      return hasEffects(e.object) || hasEffects(e.index);
    case "unary":
    case "cast":
      return hasEffects(e.operand);
    case "binary":
      return hasEffects(e.left) || hasEffects(e.right);
    case "ternary":
      return hasEffects(e.condition) || hasEffects(e.whenTrue) || hasEffects(e.whenFalse);
    case "aggregate":
      return e.fields.some(hasEffects);
    default:
      return false;
  }
}

/** Arguments are evaluated from left to right, then copied in; results are copied out from left to right. */
export function invoke(fn: Fn, callable: Callable, args: readonly Arg[]): Invocation {
  const evaluate: Effects = [];
  const copyIn: Effects = [];
  const after: Effects = [];
  const passed: string[] = [];
  const delicate = args.some((a) => a.value !== null && hasEffects(a.value));
  const keep = (code: string): string => {
    if (!delicate) return code;
    const t = fn.local("v");
    evaluate.push(`${t} = ${code}`);
    return t;
  };
  callable.params.forEach(({ param, mode, place }, i) => {
    const e = args[i]?.value ?? null;
    if (mode === "bound" || place === null) return;
    if (mode === "argument") {
      passed.push(e === null ? defaultCode(param.type) : keep(value(fn, e)));
      return;
    }
    const composite = valueClass(param.type) === "slots";
    if (param.direction === "in" || param.direction === "none") {
      if (e === null) copyIn.push(...clear(place as SlotPlace));
      else if (!composite) copyIn.push(storeCode(place, keep(value(fn, e))));
      else if (!delicate) copyIn.push(...assign(fn, place, e));
      else {
        const held = scratch(fn, param.type);
        evaluate.push(...assign(fn, held, e));
        copyIn.push(...copy(place as SlotPlace, held));
      }
      return;
    }
    if (e === null || e.kind === "dontCare") {
      copyIn.push(...clear(place as SlotPlace));
      return;
    }
    const target = lvalue(fn, e);
    evaluate.push(...target.effects);
    if (param.direction === "out") copyIn.push(...clear(place as SlotPlace));
    else if (!composite) copyIn.push(storeCode(place, keep(target.load())));
    else if (!delicate) copyIn.push(...copy(place as SlotPlace, target.place as SlotPlace));
    else {
      const held = scratch(fn, param.type);
      evaluate.push(...copy(held, target.place as SlotPlace));
      copyIn.push(...copy(place as SlotPlace, held));
    }
    if (composite) after.push(...assignFrom(fn, target.place as SlotPlace, place as SlotPlace));
    else after.push(...target.store(loadCode(place)));
  });
  return { before: [...evaluate, ...copyIn], call: `${callable.name}(${passed.join(", ")})`, after };
}

/** Copy-out of a composite: as an assignment, so that unions keep one valid member. */
function assignFrom(fn: Fn, to: SlotPlace, from: SlotPlace): Effects {
  const source: Param = {
    kind: "param",
    pos: 0,
    name: "",
    annotations: [],
    direction: "in",
    type: from.type,
    defaultValue: null,
    optional: false,
    index: 0,
  };
  const outer = fn.scope;
  fn.scope = new Scope(outer);
  fn.scope.bind(source, from);
  const effects = assign(fn, to, { kind: "param", pos: 0, type: from.type, decl: source });
  fn.scope = outer;
  return effects;
}

function defaultCode(type: Type): string {
  const c = valueClass(type);
  return c === "big" ? "0n" : c === "bool" ? "false" : "0";
}

/** What a call calls, compiled. Null for externs, which the architecture's library writes itself. */
function calleeOf(fn: Fn, call: CallExpr): Callable | null {
  const { target } = call;
  switch (target.kind) {
    case "function":
      return functionCallable(fn.g, target.function, objectBindings(fn, call.args));
    case "action":
      return actionCallable(fn, target.action, objectBindings(fn, call.args));
    case "apply": {
      const instance = appliedInstance(fn, target.instance);
      const bound = objectBindings(fn, call.args);
      if (instance.type.kind === "control") return compileControl(fn.g, instance, bound);
      if (instance.type.kind === "parser") return compileParser(fn.g, instance, bound);
      throw fn.g.unsupported(call.pos, `applying '${instance.name}'`);
    }
    default:
      return null;
  }
}

function appliedInstance(fn: Fn, e: Expr): Instance {
  const binding = objectOf(fn, e);
  if (binding.kind !== "object") throw fn.g.unsupported(e.pos, "applying this");
  return binding.instance;
}

/** A call for its value, a scalar. */
export function callValue(fn: Fn, call: CallExpr): string {
  const callee = calleeOf(fn, call);
  if (!callee) return fn.g.externs.call(fn, call);
  const { before, call: code, after } = invoke(fn, callee, call.args);
  if (callee.exits) fn.sawExit = true;
  if (after.length === 0) return sequence(before, code);
  const result = fn.local("r");
  return sequence([...before, `${result} = ${code}`, ...after], result);
}

/** A call for its value, a composite, which is moved where no other call can change it. */
export function callComposite(fn: Fn, call: CallExpr): Located<SlotPlace> {
  const callee = calleeOf(fn, call);
  const own = scratch(fn, call.type);
  if (!callee) return { effects: fn.g.externs.callInto(fn, call, own), place: own };
  const { before, call: code, after } = invoke(fn, callee, call.args);
  if (!callee.returnPlace) throw fn.g.unsupported(call.pos, "this call as a composite value");
  return { effects: [...before, code, ...copy(own, callee.returnPlace), ...after], place: own };
}

export function callStatement(fn: Fn, call: CallExpr): void {
  const callee = calleeOf(fn, call);
  if (!callee) {
    const composite = valueClass(call.type) === "slots";
    const effects = composite
      ? fn.g.externs.callInto(fn, call, scratch(fn, call.type))
      : [fn.g.externs.call(fn, call)];
    for (const effect of effects) fn.line(`${effect};`);
    settle(fn);
    return;
  }
  const { before, call: code, after } = invoke(fn, callee, call.args);
  for (const effect of before) fn.line(`${effect};`);
  settle(fn);
  if (callee.isParser) {
    // What a rejecting parser has written so far is seen, as on BMv2, where sub-parsers are inlined.
    const accepted = fn.local("ok");
    fn.line(`${accepted} = ${code};`);
    for (const effect of after) fn.line(`${effect};`);
    fn.line(`if (!${accepted}) return false;`);
    return;
  }
  fn.line(`${code};`);
  for (const effect of after) fn.line(`${effect};`);
  if (callee.exits) {
    fn.exits = true;
    fn.sawExit = true;
  }
  settle(fn);
}

/** Code that applies a table: 2 * (index of the action that ran) + (1 if an entry hit). */
export function tableApply(fn: Fn, decl: TableDecl, pos: Pos): string {
  const table = fn.g.tableOf(fn, decl, pos);
  if (table.exits) {
    fn.exits = true;
    fn.sawExit = true;
  }
  return `${table.apply}()`;
}
