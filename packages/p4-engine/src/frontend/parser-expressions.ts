/** Types and expressions (P4_16 grammar: typeRef, expression), by precedence climbing. */
import { ParserBase } from "./parser-base.js";
import type { SArg, SExpr, SKeyset, SType } from "./syntax.js";

const PRECEDENCE = new Map<string, number>([
  ["||", 2],
  ["&&", 3],
  ["==", 4],
  ["!=", 4],
  ["<", 5],
  [">", 5],
  ["<=", 5],
  [">=", 5],
  ["|", 6],
  ["^", 7],
  ["&", 8],
  ["<<", 9],
  [">>", 9],
  ["+", 10],
  ["-", 10],
  ["|+|", 10],
  ["|-|", 10],
  ["++", 10],
  ["*", 11],
  ["/", 11],
  ["%", 11],
]);
/** Operators in one chain `a + b + c ...`: the tree is as deep. */
const MAX_CHAIN = 1000;
/** How far a `<` is looked after for the `>` that makes it a list of type arguments. */
const MAX_TYPE_ARGS = 400;

const TYPE_KEYWORDS = new Set([
  "bit",
  "int",
  "varbit",
  "bool",
  "error",
  "match_kind",
  "string",
  "void",
  "tuple",
]);
/** Tokens of type arguments, outside parentheses. */
const TYPE_TOKENS = new Set([...TYPE_KEYWORDS, "id", "list", "int", ".", ",", "<", ">", "_", "[", "]"]);
for (const soft of ["actions", "apply", "entries", "key", "priority", "state", "type"]) TYPE_TOKENS.add(soft);
/** In a width inside type arguments: `f<bit<W + 1>>(x)`. */
const WIDTH_OPERATORS = new Set(["+", "-", "*", "/", "%", "&", "|", "^", "~", "<<"]);
/** What can begin the operand of a cast, after `(name)`. */
const OPERAND_START = new Set([
  "id",
  "int",
  "string",
  "true",
  "false",
  "this",
  "(",
  "{",
  "!",
  "~",
  "...",
  "error",
]);

export class ExpressionParser extends ParserBase {
  // ---- Types ----

  /** Whether a type, and nothing else, begins at token `i`. */
  protected startsType(i = this.at): boolean {
    const kind = this.kinds[i]!;
    if (TYPE_KEYWORDS.has(kind)) return kind !== "error" || this.kinds[i + 1] !== ".";
    if (kind === "list") return this.kinds[i + 1] === "<";
    if (kind === ".") return this.isName(this.kinds[i + 1]) && this.isType(this.texts[i + 1]!);
    return this.isName(kind) && this.isType(this.texts[i]!);
  }

  protected type(): SType {
    this.enter();
    let type = this.plainType();
    while (this.kind === "[") {
      const pos = this.pos;
      this.advance();
      const size = this.expression();
      this.expect("]");
      type = { kind: "stack", pos, element: type, size };
    }
    this.leave();
    return type;
  }

  private plainType(): SType {
    const pos = this.pos;
    const kind = this.kind;
    switch (kind) {
      case "bit":
      case "int":
      case "varbit": {
        // A literal's kind is also "int": its text is not.
        if (kind === "int" && this.text !== "int") break;
        this.advance();
        let width: SExpr | null = null;
        if (this.accept("<")) {
          width = this.expression(0, true);
          this.expect(">");
        } else if (kind === "varbit") {
          throw this.unexpected("'<' and the greatest width");
        }
        return { kind: "base", pos, name: kind, width };
      }
      case "bool":
      case "error":
      case "match_kind":
      case "string":
      case "void":
        this.advance();
        return { kind: "basic", pos, name: kind };
      case "tuple":
        this.advance();
        return { kind: "tuple", pos, args: this.typeArgs() };
      case "list":
        if (this.peek() !== "<") break;
        this.advance();
        this.advance();
        {
          const arg = this.typeArg();
          this.expect(">");
          return { kind: "list", pos, arg };
        }
      case "_":
        this.advance();
        return { kind: "dontCare", pos };
    }
    const global = this.accept(".");
    const name = this.name("a type");
    const args = this.kind === "<" ? this.typeArgs() : null;
    return { kind: "named", pos, name, global, args };
  }

  /** `<T, ...>` */
  protected typeArgs(): SType[] {
    this.expect("<");
    const args: SType[] = [];
    if (this.kind !== ">") {
      do args.push(this.typeArg());
      while (this.accept(","));
    }
    this.expect(">");
    return args;
  }

  private typeArg(): SType {
    return this.type();
  }

