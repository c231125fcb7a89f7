/** Protocol buffers' text format, read without a schema. */
import { P4Error } from "../../errors.js";

/** A message's fields by name, each with its values in order. */
export type Message = ReadonlyMap<string, readonly Value[]>;
/** Numbers and identifiers stay text; strings are bytes. */
export type Value = Message | Uint8Array | string;

/** Nesting beyond this is refused, so that no input exhausts the stack. */
const MAX_DEPTH = 64;

/** @throws P4Error textproto-syntax */
export function parseTextProto(text: string, file = "input"): Message {
  return new Reader(text, file).fields(null, 0);
}

/**
 * Reads a message and hands the values of one of its fields over as they come, keeping none: memory is that of a value.
 * @throws P4Error textproto-syntax, after the values before it were handed over
 */
export function eachValue(text: string, field: string, take: (value: Value) => void, file = "input"): void {
  new Reader(text, file).each(field, take);
}

/** Where the values of a field go. */
interface Sink {
  push(value: Value): void;
}
const NOWHERE: Sink = { push() {} };

const NAME = 1;
const NUMBER = 2;
/** By character code: NAME for what begins a name, NUMBER for what begins a number. */
const CLASS = new Uint8Array(65536);
for (const c of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_") CLASS[c.charCodeAt(0)] = NAME;
for (const c of "0123456789.+-") CLASS[c.charCodeAt(0)] = NUMBER;
const SYMBOLS = "{}<>[]:,;/";
const QUOTE = 34;
const HASH = 35;
const APOSTROPHE = 39;
const PLUS = 43;
const MINUS = 45;
const BACKSLASH = 92;
const NEWLINE = 10;
const E = 101;

class Reader {
  private kind: "name" | "string" | "number" | "symbol" | "end" = "end";
  private text = "";
  private start = 0;
  private at = 0;

  constructor(
    private readonly source: string,
    private readonly file: string,
  ) {
    this.advance();
  }

  fields(close: string | null, depth: number): Message {
    if (depth > MAX_DEPTH) throw this.error(`messages nest deeper than ${MAX_DEPTH}`);
    const message = new Map<string, Value[]>();
    while (close === null ? this.kind !== "end" : !this.accept(close)) {
      const name = this.fieldName();
      let values = message.get(name);
      if (!values) message.set(name, (values = []));
      this.fieldValue(values, depth);
    }
    return message;
  }

  each(field: string, take: (value: Value) => void): void {
    const wanted: Sink = { push: take };
    while (this.kind !== "end") this.fieldValue(this.fieldName() === field ? wanted : NOWHERE, 0);
  }

  /** What follows a field's name, its separator included. */
  private fieldValue(values: Sink, depth: number): void {
    if (this.accept(":")) this.value(values, depth);
    else values.push(this.message(depth));
    if (!this.accept(",")) this.accept(";");
  }

  /** A name, or an extension's in brackets. */
  private fieldName(): string {
    let name = this.text;
    if (this.accept("[")) {
      for (name = "["; !this.accept("]"); name += this.text, this.advance())
        if (this.kind !== "name" && this.kind !== "number" && this.text !== "/")
          throw this.error(`'${this.shown()}' stands where an extension's name is needed`);
      return `${name}]`;
    }
    if (this.kind !== "name") throw this.error(`'${this.shown()}' stands where a field's name is needed`);
    this.advance();
    return name;
  }

  private message(depth: number): Message {
    if (this.accept("{")) return this.fields("}", depth + 1);
    if (this.accept("<")) return this.fields(">", depth + 1);
    throw this.error(`'${this.shown()}' stands where ':' or '{' is needed`);
  }

  private value(values: Sink, depth: number): void {
    if (this.accept("[")) {
      while (!this.accept("]")) {
        values.push(this.single(depth));
        this.accept(",");
      }
    } else values.push(this.single(depth));
  }

  private single(depth: number): Value {
    if (this.kind === "number" && this.text === "-") {
      this.advance();
      return `-${this.scalar()}`;
    }
    if (this.kind === "symbol") return this.message(depth);
    if (this.kind !== "string") return this.scalar();
    const bytes: number[] = [];
    while ((this.kind as string) === "string") {
      unquote(this.text, bytes);
      this.advance();
    }
    return Uint8Array.from(bytes);
  }

  private scalar(): string {
    if (this.kind !== "name" && this.kind !== "number")
      throw this.error(`'${this.shown()}' stands where a value is needed`);
    const { text } = this;
    this.advance();
    return text;
  }

  private accept(symbol: string): boolean {
    if (this.kind !== "symbol" || this.text !== symbol) return false;
    this.advance();
    return true;
  }

  /** Reads the next token into `kind` and `text`; a string's text is its inside. */
  private advance(): void {
    const { source } = this;
    const n = source.length;
    let at = this.skipBlanks();
    this.start = at;
    if (at >= n) {
      this.kind = "end";
      this.text = "";
      return;
    }
    const first = source.charCodeAt(at);
    if (first === QUOTE || first === APOSTROPHE) {
      for (at++; at < n && source.charCodeAt(at) !== first; at++)
        if (source.charCodeAt(at) === BACKSLASH) at++;
        else if (source.charCodeAt(at) === NEWLINE) break;
      if (at >= n || source.charCodeAt(at) !== first) throw this.error("the string has no end on its line");
      this.kind = "string";
      this.text = source.slice(this.start + 1, at);
      this.at = at + 1;
      return;
    }
    if (CLASS[first] === NAME || CLASS[first] === NUMBER) {
      this.kind = CLASS[first] === NAME ? "name" : "number";
      // Dots belong to both, and signs to an exponent.
      for (at++; at < n; at++) {
        const c = source.charCodeAt(at);
        const exponent =
          (c === PLUS || c === MINUS) && this.kind === "number" && (source.charCodeAt(at - 1) | 32) === E;
        if (!(CLASS[c] === NAME || CLASS[c] === NUMBER) || ((c === PLUS || c === MINUS) && !exponent)) break;
      }
    } else {
      if (!SYMBOLS.includes(source[at])) throw this.error(`'${source[at]}' cannot be here`);
      this.kind = "symbol";
      at++;
    }
    this.text = source.slice(this.start, at);
    this.at = at;
  }

  /** Past blanks and comments. */
  private skipBlanks(): number {
    const { source } = this;
    let { at } = this;
    for (;;) {
      const c = source.charCodeAt(at);
      if (c === 32 || (c >= 9 && c <= 13)) at++;
      else if (c === HASH) {
        const end = source.indexOf("\n", at);
        at = end < 0 ? source.length : end;
      } else return at;
    }
  }

  private shown(): string {
    return this.kind === "end" ? "the end" : this.text;
  }

  private error(message: string): P4Error {
    const { source, start } = this;
    let line = 1;
    let from = 0;
    for (let at = source.indexOf("\n"); at >= 0 && at < start; at = source.indexOf("\n", from)) {
      line++;
      from = at + 1;
    }
    const end = source.indexOf("\n", from);
    const text = source.slice(from, end < 0 ? source.length : end);
    const column = start - from + 1;
    return new P4Error("textproto-syntax", message, { file: this.file, line, column, text });
  }
}

const ESCAPES: Readonly<Record<string, number>> = {
  n: 10,
  r: 13,
  t: 9,
  a: 7,
  b: 8,
  f: 12,
  v: 11,
  "\\": 92,
  "'": 39,
  '"': 34,
  "?": 63,
};

/** Appends the bytes of a quoted string's inside; characters beyond ASCII become UTF-8. */
function unquote(text: string, bytes: number[]): void {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === BACKSLASH) {
      const found = ESCAPE.exec(text.slice(i + 1, i + 4));
      if (!found) continue;
      const [whole, hex, octal] = found;
      bytes.push(
        hex
          ? Number.parseInt(hex, 16)
          : octal
            ? Number.parseInt(octal, 8) & 255
            : (ESCAPES[whole] ?? whole.charCodeAt(0) & 255),
      );
      i += whole.length;
    } else if (c < 128) bytes.push(c);
    else {
      const character = String.fromCodePoint(text.codePointAt(i)!);
      bytes.push(...new TextEncoder().encode(character));
      i += character.length - 1;
    }
  }
}

