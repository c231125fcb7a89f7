/**
 * The C preprocessor as P4 uses it (P4_16 5, "preprocessing"): #include, #define and #undef of object- and
 * function-like macros, conditionals, #error, #line. It works on tokens as they are cut, so that positions stay
 * those of the sources; a macro's tokens have the position of its use.
 */
import type { Pos } from "./ast.js";
import { Lexer } from "./lexer.js";
import { Expander, type Macro } from "./macros.js";
import { evaluateCondition } from "./preprocessor-condition.js";
import type { Sources } from "./sources.js";
import { type Token, TokenList } from "./tokens.js";

export interface PreprocessOptions {
  includePaths: readonly string[];
  readFile: (path: string) => string | undefined;
  /** Texts found by their included name when no folder has them. */
  builtinFiles: ReadonlyMap<string, string>;
  defines: Readonly<Record<string, string>>;
}

/** More tokens than any program has, and few enough for memory: what macros can make of a small text is unbounded. */
const MAX_TOKENS = 5_000_000;
const MAX_INCLUDE_DEPTH = 64;

/** By the file that declares them: refused by name, not as a missing file. */
const UNSUPPORTED_ARCHITECTURES: Readonly<Record<string, string>> = {
  "psa.p4": "PSA",
  "pna.p4": "PNA",
  "ebpf_model.p4": "eBPF",
  "ubpf_model.p4": "uBPF",
  "xdp_model.p4": "XDP",
  "very_simple_model.p4": "VSS",
  "t3na.p4": "T3NA",
  "t5na.p4": "T5NA",
  "xsa.p4": "XSA",
};

interface Conditional {
  pos: Pos;
  /** Some branch was taken already. */
  taken: boolean;
  sawElse: boolean;
}

export class Preprocessor {
  readonly tokens = new TokenList();
  private readonly macros = new Map<string, Macro>();
  private readonly expander: Expander;
  private depth = 0;

  constructor(
    private readonly sources: Sources,
    private readonly options: PreprocessOptions,
  ) {
    this.expander = new Expander(this.macros, sources);
    for (const [name, value] of Object.entries(options.defines)) {
      const text = `${name} ${value}`;
      const lexer = new Lexer(text, sources, sources.add("<command line>", text));
      this.define(lexer, lexer.base);
    }
    for (const name of ["__FILE__", "__LINE__"]) {
      this.macros.set(name, { name, params: null, variadic: false, body: [], dynamic: name });
    }
  }

  /** Reads a whole program. */
  run(file: string, text: string): TokenList {
    const base = this.sources.add(file, text);
    this.file(text, base);
    this.tokens.push("eof", "", base + text.length);
    return this.tokens;
  }

  private file(text: string, base: number): void {
    const lexer = new Lexer(text, this.sources, base);
    const conditionals: Conditional[] = [];
    const { tokens, macros, expander } = this;
    let inPragma = false;
    while (true) {
      const found = lexer.next(inPragma);
      if (inPragma && (!found || lexer.newLine)) {
        inPragma = false;
        tokens.push("pragmaEnd", "", lexer.pos);
        if (!found) continue;
      }
      if (!found) break;
      if (lexer.kind === "#" && lexer.newLine) {
        this.directive(lexer, conditionals);
        continue;
      }
      if (lexer.kind === "id") {
        const macro = macros.get(lexer.text);
        if (macro !== undefined) {
          expander.expandFrom(lexer.token(), lexer, (t) => {
            tokens.push(t.kind, t.text, t.pos);
            this.limit(t.pos);
          });
          continue;
        }
        if (lexer.text === "pragma" && tokens.kinds[tokens.length - 1] === "@") inPragma = true;
      }
      tokens.push(lexer.kind, lexer.text, lexer.base + lexer.start);
      if ((tokens.length & 0xffff) === 0) this.limit(lexer.pos);
    }
    if (conditionals.length) {
      throw this.sources.error("unterminated-conditional", "'#if' has no '#endif'", conditionals.pop()!.pos);
    }
  }

  private limit(pos: Pos): void {
    if (this.tokens.length > MAX_TOKENS) {
      throw this.sources.error("program-too-large", `the program has more than ${MAX_TOKENS} tokens`, pos);
    }
  }

