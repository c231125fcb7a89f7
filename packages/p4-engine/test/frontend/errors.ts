/** How tests state an error: its code and where it is. */
import { expect } from "vitest";
import { P4Error } from "../../src/errors.js";
import { type ParseOptions, parseProgram } from "../../src/frontend/program.js";

/** The error of a program that must have one. */
export function errorOf(source: string, options: ParseOptions = {}): P4Error {
  try {
    parseProgram(source, options);
  } catch (problem) {
    expect(problem).toBeInstanceOf(P4Error);
    return problem as P4Error;
  }
  throw new Error("the program has no error");
}

/**
 * Checks that the program fails with `code` at the place marked `«` (removed before parsing).
 * Returns the error, for its message.
 */
export function expectErrorAt(marked: string, code: string): P4Error {
  const offset = marked.indexOf("«");
  if (offset < 0) throw new Error("no place is marked");
  const before = marked.slice(0, offset);
  const line = before.split("\n").length;
  const column = offset - before.lastIndexOf("\n");
  const error = errorOf(marked.replace("«", ""), { file: "test.p4" });
  expect(
    { code: error.code, file: error.file, line: error.line, column: error.column },
    error.message,
  ).toEqual({
    code,
    file: "test.p4",
    line,
    column,
  });
  return error;
}