  /** With `<` at token `i`: the index after the matching `>`, or -1 when what lies between is no list of types. */
  protected afterTypeArgs(i: number): number {
    const { kinds } = this;
    const limit = Math.min(kinds.length, i + MAX_TYPE_ARGS);
    let angles = 0;
    let parens = 0;
    for (; i < limit; i++) {
      const kind = kinds[i]!;
      if (kind === "(") parens++;
      else if (kind === ")") {
        if (parens-- === 0) return -1;
      } else if (kind === ";" || kind === "{" || kind === "}") return -1;
      else if (parens > 0) continue;
      else if (!TYPE_TOKENS.has(kind) && !(angles > 1 && WIDTH_OPERATORS.has(kind))) return -1;
      else if (kind === "<") angles++;
      else if (kind === ">" && --angles === 0) return i + 1;
    }
    return -1;
  }

  // ---- Expressions ----

  /** `noGreater`: inside type arguments, where `>` closes. */
  protected expression(least = 0, noGreater = false): SExpr {
    this.enter();
    const e = this.climb(least, noGreater);
    this.leave();
    return e;
  }

  private climb(least: number, noGreater: boolean): SExpr {
    let left = this.prefix();
    for (let chain = 0; ; chain++) {
      if (chain > MAX_CHAIN) {
        throw this.sources.error("nesting-too-deep", `more than ${MAX_CHAIN} operators in a row`, this.pos);
      }
      const pos = this.pos;
      let op = this.kind;
      if (op === "?" && least <= 1) {
        this.advance();
        const whenTrue = this.expression(0);
        this.expect(":");
        const whenFalse = this.expression(1, noGreater);
        left = { kind: "ternary", pos, condition: left, whenTrue, whenFalse };
        continue;
      }
      const shift = op === ">" && this.text === ">>" && this.peek() === ">";
      if (shift) op = ">>";
      const precedence = PRECEDENCE.get(op);
      if (precedence === undefined || precedence < least || (noGreater && (op === ">" || shift))) return left;
      this.at += shift ? 2 : 1;
      const right = this.expression(precedence + 1, noGreater);
      left = { kind: "binary", pos, op, left, right };
    }
  }

  private prefix(): SExpr {
    const pos = this.pos;
    const kind = this.kind;
    if (kind === "!" || kind === "~" || kind === "-" || kind === "+") {
      this.advance();
      return { kind: "unary", pos, op: kind, operand: this.operand() };
    }
    if (kind === "(" && this.isCast()) {
      this.advance();
      const type = this.type();
      this.expect(")");
      return { kind: "cast", pos, type, operand: this.operand() };
    }
    return this.postfix(this.primary());
  }

  private operand(): SExpr {
    this.enter();
    const e = this.prefix();
    this.leave();
    return e;
  }

  /** At `(`: whether it encloses a type. */
  private isCast(): boolean {
    const { kinds } = this;
    let i = this.at + 1;
    if (kinds[i] === "int" && this.texts[i] !== "int") return false;
    if (!this.startsType(i)) {
      // A name the parser does not know as a type, as it is when its declaration is missing: `(Foo) x`.
      return (
        this.isName(kinds[i]) &&
        kinds[i + 1] === ")" &&
        OPERAND_START.has(kinds[i + 2]!) &&
        kinds[i + 2] !== "("
      );
    }
    if (kinds[i] === ".") i++;
    if (kinds[i + 1] === "<") i = this.afterTypeArgs(i + 1);
    else i++;
    // `(Enum.member)`, `(Constructor(x))`
    return i < 0 || (kinds[i] !== "." && kinds[i] !== "(");
  }

  private primary(): SExpr {
    const pos = this.pos;
    const kind = this.kind;
    switch (kind) {
      case "int":
        if (this.text === "int") break;
        return { kind: "int", pos, ...this.integer() };
      case "string": {
        const value = this.text;
        this.advance();
        return { kind: "string", pos, value };
      }
      case "true":
      case "false":
        this.advance();
        return { kind: "bool", pos, value: kind === "true" };
      case "this":
        this.advance();
        return { kind: "this", pos };
      case "...":
        this.advance();
        return { kind: "default", pos };
      case "{":
        return this.braces();
      case "(": {
        this.advance();
        const inner = this.expression();
        this.expect(")");
        return inner;
      }
      case "error": {
        if (this.peek() !== ".") break;
        this.advance();
        this.advance();
        const name = this.name("an error's name");
        return { kind: "error", pos, name };
      }
    }
    if (this.startsType() && this.kinds[this.at + (kind === "." ? 2 : 1)] === "<") {
      const type = this.plainType();
      return { kind: "type", pos, type };
    }
    const global = this.accept(".");
    if (!this.isName()) throw this.unexpected("an expression");
    return { kind: "name", pos, name: this.name(), global };
  }

