/** What all parts of the parser share: the token cursor, which names are types, annotations. */
import type { P4Error } from "../errors.js";
import type { Pos } from "./ast.js";
import { type IntegerLiteral, integerLiteral } from "./integers.js";
import type { Sources } from "./sources.js";
import type { SAnnotation } from "./syntax.js";
import { SOFT_KEYWORDS, type TokenList } from "./tokens.js";

/** Nesting of expressions, types and statements. Everything after the parser recurses over the tree. */
const MAX_DEPTH = 300;

export class ParserBase {
  protected at = 0;
  protected readonly kinds: readonly string[];
  protected readonly texts: readonly string[];
  protected readonly positions: readonly number[];
  private depth = 0;
  /** Whether a name in scope is a type; only names that are or were types are in it. */
  private readonly typeNames = new Map<string, boolean>();
  /** What `typeNames` had before each declaration, to restore at the scope's end. */
  private readonly undo: [string, boolean | undefined][] = [];

  constructor(
    tokens: TokenList,
    protected readonly sources: Sources,
  ) {
    this.kinds = tokens.kinds;
    this.texts = tokens.texts;
    this.positions = tokens.positions;
  }

  protected get kind(): string {
    return this.kinds[this.at]!;
  }
  protected get text(): string {
    return this.texts[this.at]!;
  }
  protected get pos(): Pos {
    return this.positions[this.at]!;
  }
  /** Kind of the token `n` further on. */
  protected peek(n = 1): string {
    return this.kinds[Math.min(this.at + n, this.kinds.length - 1)]!;
  }

  protected error(message: string, pos: Pos = this.pos): P4Error {
    return this.sources.error("syntax-error", message, pos);
  }
  /** The token as it is called in messages. */
  protected describe(i = this.at): string {
    const kind = this.kinds[i]!;
    if (kind === "eof") return "the end of the program";
    if (kind === "pragmaEnd") return "the end of the line";
    if (kind === "string") return "a string";
    if (kind === "bad") {
      const code = this.texts[i]!.codePointAt(0)!;
      return code < 32 ? `character ${code}` : `'${this.texts[i]}'`;
    }
    return `'${kind === "int" || kind === "id" ? this.texts[i] : kind}'`;
  }
  protected unexpected(wanted: string): P4Error {
    return this.error(`expected ${wanted}, found ${this.describe()}`);
  }

  protected advance(): void {
    this.at++;
  }
  protected accept(kind: string): boolean {
    if (this.kind !== kind) return false;
    this.at++;
    return true;
  }
  /** Takes the token and returns its position. */
  protected expect(kind: string): Pos {
    if (this.kind !== kind) throw this.unexpected(`'${kind}'`);
    return this.positions[this.at++]!;
  }
  protected isName(kind = this.kind): boolean {
    return kind === "id" || SOFT_KEYWORDS.has(kind);
  }
  /** Takes a name. */
  protected name(what = "a name"): string {
    if (!this.isName()) throw this.unexpected(what);
    return this.texts[this.at++]!;
  }

  /** Goes one level deeper; `leave` comes back. */
  protected enter(): void {
    if (++this.depth > MAX_DEPTH) throw this.tooDeep();
  }
  protected leave(): void {
    this.depth--;
  }
  protected tooDeep(): P4Error {
    return this.sources.error("nesting-too-deep", `more than ${MAX_DEPTH} levels of nesting`, this.pos);
  }

  // ---- Which names are types ----

  protected isType(name: string): boolean {
    return this.typeNames.get(name) === true;
  }
  protected declareType(name: string): void {
    this.undo.push([name, this.typeNames.get(name)]);
    this.typeNames.set(name, true);
  }
  /** A value of that name hides a type of it. */
  protected declareValue(name: string): void {
    if (this.typeNames.get(name) !== true) return;
    this.undo.push([name, true]);
    this.typeNames.set(name, false);
  }
  protected scope<T>(body: () => T): T {
    const mark = this.undo.length;
    const result = body();
    while (this.undo.length > mark) {
      const [name, before] = this.undo.pop()!;
      if (before === undefined) this.typeNames.delete(name);
      else this.typeNames.set(name, before);
    }
    return result;
  }

