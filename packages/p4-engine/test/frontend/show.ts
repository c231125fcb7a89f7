/** Checked code as text, with its conversions visible, for tests to compare. */
import type { Arg, ConstValue, Expr, Keyset, Statement } from "../../src/frontend/ast.js";
import { typeName } from "../../src/frontend/types.js";

export function showValue(v: ConstValue): string {
  if (typeof v === "bigint") return String(v);
  if (typeof v === "string") return JSON.stringify(v);
  if (typeof v === "boolean") return String(v);
  switch (v.kind) {
    case "enum":
      return `${v.type.name}.${v.name}`;
    case "error":
      return `error.${v.name}`;
    case "matchKind":
      return v.name;
    case "aggregate":
      return `{${v.fields.map(showValue).join(", ")}}`;
    case "invalid":
      return "{#}";
  }
}

const list = (args: readonly Arg[]) => args.map((a) => (a.value ? show(a.value) : "-")).join(", ");

/** Casts as `(type) x`, implicit ones as `<type> x`; every operator in parentheses. */
export function show(e: Expr): string {
  switch (e.kind) {
    case "literal":
      return showValue(e.value);
    case "variable":
    case "param":
    case "ctorParam":
    case "instance":
      return e.decl.name;
    case "this":
      return "this";
    case "member":
      return `${show(e.object)}.${e.field.name}`;
    case "index":
      return `${show(e.object)}[${show(e.index)}]`;
    case "stackElement":
      return `${show(e.object)}.${e.which}`;
    case "slice":
      return `${show(e.object)}[${e.hi}:${e.lo}]`;
    case "unary":
      return `${e.op}${show(e.operand)}`;
    case "binary":
      return `(${show(e.left)} ${e.op} ${show(e.right)})`;
    case "ternary":
      return `(${show(e.condition)} ? ${show(e.whenTrue)} : ${show(e.whenFalse)})`;
    case "cast":
      return `${e.implicit ? "<" : "("}${typeName(e.type)}${e.implicit ? ">" : ")"} ${show(e.operand)}`;
    case "aggregate":
      return `${typeName(e.type)}{${e.fields.map(show).join(", ")}}`;
    case "dontCare":
      return "_";
    case "builtin":
      return `${show(e.object)}.${e.op}(${e.count || ""})`;
    case "tableApply":
      return `${e.table.name}.apply()${e.result === "none" ? "" : `.${e.result}`}`;
    case "construct":
      return `${typeName(e.type)}(${list(e.decl.args)})`;
    case "call": {
      const types = e.typeArgs.length ? `<${e.typeArgs.map(typeName).join(", ")}>` : "";
      const t = e.target;
      const name =
        t.kind === "externMethod"
          ? `${show(t.object)}.${t.method.name}`
          : t.kind === "externFunction" || t.kind === "function"
            ? t.function.name
            : t.kind === "action"
              ? t.action.name
              : `${show(t.instance)}.apply`;
      return `${name}${types}(${list(e.args)})`;
    }
  }
}

export function showKeyset(k: Keyset): string {
  switch (k.kind) {
    case "any":
      return "_";
    case "value":
      return show(k.value);
    case "mask":
      return `${show(k.value)} &&& ${show(k.mask)}`;
    case "range":
      return `${show(k.low)} .. ${show(k.high)}`;
    case "valueSet":
      return k.valueSet.name + (k.spansKeys ? " (all keys)" : "");
  }
}

/** One line per statement, blocks in braces. */
export function showStatement(s: Statement): string {
  const block = (list: readonly Statement[]) => `{ ${list.map(showStatement).join(" ")} }`;
  switch (s.kind) {
    case "block":
      return block(s.statements);
    case "assign":
      return `${show(s.target)} = ${show(s.value)};`;
    case "call":
      return `${show(s.call)};`;
    case "variable":
      return `${typeName(s.decl.type)} ${s.decl.name}${s.decl.init ? ` = ${show(s.decl.init)}` : ""};`;
    case "if": {
      const otherwise = s.whenFalse ? ` else ${showStatement(s.whenFalse)}` : "";
      return `if ${show(s.condition)} ${showStatement(s.whenTrue)}${otherwise}`;
    }
    case "switchAction":
      return `switch ${s.table.name} ${s.cases
        .map(
          (c) =>
            `[${[...c.actions.map((a) => a.name), ...(c.isDefault ? ["default"] : [])]}] ${showStatement(c.body)}`,
        )
        .join(" ")}`;
    case "switchValue":
      return `switch ${show(s.value)} ${s.cases
        .map(
          (c) => `[${[...c.labels.map(show), ...(c.isDefault ? ["default"] : [])]}] ${showStatement(c.body)}`,
        )
        .join(" ")}`;
    case "return":
      return s.value ? `return ${show(s.value)};` : "return;";
    case "for":
      return `for (${s.init.map(showStatement).join(" ")} ${show(s.condition)}; ${s.update.map(showStatement).join(" ")}) ${showStatement(s.body)}`;
    case "forIn": {
      const over = s.range
        ? `${show(s.range.low)} .. ${show(s.range.high)}`
        : `[${s.elements!.map(show).join(", ")}]`;
      return `for (${show(s.variable)} in ${over}) ${showStatement(s.body)}`;
    }
    default:
      return `${s.kind};`;
  }
}