  /** Member accesses, indices, slices and calls. */
  private postfix(start: SExpr): SExpr {
    let e = start;
    for (let chain = 0; ; chain++) {
      if (chain > MAX_CHAIN) throw this.tooDeep();
      const pos = this.pos;
      if (this.accept(".")) {
        const at = this.pos;
        e = { kind: "member", pos: at, object: e, name: this.name("a member's name") };
      } else if (this.kind === "[") {
        this.advance();
        const index = this.expression();
        if (this.accept(":")) {
          e = { kind: "slice", pos, object: e, hi: index, lo: this.expression() };
        } else if (this.accept("+:")) {
          e = { kind: "plusSlice", pos, object: e, base: index, width: this.expression() };
        } else {
          e = { kind: "index", pos, object: e, index };
        }
        this.expect("]");
      } else if (this.kind === "(") {
        e = { kind: "call", pos: e.pos, callee: e, typeArgs: null, args: this.args() };
      } else if (this.kind === "<" && (e.kind === "name" || e.kind === "member")) {
        const after = this.afterTypeArgs(this.at);
        if (after < 0 || this.kinds[after] !== "(") return e;
        const typeArgs = this.typeArgs();
        e = { kind: "call", pos: e.pos, callee: e, typeArgs, args: this.args() };
      } else {
        return e;
      }
    }
  }

  protected args(): SArg[] {
    this.expect("(");
    const args: SArg[] = [];
    if (!this.accept(")")) {
      do {
        const pos = this.pos;
        let name: string | null = null;
        if (this.isName() && this.peek() === "=") {
          name = this.name();
          this.advance();
        }
        // `_` alone; nothing else begins with it.
        args.push({ pos, name, value: this.accept("_") ? null : this.expression() });
      } while (this.accept(","));
      this.expect(")");
    }
    return args;
  }

  private braces(): SExpr {
    const pos = this.expect("{");
    if (this.kind === "#" && this.peek() === "}") {
      this.at += 2;
      return { kind: "invalid", pos };
    }
    const named = this.isName() && this.peek() === "=";
    const items: { pos: number; name: string; value: SExpr }[] = [];
    const list: SExpr[] = [];
    let rest = false;
    while (this.kind !== "}") {
      // `...` at the end gives the fields not mentioned their defaults.
      if (this.kind === "..." && (this.peek() === "}" || this.peek() === ",")) {
        this.advance();
        rest = true;
        this.accept(",");
        break;
      }
      if (named) {
        const at = this.pos;
        const name = this.name("a field's name");
        this.expect("=");
        items.push({ pos: at, name, value: this.expression() });
      } else {
        list.push(this.expression());
      }
      if (!this.accept(",")) break;
    }
    this.expect("}");
    return named ? { kind: "struct", pos, items, rest } : { kind: "list", pos, items: list, rest };
  }

  // ---- Keysets (P4_16 13.6) ----

  /** One keyset, or a tuple of them. */
  protected keysets(): SKeyset[] {
    if (this.kind !== "(" || !this.isKeysetTuple()) return [this.keyset()];
    this.advance();
    const list: SKeyset[] = [];
    do {
      if (this.peek(0) === ")") break; // a trailing comma
      list.push(this.keyset());
    } while (this.accept(","));
    this.expect(")");
    return list;
  }

  private keyset(): SKeyset {
    const pos = this.pos;
    if (this.accept("_") || this.accept("default")) return { kind: "any", pos };
    const value = this.expression();
    if (this.accept("&&&")) return { kind: "mask", pos, value, mask: this.expression() };
    if (this.accept("..")) return { kind: "range", pos, low: value, high: this.expression() };
    return { kind: "value", pos, value };
  }

  /** At `(`: whether it encloses keysets rather than an expression. */
  private isKeysetTuple(): boolean {
    const { kinds } = this;
    let depth = 0;
    let several = kinds[this.at + 1] === "_" || kinds[this.at + 1] === "default";
    for (let i = this.at; i < kinds.length; i++) {
      const kind = kinds[i]!;
      if (kind === "(" || kind === "{" || kind === "[") depth++;
      else if (kind === ")" || kind === "}" || kind === "]") {
        if (--depth === 0) return several && kinds[i + 1] === ":";
      } else if (depth === 1 && (kind === "," || kind === "&&&" || kind === "..")) several = true;
      else if (kind === ";") return several;
    }
    return several;
  }
}
