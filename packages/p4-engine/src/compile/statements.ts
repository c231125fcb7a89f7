/** Statements, written into the function. */
import type { Expr, ForInStatement, ForStatement, Statement, VariableDecl } from "../frontend/ast.js";
import { representation } from "../frontend/types.js";
import { callStatement, tableApply } from "./calls.js";
import { assign as assignTo, clear, scratch } from "./composites.js";
import { bool, builtinCall, type Effects, value } from "./expressions.js";
import type { Fn } from "./generator.js";
import { valueClass } from "./layout.js";
import { assignment, lvalue } from "./lvalues.js";
import type { Place } from "./places.js";

/** Writes effects as statements, and after them what must follow when they can exit or fail. */
export function perform(fn: Fn, effects: Effects): void {
  for (const effect of effects) fn.line(`${effect};`);
  settle(fn);
}

/** Ends the function where the code just written has exited the control or failed the parser. */
export function settle(fn: Fn): void {
  if (fn.sawExit) fn.line("if (xit) return;");
  if (fn.sawParserError && fn.role === "parser") fn.line("if (R[2] !== 0) return false;");
  fn.sawExit = false;
  fn.sawParserError = false;
}

export function statements(fn: Fn, list: readonly Statement[]): void {
  for (const s of list) statement(fn, s);
}

export function statement(fn: Fn, s: Statement): void {
  switch (s.kind) {
    case "block":
      fn.block(() => statements(fn, s.statements));
      return;
    case "assign":
      assign(fn, s.target, s.value);
      return;
    case "variable":
      perform(fn, declare(fn, s.decl));
      return;
    case "call":
      if (s.call.kind === "call") callStatement(fn, s.call);
      else if (s.call.kind === "builtin") perform(fn, [builtinCall(fn, s.call)]);
      else perform(fn, [tableApply(fn, s.call.table, s.call.pos)]);
      return;
    case "if": {
      const condition = settled(fn, bool(fn, s.condition));
      fn.line(`if (${condition}) {`);
      statement(fn, s.whenTrue);
      if (s.whenFalse) {
        fn.line("} else {");
        statement(fn, s.whenFalse);
      }
      fn.line("}");
      return;
    }
    case "switchAction": {
      const applied = settled(fn, tableApply(fn, s.table, s.pos));
      const actions = fn.g.actionIndices(fn, s.table, s.pos);
      fn.line(`switch (${applied} >> 1) {`);
      for (const c of s.cases) {
        const labels = c.actions.map((a) => `case ${actions.get(a)}:`);
        fn.line([...labels, ...(c.isDefault ? ["default:"] : []), "{"].join(" "));
        statement(fn, c.body);
        fn.line("break; }");
      }
      fn.line("}");
      return;
    }
    case "switchValue": {
      const scrutinee = settled(fn, value(fn, s.value));
      fn.line(`switch (${scrutinee}) {`);
      for (const c of s.cases) {
        const labels = c.labels.map((label) => `case ${value(fn, label)}:`);
        fn.line([...labels, ...(c.isDefault ? ["default:"] : []), "{"].join(" "));
        statement(fn, c.body);
        fn.line("break; }");
      }
      fn.line("}");
      return;
    }
    case "return":
      if (s.value && fn.returnPlace) {
        perform(fn, assignTo(fn, fn.returnPlace, s.value));
        fn.line("return;");
      } else fn.line(s.value ? `return ${value(fn, s.value)};` : "return;");
      return;
    case "exit":
      fn.exits = true;
      fn.line("xit = true; return;");
      return;
    case "for":
      forLoop(fn, s);
      return;
    case "forIn":
      forIn(fn, s);
      return;
    case "break":
    case "continue": {
      const loop = fn.loops.at(-1);
      if (!loop) throw fn.g.error(s.pos, "misplaced-break", `'${s.kind}' stands in no loop`);
      fn.line(`break ${s.kind === "break" ? loop.breakLabel : loop.continueLabel};`);
      return;
    }
  }
}

/** `target = e;`. Where evaluating e can exit the control, nothing is stored before that is known. */
function assign(fn: Fn, target: Expr, e: Expr): void {
  const effects = assignment(fn, target, e);
  if (!fn.sawExit || valueClass(e.type) === "slots") {
    perform(fn, effects);
    return;
  }
  const to = lvalue(fn, target);
  for (const effect of to.effects) fn.line(`${effect};`);
  perform(fn, to.store(settled(fn, value(fn, e))));
}

