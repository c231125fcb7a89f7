/** The one error type of the package. */

/** Columns of a line that are shown, and of those the ones before the place. */
const FAR = 160;
const NEAR = 80;

export interface SourceLocation {
  file: string;
  /** 1-based. */
  line: number;
  /** 1-based, in UTF-16 units. */
  column: number;
  /** The text of that line, when there is one. */
  text?: string;
}

/**
 * Whatever is wrong with a program, its entries, a test or a packet.
 * `code` is stable and kebab-case; `message` is one sentence; `location` is where, when that is known.
 * `unsupported` marks what is legal P4 that this engine does not run (exit code 2 of p4run).
 */
export class P4Error extends Error {
  override readonly name = "P4Error";
  constructor(
    readonly code: string,
    message: string,
    readonly location?: SourceLocation,
    readonly unsupported = false,
    cause?: unknown,
  ) {
    super(message, { cause });
  }

  get file(): string | undefined {
    return this.location?.file;
  }
  get line(): number | undefined {
    return this.location?.line;
  }
  get column(): number | undefined {
    return this.location?.column;
  }

  /** `file:line:column: error: message [code]`, then the line and a caret under the column. */
  render(): string {
    const at = this.location;
    if (!at) return `error: ${this.message} [${this.code}]`;
    const head = `${at.file}:${at.line}:${at.column}: error: ${this.message} [${this.code}]`;
    if (at.text === undefined) return head;
    // Of a long line, as generated programs have, only what is near.
    const from = at.column > FAR ? at.column - NEAR : 0;
    const near = at.text.slice(from, from + FAR);
    const before = from > 0 ? "..." : "";
    const after = from + FAR < at.text.length ? "..." : "";
    // Tabs are kept in the padding, so that the caret stands right whatever their width.
    const pad = (before + near.slice(0, at.column - 1 - from)).replace(/[^\t]/g, " ");
    return `${head}\n${before}${near}${after}\n${pad}^`;
  }
}
