/** Macro expansion on tokens, as in C: arguments expanded first, `#` and `##`, no macro within its own expansion. */
import type { Lexer } from "./lexer.js";
import { Lexer as TextLexer } from "./lexer.js";
import type { Sources } from "./sources.js";
import type { Token } from "./tokens.js";

export interface Macro {
  name: string;
  /** null: object-like. */
  params: string[] | null;
  variadic: boolean;
  body: Token[];
  /** `__FILE__`, `__LINE__`. */
  dynamic?: string;
}

/** A run of tokens being read again; while it is, `macro` is not expanded. */
interface Context {
  tokens: Token[];
  at: number;
  macro: string | null;
}

const MAX_EXPANDED = 2_000_000;
const MAX_NESTED_ARGUMENTS = 64;

export class Expander {
  private produced = 0;
  private depth = 0;

  constructor(
    private readonly macros: ReadonlyMap<string, Macro>,
    private readonly sources: Sources,
  ) {}

  /** Expands the macro `first` names; its arguments may come from the lexer. */
  expandFrom(first: Token, lexer: Lexer, emit: (t: Token) => void): void {
    this.run([{ tokens: [first], at: 0, macro: null }], lexer, emit);
  }

  expandAll(tokens: readonly Token[]): Token[] {
    const out: Token[] = [];
    this.run([{ tokens: [...tokens], at: 0, macro: null }], null, (t) => out.push(t));
    return out;
  }

  private run(contexts: Context[], lexer: Lexer | null, emit: (t: Token) => void): void {
    while (true) {
      const t = take(contexts);
      if (!t) return;
      if (++this.produced > MAX_EXPANDED) {
        throw this.sources.error("macro-too-large", "macro expansion does not come to an end", t.pos);
      }
      const macro = t.kind === "id" && !t.painted ? this.macros.get(t.text) : undefined;
      if (!macro) {
        emit(t);
        continue;
      }
      if (contexts.some((c) => c.macro === macro.name)) {
        emit({ ...t, painted: true });
        continue;
      }
      if (macro.dynamic) {
        const at = this.sources.locate(t.pos);
        if (macro.dynamic === "__LINE__") emit({ ...t, kind: "int", text: String(at.line) });
        else emit({ ...t, kind: "string", text: at.file });
        continue;
      }
      if (macro.params === null) {
        contexts.push({ tokens: this.substitute(macro, [], t), at: 0, macro: macro.name });
        continue;
      }
      if (!this.openParen(contexts, lexer)) {
        emit(t);
        continue;
      }
      const args = this.arguments(macro, t, contexts, lexer);
      contexts.push({ tokens: this.substitute(macro, args, t), at: 0, macro: macro.name });
    }
  }

  /** Takes the '(' that makes a macro's name a call, when it comes next. */
  private openParen(contexts: Context[], lexer: Lexer | null): boolean {
    for (let i = contexts.length - 1; i >= 0; i--) {
      const c = contexts[i]!;
      if (c.at >= c.tokens.length) continue;
      if (c.tokens[c.at]!.kind !== "(") return false;
      take(contexts);
      return true;
    }
    if (!lexer) return false;
    const { newLine } = lexer;
    lexer.skipBlank();
    if (lexer.source[lexer.at] !== "(") {
      // Nothing but white space was read; a line's beginning seen there must not be lost.
      lexer.at = lexer.start + lexer.text.length;
      lexer.newLine = newLine;
      return false;
    }
    lexer.next();
    return true;
  }

