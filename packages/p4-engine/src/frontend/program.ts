/** The front end's driver: preprocess and cut into tokens, parse, check, elaborate. */
import { readFileSync } from "node:fs";
import { P4Error } from "../errors.js";
import { p4include } from "../p4include/index.js";
import type { CheckedProgram } from "./ast.js";
import { checkDeclaration } from "./check-declarations.js";
import { Context } from "./context.js";
import { elaborate } from "./elaborate.js";
import { Parser } from "./parser-declarations.js";
import { Preprocessor } from "./preprocessor.js";
import { Sources } from "./sources.js";

export interface ParseOptions {
  /** Name of the source, for messages and for `#include "..."` beside it. */
  file?: string;
  /** Searched in order for `#include <...>`, and after the including file's folder for `#include "..."`. Last, the
   * package's own core.p4, v1model.p4, tna.p4 and t2na.p4 are found. */
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
  const sources = new Sources();
  const file = options.file ?? "<input>";
  try {
    const preprocessor = new Preprocessor(sources, {
      includePaths: options.includePaths ?? [],
      readFile: options.readFile ?? readFromDisk,
      builtinFiles: p4include,
      defines: options.defines ?? {},
    });
    const tokens = preprocessor.run(file, source);
    const declarations = new Parser(tokens, sources).program();
    const cx = new Context(sources);
    for (const declaration of declarations) checkDeclaration(cx, declaration);
    const { main, instances } = elaborate(cx, tokens.positions[tokens.length - 1]!);
    return {
      main,
      instances,
      parsers: cx.parsers,
      controls: cx.controls,
      actions: cx.actions,
      functions: cx.functions,
      externs: cx.externs,
      externFunctions: cx.externFunctions,
      enums: cx.enums,
      errors: cx.errors,
      matchKinds: [...cx.matchKinds],
      locate: (pos) => sources.locate(pos),
    };
  } catch (problem) {
    if (problem instanceof P4Error) throw problem;
    // The parser bounds nesting; what still exhausts the stack is said so, not crashed on.
    if (problem instanceof RangeError && /call stack/i.test(problem.message)) {
      throw new P4Error("nesting-too-deep", `'${file}' is nested too deeply`);
    }
    throw new P4Error(
      "internal-error",
      `the front end failed on '${file}': ${String(problem)}`,
      undefined,
      false,
      problem,
    );
  }
}

function readFromDisk(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
