/** Tokens, kept as parallel arrays: a program of a megabyte has some hundred thousand of them. */

/**
 * A token's kind: "id", "int", "string", "pragmaEnd", "eof", "bad" (a character P4 does not know), or its own text
 * for keywords and punctuation.
 */
export type TokenKind = string;

export interface Token {
  kind: TokenKind;
  text: string;
  pos: number;
  /** Preceded by white space: matters to the preprocessor's `#` operator and macro definitions. */
  spaced: boolean;
  /** A macro's name met while that macro was being expanded: never expanded again. */
  painted?: boolean;
}

export class TokenList {
  readonly kinds: TokenKind[] = [];
  readonly texts: string[] = [];
  readonly positions: number[] = [];

  push(kind: TokenKind, text: string, pos: number): void {
    this.kinds.push(kind);
    this.texts.push(text);
    this.positions.push(pos);
  }
  get length(): number {
    return this.kinds.length;
  }
}

export const KEYWORDS: ReadonlySet<string> = new Set(
  (
    "abstract action actions apply bit bool break const continue control default else entries enum error exit " +
    "extern false for header header_union if in inout int key list match_kind out package parser priority return " +
    "select state string struct switch table this transition true tuple type typedef value_set varbit void _"
  ).split(" "),
);

/** Keywords that are also ordinary names where no keyword can stand. */
export const SOFT_KEYWORDS: ReadonlySet<string> = new Set(
  "actions apply entries key list priority state type".split(" "),
);

/** Punctuation by its first character, longest first. `>>` is left to the parser, since `a<b<c>>` has two `>`. */
const PUNCTUATION: Record<string, string[]> = {};
for (const p of (
  "&&& ... .. << && || == != >= <= ++ += -= *= /= %= &= |= ^= <<= |+|= |-|= |+| |-| +: + - * / % | & ^ ~ " +
  "( ) [ ] { } < > ! : , ? . = ; @ # ##"
).split(" ")) {
  (PUNCTUATION[p[0]!] ??= []).push(p);
}
for (const list of Object.values(PUNCTUATION)) list.sort((a, b) => b.length - a.length);
/** The same indexed by character code. */
export const PUNCTUATION_BY_CODE: (string[] | undefined)[] = [];
for (const [c, list] of Object.entries(PUNCTUATION)) PUNCTUATION_BY_CODE[c.charCodeAt(0)] = list;