/** The code of a condition, in a variable where something has to be checked before it is used. */
function settled(fn: Fn, code: string): string {
  if (!fn.sawExit && !fn.sawParserError) return code;
  const t = fn.local("c");
  fn.line(`${t} = ${code};`);
  settle(fn);
  return t;
}

/** Binds a local variable; the effects initialise it, with zero where the program does not. */
export function declare(fn: Fn, decl: VariableDecl, inSlots = false): Effects {
  const place = localPlace(fn, decl, inSlots);
  const effects = initialise(fn, decl, place);
  fn.scope.bind(decl, place);
  return effects;
}

export function localPlace(fn: Fn, decl: VariableDecl, inSlots: boolean): Place {
  if (inSlots || valueClass(decl.type) === "slots") return scratch(fn, decl.type);
  return { kind: "var", name: fn.local(decl.name), type: decl.type };
}

export function initialise(fn: Fn, decl: VariableDecl, place: Place): Effects {
  if (decl.init) return assignTo(fn, place, decl.init);
  if (place.kind === "slot") return clear(place);
  return place.kind === "var" ? [`${place.name} = ${zero(decl)}`] : [];
}

function zero(decl: VariableDecl): string {
  const c = valueClass(decl.type);
  return c === "big" ? "0n" : c === "bool" ? "false" : "0";
}

/** Writes a loop whose body and update are given; `break` and `continue` leave labelled blocks. */
function loop(fn: Fn, head: string, body: () => void, update: () => void): void {
  const breakLabel = fn.g.module.names.unique("loop");
  const continueLabel = fn.g.module.names.unique("body");
  fn.line(`${breakLabel}: ${head} {`);
  fn.line(`if (++steps > ${fn.g.options.loopLimit}) tooManyIterations();`);
  fn.line(`${continueLabel}: {`);
  fn.loops.push({ breakLabel, continueLabel });
  fn.block(body);
  fn.loops.pop();
  fn.line("}");
  update();
  fn.line("}");
}

function forLoop(fn: Fn, s: ForStatement): void {
  fn.block(() => {
    statements(fn, s.init);
    loop(
      fn,
      "for (;;)",
      () => {
        const condition = settled(fn, bool(fn, s.condition));
        fn.line(`if (!${condition}) break ${fn.loops.at(-1)?.breakLabel};`);
        statement(fn, s.body);
      },
      () => statements(fn, s.update),
    );
  });
}

function forIn(fn: Fn, s: ForInStatement): void {
  fn.block(() => {
    const { variable } = s;
    if (variable.kind === "variable" && !fn.scope.find(variable.decl))
      perform(fn, declare(fn, variable.decl));
    if (s.range) {
      const wide = valueClass(s.range.low.type) === "big";
      const [at, end] = [fn.local("at"), fn.local("end")];
      fn.line(`${at} = ${value(fn, s.range.low)}; ${end} = ${value(fn, s.range.high)};`);
      settle(fn);
      const step = wide ? `${at} += 1n` : `${at} += 1`;
      loop(
        fn,
        `for (; ${at} <= ${end}; ${step})`,
        () => {
          const to = lvalue(fn, variable);
          perform(fn, [...to.effects, ...to.store(at)]);
          statement(fn, s.body);
        },
        () => {},
      );
      return;
    }
    unrolled(fn, variable, s.elements ?? [], s.body);
  });
}

/** Over the elements of a list: the body once for each, in one labelled block that `break` leaves. */
function unrolled(fn: Fn, variable: Expr, elements: readonly Expr[], body: Statement): void {
  const breakLabel = fn.g.module.names.unique("loop");
  const all = elements.length === 1 ? expand(elements[0]) : elements;
  fn.line(`${breakLabel}: {`);
  for (const element of all) {
    const continueLabel = fn.g.module.names.unique("body");
    fn.line(`${continueLabel}: {`);
    fn.loops.push({ breakLabel, continueLabel });
    fn.block(() => {
      perform(fn, assignment(fn, variable, element));
      statement(fn, body);
    });
    fn.loops.pop();
    fn.line("}");
  }
  fn.line("}");
}

/** A stack or tuple as the expressions of its elements. */
function expand(e: Expr): readonly Expr[] {
  const type = representation(e.type);
  if (type.kind !== "stack") return [e];
  return Array.from({ length: type.size }, (_, i): Expr => {
    const index: Expr = { kind: "literal", pos: e.pos, type: { kind: "integer", id: -1 }, value: BigInt(i) };
    return { kind: "index", pos: e.pos, type: type.element, object: e, index };
  });
}
