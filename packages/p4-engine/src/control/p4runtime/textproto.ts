/** Protocol buffers' text format, read without a schema. */
import { P4Error } from "../../errors.js";

/** A message's fields by name, each with its values in order. */
export type Message = ReadonlyMap<string, readonly Value[]>;
/** Numbers and identifiers stay text; strings are bytes. */
export type Value = Message | Uint8Array | string;

const TOKEN =
  /[ \t\r\n]+|#[^\n]*|([A-Za-z_][\w.]*|\[[\w./]+\])|("(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*')|([-+]?(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)[fFuU]?)|([{}<>[\]:,;-])/y;

/** Nesting beyond this is refused, so that no input exhausts the stack. */
const MAX_DEPTH = 64;

/** @throws P4Error textproto-syntax */
export function parseTextProto(text: string, file = "input"): Message {
  return new Reader(text, file).fields(null, 0);
}

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
      if (this.kind !== "name") throw this.error(`'${this.shown()}' stands where a field's name is needed`);
      const name = this.text;
      this.advance();
      let values = message.get(name);
      if (!values) message.set(name, (values = []));
      if (this.accept(":")) this.value(values, depth);
      else values.push(this.message(depth));
      if (!this.accept(",")) this.accept(";");
    }
    return message;
  }

  private message(depth: number): Message {
    if (this.accept("{")) return this.fields("}", depth + 1);
    if (this.accept("<")) return this.fields(">", depth + 1);
    throw this.error(`'${this.shown()}' stands where ':' or '{' is needed`);
  }

  private value(values: Value[], depth: number): void {
    if (this.accept("[")) {
      while (!this.accept("]")) {
        values.push(this.single(depth));
        this.accept(",");
      }
    } else values.push(this.single(depth));
  }

  private single(depth: number): Value {
    if (this.kind === "symbol" && this.text === "-") {
      this.advance();
      return `-${this.scalar()}`;
    }
    if (this.kind === "symbol") return this.message(depth);
    if (this.kind !== "string") return this.scalar();
    let bytes: number[] = [];
    while ((this.kind as string) === "string") {
      bytes = bytes.concat(unquote(this.text.slice(1, -1)));
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

  private advance(): void {
    const { source } = this;
    for (;;) {
      this.start = this.at;
      if (this.at >= source.length) {
        this.kind = "end";
        this.text = "";
        return;
      }
      TOKEN.lastIndex = this.at;
      const match = TOKEN.exec(source);
      if (!match) throw this.error(`'${source[this.at]}' cannot be here`);
      this.at = TOKEN.lastIndex;
      const [, name, string, number, symbol] = match;
      const text = name ?? string ?? number ?? symbol;
      if (text === undefined) continue;
      this.kind = name ? "name" : string ? "string" : number ? "number" : "symbol";
      this.text = text;
      // `[` opens a list unless a whole extension name follows it.
      if (this.kind === "name" && text[0] === "[" && /^\[\d/.test(text)) {
        this.kind = "symbol";
        this.text = "[";
        this.at = this.start + 1;
      }
      return;
    }
  }

  private shown(): string {
    return this.kind === "end" ? "the end" : this.text;
  }

  private error(message: string): P4Error {
    const before = this.source.slice(0, this.start).split("\n");
    const line = before.length;
    const column = before[line - 1].length + 1;
    const text = this.source.split("\n", line)[line - 1];
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

/** Bytes of a quoted string's inside; characters beyond ASCII become UTF-8. */
function unquote(text: string): number[] {
  const bytes: number[] = [];
  for (const part of text.match(/\\x[0-9a-fA-F]{1,2}|\\[0-7]{1,3}|\\[\s\S]|[^\\]+/g) ?? []) {
    if (part[0] !== "\\") bytes.push(...new TextEncoder().encode(part));
    else if (part[1] === "x" && part.length > 2) bytes.push(Number.parseInt(part.slice(2), 16));
    else if (part[1] >= "0" && part[1] <= "7") bytes.push(Number.parseInt(part.slice(1), 8) & 255);
    else bytes.push(ESCAPES[part[1]] ?? part.charCodeAt(1) & 255);
  }
  return bytes;
}

// ---- Reading fields ---------------------------------------------------------------------------------------

const bad = (field: string, wanted: string) => new P4Error("bad-field", `field '${field}' is not ${wanted}`);

const isMessage = (v: Value): v is Message => v instanceof Map;

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
