/** The integer expressions of #if and #elif. */
import type { Pos } from "./ast.js";
import type { Sources } from "./sources.js";
import type { Token } from "./tokens.js";

const PRECEDENCE: Record<string, number> = {
  "||": 1,
  "&&": 2,
  "|": 3,
  "^": 4,
  "&": 5,
  "==": 6,
  "!=": 6,
  "<": 7,
  ">": 7,
  "<=": 7,
  ">=": 7,
  "<<": 8,
  ">>": 8,
  "+": 9,
  "-": 9,
  "*": 10,
  "/": 10,
  "%": 10,
};
const MAX_DEPTH = 200;

/** @throws P4Error bad-condition */
export function evaluateCondition(tokens: readonly Token[], at: Pos, sources: Sources): boolean {
  let i = 0;
  let depth = 0;
  const bad = (message: string) => sources.error("bad-condition", message, tokens[i]?.pos ?? at);

  const operator = (): string => {
    const t = tokens[i];
    if (!t) return "";
    return t.kind === ">" && tokens[i + 1]?.kind === ">" && !tokens[i + 1]!.spaced ? ">>" : t.kind;
  };

  const primary = (): bigint => {
    if (++depth > MAX_DEPTH) throw bad("the condition is nested too deeply");
    const t = tokens[i++];
    let value: bigint;
    if (!t) throw bad("the condition ends too early");
    if (t.kind === "int") {
      const text = t.text.replace(/_/g, "").replace(/[uUlL]+$/, "");
      if (!/^(0[xX][0-9a-fA-F]+|0[bB][01]+|[0-9]+)$/.test(text)) {
        i--;
        throw bad(`'${t.text}' is not an integer`);
      }
      value = BigInt(text);
    } else if (t.kind === "(") {
      value = ternary();
      if (tokens[i++]?.kind !== ")") throw bad("')' is missing");
    } else if (t.kind === "!") {
      value = primary() === 0n ? 1n : 0n;
    } else if (t.kind === "-") {
      value = -primary();
    } else if (t.kind === "+") {
      value = primary();
    } else if (t.kind === "~") {
      value = ~primary();
    } else if (/^[A-Za-z_]/.test(t.text) && t.kind !== "string") {
      value = t.kind === "true" ? 1n : 0n;
    } else {
      i--;
      throw bad(`unexpected '${t.text}' in the condition`);
    }
    depth--;
    return value;
  };

  const binary = (least: number): bigint => {
    let left = primary();
    while (true) {
      const op = operator();
      const precedence = PRECEDENCE[op];
      if (precedence === undefined || precedence < least) return left;
      i += op === ">>" ? 2 : 1;
      const right = binary(precedence + 1);
      left = BigInt.asIntN(64, apply(op, left, right));
    }
  };

  const apply = (op: string, a: bigint, b: bigint): bigint => {
    switch (op) {
      case "||":
        return a !== 0n || b !== 0n ? 1n : 0n;
      case "&&":
        return a !== 0n && b !== 0n ? 1n : 0n;
      case "|":
        return a | b;
      case "^":
        return a ^ b;
      case "&":
        return a & b;
      case "==":
        return a === b ? 1n : 0n;
      case "!=":
        return a !== b ? 1n : 0n;
      case "<":
        return a < b ? 1n : 0n;
      case ">":
        return a > b ? 1n : 0n;
      case "<=":
        return a <= b ? 1n : 0n;
      case ">=":
        return a >= b ? 1n : 0n;
      case "<<":
        return a << (b & 63n);
      case ">>":
        return a >> (b & 63n);
      case "+":
        return a + b;
      case "-":
        return a - b;
      case "*":
        return a * b;
      default:
        // In `defined(X) && 1 / X` the right side must not matter: C leaves it unevaluated, we let it be 0.
        if (b === 0n) return 0n;
        return op === "/" ? a / b : a % b;
    }
  };

  const ternary = (): bigint => {
    const condition = binary(1);
    if (tokens[i]?.kind !== "?") return condition;
    if (++depth > MAX_DEPTH) throw bad("the condition is nested too deeply");
    i++;
    const yes = ternary();
    if (tokens[i++]?.kind !== ":") throw bad("':' is missing");
    const no = ternary();
    depth--;
    return condition !== 0n ? yes : no;
  };

  const value = ternary();
  if (i < tokens.length) throw bad(`unexpected '${tokens[i]!.text}' in the condition`);
  return value !== 0n;
}
