import { describe, expect, it } from "vitest";
import { Preprocessor } from "../../src/frontend/preprocessor.js";
import { parseProgram } from "../../src/frontend/program.js";
import { Sources } from "../../src/frontend/sources.js";
import { errorOf } from "./errors.js";

function run(text: string, files: Record<string, string> = {}, defines: Record<string, string> = {}) {
  const sources = new Sources();
  const asked: string[] = [];
  const preprocessor = new Preprocessor(sources, {
    includePaths: ["inc", "sys/"],
    readFile: (path) => {
      asked.push(path);
      return files[path];
    },
    builtinFiles: new Map([["built.p4", "built_in"]]),
    defines,
  });
  const tokens = preprocessor.run("dir/main.p4", text);
  const texts = tokens.texts
    .slice(0, -1)
    .map((t, i) => (tokens.kinds[i] === "string" ? JSON.stringify(t) : t));
  return { text: texts.join(" "), tokens, sources, asked };
}

describe("macros", () => {
  it("replaces names, also in what replaced them", () => {
    expect(run("#define A B\n#define B 3\nA + B").text).toBe("3 + 3");
  });
  it("takes arguments, expanded before they are put in", () => {
    expect(run("#define TWICE(x) ((x) + (x))\n#define ONE 1\nTWICE(ONE) TWICE((a, b))").text).toBe(
      "( ( 1 ) + ( 1 ) ) ( ( ( a , b ) ) + ( ( a , b ) ) )",
    );
  });
  it("leaves a function-like name without parentheses alone", () => {
    expect(run("#define F(x) x\nF + F (2)").text).toBe("F + 2");
  });
  it("tells a parameter list from a body by the white space before it", () => {
    expect(run("#define F (x) x\nF").text).toBe("( x ) x");
  });
  it("does not expand a macro within its own expansion", () => {
    expect(run("#define a a + b\n#define b a\na").text).toBe("a + a");
  });
  it("makes strings and pastes names", () => {
    expect(run('#define S(x) #x\n#define P(x, y) x ## y ## 1\nS(a + "b") P(he, ader)').text).toBe(
      '"a + \\"b\\"" header1',
    );
  });
  it("takes a variable number of arguments", () => {
    expect(run("#define F(a, ...) a [ __VA_ARGS__ ]\nF(1, 2, 3) F(1)").text).toBe("1 [ 2 , 3 ] 1 [ ]");
  });
  it("reads arguments over several lines and continues lines", () => {
    expect(run("#define F(a, b) \\\n  b \\\n  a\nF(1,\n  2)").text).toBe("2 1");
  });
  it("forgets a macro", () => {
    expect(run("#define A 1\n#undef A\nA").text).toBe("A");
  });
  it("knows those of the command line, the file and the line", () => {
    expect(run("X __LINE__\n__FILE__ __LINE__", {}, { X: "8w1 + 2" }).text).toBe('8w1 + 2 1 "dir/main.p4" 2');
  });
  it("gives expanded tokens the place of their use", () => {
    const { tokens, sources } = run("#define A x y\n\n  A");
    expect(sources.locate(tokens.positions[1]!)).toMatchObject({ line: 3, column: 3, text: "  A" });
  });
  it("refuses calls with the wrong number of arguments and endless expansion", () => {
    expect(errorOf("#define F(x) x\nF(1, 2)")).toMatchObject({ code: "bad-macro-call", line: 2, column: 1 });
    expect(errorOf("#define F(x) x\nF(1")).toMatchObject({ code: "bad-macro-call", line: 2 });
    const doubling = Array.from({ length: 60 }, (_, i) => `#define A${i + 1} A${i} A${i}`).join("\n");
    expect(errorOf(`${doubling}\nA60`).code).toBe("macro-too-large");
  });
});