  private directive(lexer: Lexer, conditionals: Conditional[]): void {
    const at = lexer.pos;
    if (!lexer.next(true)) return; // a lone '#'
    const word = lexer.text;
    const fail = (code: string, message: string, pos = at) => this.sources.error(code, message, pos);
    const innermost = () => {
      const top = conditionals[conditionals.length - 1];
      if (!top) throw fail("unbalanced-conditional", `'#${word}' without '#if'`);
      return top;
    };
    switch (word) {
      case "include":
        this.include(lexer, at);
        return;
      case "define":
        this.define(lexer, at);
        return;
      case "undef":
        this.macros.delete(this.macroName(lexer, at));
        skipLine(lexer);
        return;
      case "if":
      case "ifdef":
      case "ifndef": {
        let holds: boolean;
        if (word === "if") holds = this.condition(lexer, at);
        else {
          holds = this.macros.has(this.macroName(lexer, at)) === (word === "ifdef");
          skipLine(lexer);
        }
        conditionals.push({ pos: at, taken: holds, sawElse: false });
        if (!holds) this.skipBranch(lexer, conditionals);
        return;
      }
      case "elif":
      case "else":
        // Reached from a branch that was taken: all that follow are skipped.
        if (innermost().sawElse) throw fail("unbalanced-conditional", `'#${word}' after '#else'`);
        innermost().sawElse = word === "else";
        skipLine(lexer);
        this.skipBranch(lexer, conditionals);
        return;
      case "endif":
        innermost();
        conditionals.pop();
        skipLine(lexer);
        return;
      case "error":
        throw fail("error-directive", `#error ${restOfLine(lexer).trim()}`);
      case "warning":
      case "pragma":
        skipLine(lexer);
        return;
      case "line":
        lexer.next(true);
        this.line(lexer);
        return;
      default:
        if (lexer.kind === "int") {
          this.line(lexer);
          return;
        }
        throw fail("unknown-directive", `unknown preprocessor directive '#${word}'`);
    }
  }

  /** Skips until the branch to take, the '#endif' included; nothing in between is cut into tokens. */
  private skipBranch(lexer: Lexer, conditionals: Conditional[]): void {
    const { source, end } = lexer;
    const own = conditionals[conditionals.length - 1]!;
    let nested = 0;
    while (lexer.at < end) {
      // To the beginning of the next line.
      const lineEnd = source.indexOf("\n", lexer.at);
      lexer.at = lineEnd < 0 ? end : lineEnd + 1;
      let i = lexer.at;
      while (i < end && (source[i] === " " || source[i] === "\t")) i++;
      if (source[i] !== "#") {
        // A comment may hide directives; a quote in skipped text means nothing.
        const stop = source.indexOf("\n", i);
        const open = source.indexOf("/*", i);
        if (open >= 0 && (stop < 0 || open < stop)) {
          const slashes = source.indexOf("//", i);
          if (slashes < 0 || slashes > open) {
            const close = source.indexOf("*/", open + 2);
            lexer.at = close < 0 ? end : close + 2;
          }
        }
        continue;
      }
      lexer.at = i;
      lexer.next();
      const at = lexer.pos;
      if (!lexer.next(true)) continue;
      const word = lexer.text;
      if (word === "if" || word === "ifdef" || word === "ifndef") nested++;
      else if (word === "endif") {
        if (nested-- === 0) {
          conditionals.pop();
          skipLine(lexer);
          return;
        }
      } else if (nested === 0 && (word === "else" || word === "elif")) {
        if (own.sawElse) throw this.sources.error("unbalanced-conditional", `'#${word}' after '#else'`, at);
        own.sawElse = word === "else";
        if (own.taken) continue;
        if (word === "else" || this.condition(lexer, at)) {
          own.taken = true;
          if (word === "else") skipLine(lexer);
          return;
        }
      }
    }
  }

  private condition(lexer: Lexer, at: Pos): boolean {
    const line: Token[] = [];
    while (lexer.next(true)) line.push(lexer.token());
    // `defined X` is answered before macros are expanded.
    const plain: Token[] = [];
    for (let i = 0; i < line.length; i++) {
      const t = line[i]!;
      if (t.text !== "defined" || t.kind !== "id") {
        plain.push(t);
        continue;
      }
      const parens = line[i + 1]?.kind === "(";
      const name = line[i + (parens ? 2 : 1)];
      if (!name || !isName(name) || (parens && line[i + 3]?.kind !== ")")) {
        throw this.sources.error("bad-condition", "'defined' needs a macro's name", t.pos);
      }
      plain.push({ ...name, kind: "int", text: this.macros.has(name.text) ? "1" : "0" });
      i += parens ? 3 : 1;
    }
    return evaluateCondition(this.expander.expandAll(plain), at, this.sources);
  }

  private macroName(lexer: Lexer, at: Pos): string {
    if (!lexer.next(true)) throw this.sources.error("bad-directive", "a macro's name is missing", at);
    if (!isName(lexer)) {
      throw this.sources.error("bad-directive", `'${lexer.text}' is no macro name`, lexer.pos);
    }
    return lexer.text;
  }

