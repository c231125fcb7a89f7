/** Cuts P4 text into tokens (P4_16 6.4); knows nothing of directives, which preprocessor.ts takes out. */
import type { Sources } from "./sources.js";
import { KEYWORDS, PUNCTUATION_BY_CODE, type Token } from "./tokens.js";

const OTHER = 0;
const LETTER = 1;
const DIGIT = 2;
const SPACE = 3;
/** Class of each ASCII character. */
const CLASS = new Uint8Array(128);
for (let c = 0; c < 128; c++) {
  const s = String.fromCharCode(c);
  if (/[A-Za-z_]/.test(s)) CLASS[c] = LETTER;
  else if (/[0-9]/.test(s)) CLASS[c] = DIGIT;
  else if (/[ \t\r\f\v]/.test(s)) CLASS[c] = SPACE;
}
const classOf = (c: number): number => (c < 128 ? CLASS[c]! : c === 0xfeff || c === 0xa0 ? SPACE : OTHER);

export class Lexer {
  /** Offset of the next character. */
  at: number;
  /** Where the text begins among all sources. */
  readonly base: number;
  /** The token `next` found. */
  kind = "";
  text = "";
  start = 0;
  /** White space, a comment or a line end stood before the token. */
  spaced = false;
  /** The token is the first of its line. */
  newLine = true;

  constructor(
    readonly source: string,
    readonly sources: Sources,
    base: number,
    start = 0,
    readonly end = source.length,
  ) {
    this.base = base;
    this.at = start;
  }

  get pos(): number {
    return this.base + this.start;
  }

  token(): Token {
    return { kind: this.kind, text: this.text, pos: this.base + this.start, spaced: this.spaced };
  }

  /** Skips blanks and comments, and line ends unless told to stop at one. Sets `spaced` and `newLine`. */
  skipBlank(stopAtLineEnd = false): void {
    const { source, end } = this;
    let i = this.at;
    const from = i;
    while (i < end) {
      const c = source.charCodeAt(i);
      if (c === 10) {
        if (stopAtLineEnd) break;
        this.newLine = true;
        i++;
      } else if (c === 47 && source.charCodeAt(i + 1) === 47) {
        const stop = source.indexOf("\n", i);
        i = stop < 0 || stop > end ? end : stop;
      } else if (c === 47 && source.charCodeAt(i + 1) === 42) {
        const stop = source.indexOf("*/", i + 2);
        if (stop < 0 || stop + 2 > end) {
          throw this.sources.error("unterminated-comment", "comment is not closed by '*/'", this.base + i);
        }
        const lineEnd = source.indexOf("\n", i);
        // A pragma ends with its line, also when that is inside a comment.
        if (lineEnd >= 0 && lineEnd < stop) {
          if (stopAtLineEnd) break;
          this.newLine = true;
        }
        i = stop + 2;
      } else if (c === 92 && this.continuation(i) > 0) {
        i += this.continuation(i);
      } else if (classOf(c) === SPACE) {
        i++;
      } else {
        break;
      }
    }
    this.spaced = i > from;
    this.at = i;
  }

  /** Length of a backslash and line end at `i`, or 0. */
  private continuation(i: number): number {
    const next = this.source.charCodeAt(i + 1);
    if (next === 10) return 2;
    return next === 13 && this.source.charCodeAt(i + 2) === 10 ? 3 : 0;
  }

  /** Reads the next token into the fields; false at the end (or the line's end, if told to stop there). */
  next(stopAtLineEnd = false): boolean {
    this.newLine = this.at === 0;
    this.skipBlank(stopAtLineEnd);
    const { source, end } = this;
    const start = (this.start = this.at);
    if (start >= end) {
      this.kind = "eof";
      this.text = "";
      return false;
    }
    const c = source.charCodeAt(start);
    // Told to stop at the line's end: here it is, or a comment that contains it.
    if (c === 10 || (stopAtLineEnd && c === 47 && source.charCodeAt(start + 1) === 42)) return false;
    const cls = classOf(c);
    if (cls === LETTER) {
      let i = start + 1;
      while (i < end && isWord(source.charCodeAt(i))) i++;
      this.at = i;
      const text = (this.text = source.slice(start, i));
      this.kind = KEYWORDS.has(text) ? text : "id";
    } else if (cls === DIGIT) {
      let i = start + 1;
      while (i < end && isWord(source.charCodeAt(i))) i++;
      this.at = i;
      this.text = source.slice(start, i);
      this.kind = "int";
    } else if (c === 34) {
      this.string(start);
    } else {
      this.punctuation(start, c);
    }
    return true;
  }

  private punctuation(start: number, c: number): void {
    const { source } = this;
    const list = PUNCTUATION_BY_CODE[c];
    if (list) {
      for (const p of list) {
        if (p.length === 1 || source.startsWith(p, start)) {
          this.kind = this.text = p;
          this.at = start + p.length;
          // `>` directly followed by another: the parser reads a shift, or two closing brackets.
          if (c === 62 && p.length === 1 && source.charCodeAt(start + 1) === 62) this.text = ">>";
          return;
        }
      }
    }
    const text = String.fromCodePoint(source.codePointAt(start)!);
    this.kind = "bad";
    this.text = text;
    this.at = start + text.length;
  }

  private string(start: number): void {
    const { source, end } = this;
    let text = "";
    let run = start + 1;
    let i = run;
    while (i < end) {
      const c = source.charCodeAt(i);
      if (c === 34) {
        this.kind = "string";
        this.text = text + source.slice(run, i);
        this.at = i + 1;
        return;
      }
      if (c === 92 && i + 1 < end) {
        const e = source[i + 1]!;
        text +=
          source.slice(run, i) +
          (e === "n" ? "\n" : e === "t" ? "\t" : e === '"' || e === "\\" ? e : `\\${e}`);
        run = i += 2;
      } else {
        i++;
      }
    }
    throw this.sources.error("unterminated-string", "string literal is not closed", this.base + start);
  }
}

function isWord(c: number): boolean {
  const cls = classOf(c);
  return cls === LETTER || cls === DIGIT;
}
