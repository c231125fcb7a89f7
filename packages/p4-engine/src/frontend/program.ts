/** The front end's driver: preprocess and lex, parse, check, elaborate. */
import { P4Error } from "../errors.js";
import type { CheckedProgram } from "./ast.js";

export interface ParseOptions {
  /** Name of the source, for messages and for `#include "..."` beside it. */
  file?: string;
  /** Searched in order for `#include <...>`, and after the including file's folder for `#include "..."`. */
  includePaths?: readonly string[];
  /** Text of a file, or undefined when there is none. Default: the file system. */
  readFile?: (path: string) => string | undefined;
  /** Macros defined beforehand, as with `-D`. */
  defines?: Readonly<Record<string, string>>;
}

/**
 * Front end, whole: P4_16 text to a checked program.
 * @throws P4Error, and nothing else, whatever the text.
 */
export function parseProgram(source: string, options: ParseOptions = {}): CheckedProgram {
  void source;
  throw new P4Error("unsupported", `the front end does not read '${options.file ?? "input"}' yet`);
}
