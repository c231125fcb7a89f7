/**
 * The parser of STF, the test format of the P4 compiler's suite. A statement begins with its keyword at the
 * start of a line, in any case, and may go on over lines that do not begin with one.
 */
import { commands } from "../control/commands/index.js";
import { P4Error } from "../errors.js";
import { type Token, tokenize } from "./lexer.js";
import type { Comparison, StfKey, StfStatement, StfTest } from "./test.js";

const KEYWORDS = new Set([
  "add",
  "setdefault",
  "packet",
  "expect",
  "wait",
  "remove",
  "check_counter",
  "no_packet",
]);
const COMPARISONS = new Set(["==", "!=", "<", "<=", ">", ">="]);

/** Parses a test. @throws P4Error stf-syntax, with the place */
export function parseStf(text: string, file = "test.stf"): StfTest {
  const lines = text.split("\n");
  const statements: StfStatement[] = [];
  for (let i = 0; i < lines.length; i++) {
    const source = lines[i];
    const head = /^\s*([A-Za-z_]\w*)/.exec(source);
    if (!head) {
      if (/^\s*(#|$)/.test(source)) continue;
      throw syntax(file, i + 1, 1, source, "a statement begins with its keyword");
    }
    const keyword = head[1].toLowerCase();
    const line = i + 1;
    if (keyword === "packet" || keyword === "expect") {
      statements.push(parsePacket(file, keyword, source, line, head[0].length));
      continue;
    }
    if (!isKeyword(keyword)) throw syntax(file, line, head[0].length, source, `'${head[1]}' is no statement`);
    const tokens = tokenize(file, source, line);
    while (i + 1 < lines.length && !startsStatement(lines[i + 1]))
      tokens.push(...tokenize(file, lines[++i], i + 1));
    statements.push(new StatementParser(file, lines, tokens).parse(keyword, line));
  }
  return { file, statements };
}

const isKeyword = (word: string) => KEYWORDS.has(word) || commands.has(word);

function startsStatement(source: string): boolean {
  const head = /^\s*([A-Za-z_]\w*)(?!\s*[:.([])/.exec(source);
  return head !== null && isKeyword(head[1].toLowerCase());
}

function parsePacket(
  file: string,
  kind: "packet" | "expect",
  source: string,
  line: number,
  from: number,
): StfStatement {
  const match = /^\s+(\d+)([0-9a-fA-F*\s]*)(\$?)\s*(#.*)?$/.exec(source.slice(from));
  if (!match)
    throw syntax(file, line, from + 1, source, `'${kind}' is followed by a port and hexadecimal digits`);
  const port = Number(match[1]);
  const digits = match[2].replace(/\s+/g, "");
  if (kind === "expect") {
    const exactLength = match[3] !== "";
    // A lone `$` is a packet of no bytes.
    const pattern = digits === "" && !exactLength ? null : digits.toUpperCase();
    return { kind, line, port, pattern, exactLength };
  }
  if (match[3] !== "" || digits.includes("*"))
    throw syntax(file, line, from + 1, source, "'*' and '$' are for what is expected");
  if (digits.length % 2 !== 0)
    throw syntax(file, line, from + 1, source, `the packet has an odd number of digits (${digits.length})`);
  return {
    kind,
    line,
    port,
    bytes: Uint8Array.from(digits.match(/../g) ?? [], (d) => Number.parseInt(d, 16)),
  };
}

class StatementParser {
  private at = 1;

  constructor(
    private readonly file: string,
    private readonly lines: readonly string[],
    private readonly tokens: readonly Token[],
  ) {}

  parse(keyword: string, line: number): StfStatement {
    const statement = this.statement(keyword, line);
    if (this.at < this.tokens.length) throw this.unexpected("the end of the statement");
    return statement;
  }

  private statement(keyword: string, line: number): StfStatement {
    switch (keyword) {
      case "wait":
        return { kind: "wait", line };
      case "no_packet":
        return { kind: "noPacket", line };
      case "remove":
        if (this.name().toLowerCase() !== "all") throw this.unexpected("'all'", -1);
        return { kind: "removeAll", line };
      case "add":
        return this.add(line);
      case "setdefault": {
        const table = this.qualifiedName();
        return { kind: "setdefault", line, table, ...this.action() };
      }
      case "check_counter":
        return this.counter(line);
      default:
        return this.command(keyword, line);
    }
  }

  private add(line: number): StfStatement {
    const table = this.qualifiedName();
    const priority = this.peek()?.kind === "number" ? Number(this.next().text) : null;
    const keys: StfKey[] = [];
    for (;;) {
      const name = this.qualifiedName();
      if (this.accept(":")) {
        keys.push({ name, value: this.keyValue() });
        continue;
      }
      const args = this.args();
      const id = this.accept("=") ? this.name() : null;
      return { kind: "add", line, table, priority, keys, action: name, args, id };
    }
  }

  private action(): { action: string; args: StfKey[] } {
    const action = this.qualifiedName();
    return { action, args: this.args() };
  }

  private args(): StfKey[] {
    this.expect("(");
    const args: StfKey[] = [];
    while (!this.accept(")")) {
      if (args.length > 0) this.accept(",");
      const name = this.name();
      this.expect(":");
      args.push({ name, value: this.number() });
    }
    return args;
  }

  private counter(line: number): StfStatement {
    const name = this.qualifiedName();
    this.expect("(");
    const index = this.peek()?.kind === "name" ? this.name().replace(/^\$/, "") : this.number();
    this.expect(")");
    const rest = { kind: "counter", line, name, index } as const;
    if (this.at === this.tokens.length) return { ...rest, unit: "packets", comparison: "==", value: 0 };
    const unit = this.name().toLowerCase();
    if (unit !== "packets" && unit !== "bytes") throw this.unexpected("'packets' or 'bytes'", -1);
    const comparison = this.next().text;
    if (!COMPARISONS.has(comparison)) throw this.unexpected("a comparison", -1);
    return { ...rest, unit, comparison: comparison as Comparison, value: Number(this.number()) };
  }

  /** Words of a command, which blanks separate: `1.5:10` is one. */
  private command(keyword: string, line: number): StfStatement {
    const words = [keyword];
    let end = -1;
    for (; this.at < this.tokens.length; this.at++) {
      const token = this.tokens[this.at];
      const start = token.column;
      if (start === end) words[words.length - 1] += token.text;
      else words.push(token.text);
      end = start + token.text.length;
    }
    return { kind: "command", line, words };
  }

  /** `a.b[1].c`; a part may be in quotes. */
  private qualifiedName(): string {
    let name = this.name();
    for (;;) {
      if (this.accept("[")) {
        name += `[${this.number()}]`;
        this.expect("]");
      } else if (this.accept(".")) name += `.${this.name()}`;
      else return name;
    }
  }

  private keyValue(): string {
    let value = this.number();
    for (const infix of ["/", "&&&", "->", ".."]) if (this.accept(infix)) value += infix + this.number();
    return value;
  }

  private peek(): Token | undefined {
    return this.tokens[this.at];
  }

  private next(): Token {
    if (this.at >= this.tokens.length) throw this.unexpected("more");
    return this.tokens[this.at++];
  }

  private name(): string {
    if (this.peek()?.kind !== "name") throw this.unexpected("a name");
    return this.next().text;
  }

  private number(): string {
    if (this.peek()?.kind !== "number") throw this.unexpected("a number");
    return this.next().text;
  }

  private accept(symbol: string): boolean {
    const token = this.peek();
    if (token?.kind !== "symbol" || token.text !== symbol) return false;
    this.at++;
    return true;
  }

  private expect(symbol: string): void {
    if (!this.accept(symbol)) throw this.unexpected(`'${symbol}'`);
  }

  private unexpected(wanted: string, offset = 0): P4Error {
    const token = this.tokens[this.at + offset];
    const last = this.tokens[this.tokens.length - 1];
    const { line, column } = token ?? { line: last.line, column: last.column + last.text.length };
    const found = token ? `'${token.text}'` : "the end of the statement";
    return syntax(this.file, line, column, this.lines[line - 1], `${found} stands where ${wanted} is needed`);
  }
}

const syntax = (file: string, line: number, column: number, text: string, message: string) =>
  new P4Error("stf-syntax", message, { file, line, column, text });