describe("conditionals", () => {
  it("takes the first branch that holds", () => {
    const text = "#if X == 1\none\n#elif X == 2\ntwo\n#elif 1\nthree\n#else\nfour\n#endif";
    expect(run(text, {}, { X: "1" }).text).toBe("one");
    expect(run(text, {}, { X: "2" }).text).toBe("two");
    expect(run(text).text).toBe("three");
  });
  it("nests, and reads nothing of what is skipped", () => {
    expect(run("#if 0\n\"open ' @\n#if 1\na\n#else\nb\n#endif\n#else\nc\n#endif\nd").text).toBe("c d");
    expect(run("#ifdef A\n/* #else */ x\n#endif\ny").text).toBe("y");
  });
  it("knows ifdef, ifndef and defined", () => {
    const text = "#ifdef A\na\n#endif\n#ifndef A\nb\n#endif\n#if defined(A) && !defined B\nc\n#endif";
    expect(run(text).text).toBe("b");
    expect(run(text, {}, { A: "" }).text).toBe("a c");
  });
  it("computes like C", () => {
    for (const [text, value] of [
      ["1 + 2 * 3 == 7", true],
      ["(1 + 2) * 3 == 7", false],
      ["0x10 >> 2 == 4 && 1 << 4 == 0b10000", true],
      ["-1 < 0 ? 0 : 1", false],
      ["!UNKNOWN || 1 / 0", true],
      ["20200408UL >= 20180101", true],
      ["~0 == -1 && 7 % 4 == 3 && (6 ^ 3) == 5 && (6 & 3 | 8) == 10 && 3 != 4 && 2 <= 2 && 3 > 2", true],
    ] as const) {
      expect(run(`#if ${text}\nyes\n#endif`).text, text).toBe(value ? "yes" : "");
    }
  });
  it("refuses what is not balanced or not a condition", () => {
    expect(errorOf("a\n  #endif")).toMatchObject({ code: "unbalanced-conditional", line: 2, column: 3 });
    expect(errorOf("#if 1\n#else\n#else\n#endif")).toMatchObject({ code: "unbalanced-conditional", line: 3 });
    expect(errorOf("#if 0\n#else\n#elif 1\n#endif")).toMatchObject({
      code: "unbalanced-conditional",
      line: 3,
    });
    expect(errorOf("#ifdef A")).toMatchObject({ code: "unterminated-conditional", line: 1 });
    expect(errorOf("#if 1 +\n#endif")).toMatchObject({ code: "bad-condition", line: 1 });
    expect(errorOf("#if (1\n#endif")).toMatchObject({ code: "bad-condition", line: 1 });
    expect(errorOf("#if 1 2\n#endif")).toMatchObject({ code: "bad-condition", line: 1, column: 7 });
  });
});

describe("includes", () => {
  it("looks beside the file for quotes, and in the paths in order", () => {
    const files = { "dir/a.p4": "beside", "inc/a.p4": "first", "sys/b.p4": "second" };
    expect(run('#include "a.p4"\n#include <a.p4>\n#include <b.p4>', files).text).toBe("beside first second");
    expect(run('#include "none/a.p4"', { "inc/none/a.p4": "x" }).asked).toEqual([
      "dir/none/a.p4",
      "inc/none/a.p4",
    ]);
  });
  it("finds the package's own files last", () => {
    expect(run("#include <built.p4>").text).toBe("built_in");
    expect(run("#include <built.p4>", { "sys/built.p4": "mine" }).text).toBe("mine");
  });
  it("takes a name from a macro and guards against repetition", () => {
    const files = { "inc/g.p4": "#ifndef G\n#define G\nonce\n#endif" };
    expect(run("#define FILE <g.p4>\n#include FILE\n#include <g.p4>", files).text).toBe("once");
  });
  it("keeps positions in the included file", () => {
    const { tokens, sources } = run("#include <x.p4>\nafter", { "inc/x.p4": "\n  inner" });
    expect(sources.locate(tokens.positions[0]!)).toMatchObject({ file: "inc/x.p4", line: 2, column: 3 });
    expect(sources.locate(tokens.positions[1]!)).toMatchObject({ file: "dir/main.p4", line: 2, column: 1 });
  });
  it("refuses files that are not there or include each other", () => {
    expect(errorOf("\n#include <no.p4>")).toMatchObject({ code: "include-not-found", line: 2, column: 1 });
    const self = '#include "self.p4"';
    expect(errorOf(self, { readFile: () => self }).code).toBe("include-too-deep");
  });
});

describe("other directives", () => {
  it("stops at #error with its text", () => {
    const error = errorOf("#if 1\n#error no such target\n#endif");
    expect(error).toMatchObject({ code: "error-directive", line: 2, message: "#error no such target" });
  });
  it("maps lines", () => {
    const error = errorOf('#line 40 "other.p4"\nconst bit<8> x = ;');
    expect(error).toMatchObject({ file: "other.p4", line: 40, column: 18 });
    expect(errorOf('# 7 "gcc.p4"\n\nconst ;')).toMatchObject({ file: "gcc.p4", line: 8 });
  });
  it("names an unknown directive", () => {
    expect(errorOf("#inclde <core.p4>")).toMatchObject({ code: "unknown-directive", line: 1, column: 1 });
  });
  it("reads a file with Windows line ends and a byte order mark", () => {
    const text = "\uFEFF#define N 8\r\n#if N == 8\r\npackage p(bit<N> x);\r\np(8w3) main;\r\n#endif\r\n";
    expect(parseProgram(text).main.args).toEqual([3n]);
  });
});