  private define(lexer: Lexer, at: Pos): void {
    const name = this.macroName(lexer, at);
    if (name === "defined") {
      throw this.sources.error("bad-directive", "'defined' cannot be a macro's name", lexer.pos);
    }
    const bad = (message: string) => this.sources.error("bad-directive", message, lexer.pos);
    const is = (kind: string) => lexer.kind === kind;
    let params: string[] | null = null;
    let variadic = false;
    const body: Token[] = [];
    let more = lexer.next(true);
    if (more && is("(") && !lexer.spaced) {
      params = [];
      more = lexer.next(true);
      while (more && !is(")")) {
        if (is("...")) {
          variadic = true;
          params.push("__VA_ARGS__");
        } else if (isName(lexer) && !params.includes(lexer.text)) {
          params.push(lexer.text);
        } else {
          throw bad(`bad parameter '${lexer.text}' of macro '${name}'`);
        }
        more = lexer.next(true);
        if (more && is(",") && !variadic) more = lexer.next(true);
        else if (!more || !is(")")) throw bad(`the parameters of macro '${name}' are not closed by ')'`);
      }
      if (!more) throw bad(`the parameters of macro '${name}' are not closed by ')'`);
      more = lexer.next(true);
    }
    while (more) {
      body.push(lexer.token());
      more = lexer.next(true);
    }
    if (body[0]?.kind === "##" || body[body.length - 1]?.kind === "##") {
      throw this.sources.error("bad-directive", `macro '${name}' begins or ends with '##'`, at);
    }
    this.macros.set(name, { name, params, variadic, body });
  }

  private include(lexer: Lexer, at: Pos): void {
    const { sources, options } = this;
    lexer.skipBlank(true);
    const rest = restOfLine(lexer).trim();
    let match = /^(?:"([^"]+)"|<([^>]+)>)/.exec(rest);
    if (!match) {
      // A macro may give the name.
      const line = new Lexer(rest, sources, sources.add(sources.nameAt(at), rest));
      const tokens: Token[] = [];
      while (line.next()) tokens.push(line.token());
      const text = this.expander
        .expandAll(tokens)
        .map((t) => (t.kind === "string" ? `"${t.text}"` : t.text))
        .join("");
      match = /^(?:"([^"]+)"|<([^>]+)>)$/.exec(text);
    }
    if (!match) throw sources.error("bad-directive", '#include needs "file" or <file>', at);
    const name = (match[1] ?? match[2])!;
    const folders = name.startsWith("/")
      ? [""]
      : options.includePaths.map((f) => (f.endsWith("/") ? f : `${f}/`));
    if (match[1] !== undefined && !name.startsWith("/")) {
      const own = sources.nameAt(at);
      folders.unshift(own.slice(0, own.lastIndexOf("/") + 1));
    }
    let path = name;
    let text: string | undefined;
    for (const folder of folders) {
      path = folder + name;
      text = options.readFile(path);
      if (text !== undefined) break;
    }
    if (text === undefined) {
      text = options.builtinFiles.get(name);
      path = `<p4include>/${name}`;
    }
    const architecture = UNSUPPORTED_ARCHITECTURES[name.slice(name.lastIndexOf("/") + 1)];
    if (text === undefined && architecture) throw sources.unsupported(`the architecture ${architecture}`, at);
    if (text === undefined) throw sources.error("include-not-found", `cannot find '${name}' to include`, at);
    if (++this.depth > MAX_INCLUDE_DEPTH) {
      throw sources.error(
        "include-too-deep",
        `files include each other more than ${MAX_INCLUDE_DEPTH} deep`,
        at,
      );
    }
    this.file(text, sources.add(path, text));
    this.depth--;
  }

  /** `#line 12 "file"` and `# 12 "file"`: the lexer stands on the number. */
  private line(lexer: Lexer): void {
    const line = lexer.kind === "int" ? Number(lexer.text) : Number.NaN;
    if (!Number.isSafeInteger(line)) {
      throw this.sources.error("bad-directive", "'#line' needs a line number", lexer.pos);
    }
    const name =
      lexer.next(true) && lexer.kind === "string" ? lexer.text : this.sources.locate(lexer.pos).file;
    skipLine(lexer);
    this.sources.remap(lexer.base + Math.min(lexer.at + 1, lexer.end), line, name);
  }
}

const isName = (t: { text: string }): boolean => /^[A-Za-z_]\w*$/.test(t.text);

function skipLine(lexer: Lexer): void {
  const stop = lexer.source.indexOf("\n", lexer.at);
  lexer.at = stop < 0 ? lexer.end : stop;
}

function restOfLine(lexer: Lexer): string {
  const from = lexer.at;
  skipLine(lexer);
  return lexer.source.slice(from, lexer.at).replace(/\/\/.*|\/\*.*?\*\//g, "");
}