const ESCAPE = /^(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3})|[\s\S])/;

// ---- Reading fields ---------------------------------------------------------------------------------------

export const bad = (field: string, wanted: string) =>
  new P4Error("bad-field", `field '${field}' is not ${wanted}`);

export const isMessage = (v: Value): v is Message => v instanceof Map;

export function messages(m: Message, field: string): Message[] {
  return (m.get(field) ?? []).map((v) => {
    if (!isMessage(v)) throw bad(field, "a message");
    return v;
  });
}

export function message(m: Message, field: string): Message | undefined {
  return messages(m, field).at(-1);
}

/** An integer field, 0 when absent. */
export function integer(m: Message, field: string): number {
  const v = m.get(field)?.at(-1);
  if (v === undefined) return 0;
  const n = typeof v === "string" ? Number(v.replace(/[uU]$/, "")) : Number.NaN;
  if (!Number.isSafeInteger(n)) throw bad(field, "an integer");
  return n;
}

export function integers(m: Message, field: string): number[] {
  return (m.get(field) ?? []).map((v) => integer(new Map([[field, [v]]]), field));
}

/** An enum's name, or its number as text; "" when absent. */
export function symbol(m: Message, field: string): string {
  const v = m.get(field)?.at(-1) ?? "";
  if (typeof v !== "string") throw bad(field, "a symbol");
  return v;
}

export function text(m: Message, field: string): string {
  const v = m.get(field)?.at(-1);
  if (v === undefined) return "";
  if (!(v instanceof Uint8Array)) throw bad(field, "a string");
  return new TextDecoder().decode(v);
}

/** A byte string as a big-endian number, a bigint above 53 bits; undefined when absent. */
export function bits(m: Message, field: string): number | bigint | undefined {
  const v = m.get(field)?.at(-1);
  if (v === undefined) return undefined;
  if (!(v instanceof Uint8Array)) throw bad(field, "a byte string");
  if (v.length <= 6) return v.reduce((sum, b) => sum * 256 + b, 0);
  return v.reduce((sum, b) => (sum << 8n) | BigInt(b), 0n);
}

export function flag(m: Message, field: string): boolean {
  const v = symbol(m, field);
  return v === "true" || v === "True" || v === "t" || v === "1";
}