  // ---- Literals ----

  protected integer(): IntegerLiteral {
    const literal = integerLiteral(this.text);
    if (typeof literal === "string") throw this.sources.error("bad-integer", literal, this.pos);
    this.at++;
    return literal;
  }

  // ---- Annotations ----

  protected annotations(): SAnnotation[] {
    if (this.kind !== "@") return [];
    const list: SAnnotation[] = [];
    while (this.kind === "@") list.push(this.annotation());
    return list;
  }

  private annotation(): SAnnotation {
    const pos = this.expect("@");
    if (!/^[A-Za-z_]/.test(this.text) || this.kind === "string")
      throw this.unexpected("an annotation's name");
    let name = this.texts[this.at++]!;
    if (name === "pragma") {
      name = this.text;
      if (this.kind === "pragmaEnd" || this.kind === "eof") throw this.unexpected("the pragma's name");
      this.at++;
      const from = this.at;
      while (this.kind !== "pragmaEnd" && this.kind !== "eof") this.at++;
      const annotation = this.annotationBody(pos, name, from, this.at, false);
      this.accept("pragmaEnd");
      return annotation;
    }
    const open = this.kind;
    if (open !== "(" && open !== "[") {
      return { pos, name, text: "", values: [], names: [], pairs: new Map() };
    }
    const openPos = this.pos;
    const close = open === "(" ? ")" : "]";
    const from = ++this.at;
    let depth = 0;
    while (this.kind !== close || depth > 0) {
      if (this.kind === "eof") throw this.error(`annotation '@${name}' is not closed by '${close}'`, openPos);
      if (this.kind === open) depth++;
      else if (this.kind === close) depth--;
      this.at++;
    }
    return this.annotationBody(pos, name, from, this.at++, true);
  }

  /** Tokens `from` to `to` (exclusive); `commas` says whether they separate values, or white space does (pragmas). */
  private annotationBody(pos: Pos, name: string, from: number, to: number, commas: boolean): SAnnotation {
    const { kinds } = this;
    const text: string[] = [];
    const values: SAnnotation["values"] = [];
    const names: number[] = [];
    const pairs: SAnnotation["pairs"] = new Map();
    const part = (start: number, end: number) => {
      if (start === end) return;
      if (kinds[start + 1] === "=" && start + 2 < end) {
        pairs.set(this.texts[start]!, this.annotationValue(start + 2, end));
      } else {
        if (kinds[start] === "id" && (end === start + 1 || (end === start + 3 && kinds[start + 1] === "."))) {
          names.push(values.length);
        }
        values.push(this.annotationValue(start, end));
      }
    };
    let start = from;
    let depth = 0;
    for (let i = from; i < to; i++) {
      const kind = kinds[i]!;
      text.push(this.spelling(i));
      if (kind === "(" || kind === "[" || kind === "{") depth++;
      else if (kind === ")" || kind === "]" || kind === "}") depth--;
      else if (commas && kind === "," && depth === 0) {
        part(start, i);
        start = i + 1;
      }
      if (!commas) part(i, i + 1);
    }
    if (commas) part(start, to);
    return { pos, name, text: text.join(" "), values, names, pairs };
  }

  private annotationValue(from: number, to: number): string | bigint | boolean {
    const kind = this.kinds[from]!;
    if (to === from + 1) {
      if (kind === "string") return this.texts[from]!;
      if (kind === "true" || kind === "false") return kind === "true";
      if (kind === "int") {
        const literal = integerLiteral(this.texts[from]!);
        return typeof literal === "string" ? this.texts[from]! : literal.value;
      }
    }
    if (to === from + 2 && kind === "-" && this.kinds[from + 1] === "int") {
      const literal = integerLiteral(this.texts[from + 1]!);
      if (typeof literal !== "string") return -literal.value;
    }
    let text = "";
    for (let i = from; i < to; i++) text += this.spelling(i);
    return text;
  }

  private spelling(i: number): string {
    const kind = this.kinds[i]!;
    if (kind === "string") return JSON.stringify(this.texts[i]);
    return kind === "int" || kind === "id" || kind === "bad" ? this.texts[i]! : kind;
  }
}