  private arguments(macro: Macro, use: Token, contexts: Context[], lexer: Lexer | null): Token[][] {
    const params = macro.params!;
    const args: Token[][] = [[]];
    let depth = 0;
    while (true) {
      let t = take(contexts);
      if (!t && lexer?.next()) t = lexer.token();
      if (!t)
        throw this.sources.error(
          "bad-macro-call",
          `the call of macro '${macro.name}' is not closed`,
          use.pos,
        );
      if (t.kind === "(") depth++;
      else if (t.kind === ")" && depth-- === 0) break;
      else if (t.kind === "," && depth === 0 && !(macro.variadic && args.length === params.length)) {
        args.push([]);
        continue;
      }
      args[args.length - 1]!.push(t);
    }
    if (params.length === 0 && args.length === 1 && args[0]!.length === 0) args.pop();
    if (macro.variadic && args.length === params.length - 1) args.push([]);
    if (args.length !== params.length) {
      const message = `macro '${macro.name}' takes ${params.length} arguments, not ${args.length}`;
      throw this.sources.error("bad-macro-call", message, use.pos);
    }
    return args;
  }

  private substitute(macro: Macro, args: Token[][], use: Token): Token[] {
    const out: Token[] = [];
    const { body, params } = macro;
    const expanded: (Token[] | undefined)[] = [];
    const full = (i: number): Token[] => {
      if (!expanded[i]) {
        if (++this.depth > MAX_NESTED_ARGUMENTS) {
          throw this.sources.error("macro-too-deep", "macro calls are nested too deeply", use.pos);
        }
        expanded[i] = this.expandAll(args[i]!);
        this.depth--;
      }
      return expanded[i]!;
    };
    const param = (t: Token | undefined) => (t && params ? params.indexOf(t.text) : -1);
    for (let i = 0; i < body.length; i++) {
      const t = body[i]!;
      if (this.produced + out.length > MAX_EXPANDED) {
        throw this.sources.error("macro-too-large", "macro expansion does not come to an end", use.pos);
      }
      if (t.kind === "#" && params && param(body[i + 1]) >= 0) {
        out.push({ kind: "string", text: spell(args[param(body[++i])]!), pos: use.pos, spaced: t.spaced });
        continue;
      }
      if (t.kind === "##") {
        const next = body[++i]!;
        const right = param(next) >= 0 ? args[param(next)]! : [next];
        this.paste(out, right, use);
        continue;
      }
      const p = param(t);
      if (p < 0) out.push({ ...t, pos: use.pos });
      else {
        const pasted = body[i + 1]?.kind === "##";
        for (const a of pasted ? args[p]! : full(p)) out.push({ ...a, pos: use.pos });
        // An empty operand of ## is a token of no text.
        if (pasted && args[p]!.length === 0) out.push({ kind: "id", text: "", pos: use.pos, spaced: false });
      }
    }
    return out.filter((t) => t.text !== "" || t.kind === "string");
  }

  private paste(out: Token[], right: readonly Token[], use: Token): void {
    const left = out.pop();
    const first = right[0];
    const text = (left?.text ?? "") + (first?.text ?? "");
    if (text !== "") {
      const lexer = new TextLexer(text, this.sources, use.pos);
      lexer.next();
      const token = { kind: lexer.kind, text: lexer.text, pos: use.pos, spaced: left?.spaced ?? false };
      if (lexer.next()) {
        throw this.sources.error("bad-paste", `'##' does not make one token of '${text}'`, use.pos);
      }
      out.push(token);
    } else {
      out.push({ kind: "id", text: "", pos: use.pos, spaced: false });
    }
    for (const t of right.slice(1)) out.push({ ...t, pos: use.pos });
  }
}

/** The next token of the innermost run that has one; finished runs are left, which re-enables their macros. */
function take(contexts: Context[]): Token | undefined {
  while (contexts.length) {
    const c = contexts[contexts.length - 1]!;
    if (c.at < c.tokens.length) return c.tokens[c.at++];
    contexts.pop();
  }
  return undefined;
}

function spell(tokens: readonly Token[]): string {
  let text = "";
  for (const t of tokens) {
    if (text && t.spaced) text += " ";
    text += t.kind === "string" ? `"${t.text}"` : t.kind === ">" ? ">" : t.text;
  }
  return text;
}
