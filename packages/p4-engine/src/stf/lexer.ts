/** Tokens of STF statements other than packets. */
import { P4Error } from "../errors.js";

export interface Token {
  kind: "name" | "number" | "symbol";
  text: string;
  line: number;
  column: number;
}

const TOKEN =
  /[ \t\r]+|#.*|("[^"]*")|([A-Za-z_$][\w$]*)|(0[xX][0-9a-fA-F*]+|0[bB][01*]+|0[oO][0-7*]+|\d+(?:\.\d+)?(?=[^.\w]|\.\.|$)|\d+|\*)|(&&&|->|\.\.|==|!=|<=|>=|[:,.()[\]/=<>|])/y;

/** The tokens of one line. @throws P4Error stf-syntax */
export function tokenize(file: string, text: string, line: number): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const column = TOKEN.lastIndex + 1;
    const match = TOKEN.exec(text);
    if (!match) {
      const message = `'${text[column - 1]}' cannot be here`;
      throw new P4Error("stf-syntax", message, { file, line, column, text });
    }
    const [, quoted, name, number, symbol] = match;
    if (quoted) tokens.push({ kind: "name", text: quoted.slice(1, -1), line, column });
    else if (name) tokens.push({ kind: "name", text: name, line, column });
    else if (number) tokens.push({ kind: "number", text: number, line, column });
    else if (symbol) tokens.push({ kind: "symbol", text: symbol, line, column });
  }
  return tokens;
}
