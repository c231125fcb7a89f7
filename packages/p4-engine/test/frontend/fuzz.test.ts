import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { P4Error } from "../../src/errors.js";
import { parseProgram } from "../../src/frontend/program.js";
import { everything } from "./samples.js";

const TOKENS = everything.match(/[A-Za-z_]\w*|\d\w*|\s+|"[^"]*"|./g)!;
const where = (pattern: RegExp) => TOKENS.flatMap((t, i) => (pattern.test(t) ? [i] : []));
const CLASSES = [
  where(/^[A-Za-z_]/), // names for names, so that the program often still parses
  where(/^\d/),
  where(/^[-+*/%&|^<>=!~?:.,]$/),
  TOKENS.map((_, i) => i),
];

/** One change: the token at a place of a class is dropped, doubled, or replaced by others. */
const mutation = fc.record({
  of: fc.integer({ min: 0, max: CLASSES.length - 1 }),
  at: fc.nat(),
  from: fc.nat(),
  length: fc.nat({ max: 3 }),
  keep: fc.boolean(),
});

function mutate(changes: { of: number; at: number; from: number; length: number; keep: boolean }[]): string {
  const tokens = [...TOKENS];
  for (const { of, at, from, length, keep } of changes) {
    const places = CLASSES[of]!;
    const target = places[at % places.length]!;
    const source = places[from % places.length]!;
    tokens[target] =
      (keep ? tokens[target]! : "") + TOKENS.slice(source, source + 1 + (of === 3 ? length : 0)).join("");
  }
  return tokens.join("");
}

function fails(text: string): P4Error | null {
  try {
    parseProgram(text, { readFile: () => undefined });
    return null;
  } catch (problem) {
    expect(problem, text).toBeInstanceOf(P4Error);
    expect((problem as P4Error).code, `${String((problem as P4Error).message)}\n${text}`).not.toBe(
      "internal-error",
    );
    return problem as P4Error;
  }
}

describe("any text", () => {
  it("is a program or a P4Error with a place", () => {
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), (changes) => {
        const error = fails(mutate(changes));
        if (error) expect(error.render()).toMatch(/^.+:\d+:\d+: error: .+ \[[a-z-]+\]\n/);
      }),
      { numRuns: 600 },
    );
  });

  it("may also be no program at all", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...TOKENS, "<", ">>", "@", "#", "{", "(", "\n"), { maxLength: 40 }),
        (t) => {
          fails(t.join(" "));
        },
      ),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (t) => {
        fails(t);
      }),
      { numRuns: 300 },
    );
  });

  it.each<[string, string, string]>([
    ["parentheses", `const int x = ${"(".repeat(1e5)}`, "nesting-too-deep"],
    ["prefix operators", `const int x = ${"-".repeat(1e5)}1;`, "nesting-too-deep"],
    ["operators in a row", `const int x = 1${"+1".repeat(1e5)};`, "nesting-too-deep"],
    ["comparisons that look like type arguments", `const bool x = a${"<a".repeat(1e5)};`, "nesting-too-deep"],
    ["types", `typedef ${"tuple<".repeat(1e5)}`, "nesting-too-deep"],
    ["blocks", `action a() ${"{".repeat(1e5)}`, "nesting-too-deep"],
    ["else if", `action a(bool b) { ${"if (b) {} else ".repeat(1e4)}{} }`, "nesting-too-deep"],
    ["members", `const int x = a${".a".repeat(1e5)};`, "nesting-too-deep"],
    ["constants", "const int x = 1 << 100000000000;", "bad-constant"],
    [
      "macro calls",
      `#define F(x) x\nconst int x = ${"F(".repeat(1e4)}1${")".repeat(1e4)};`,
      "macro-too-deep",
    ],
    [
      "structs",
      doubling("struct s0 { bit<8> a; }", (i) => `struct s${i + 1} { s${i} a; s${i} b; }`),
      "type-too-large",
    ],
    [
      "tuples",
      doubling("typedef bit<8> t0;", (i) => `typedef tuple<t${i}, t${i}> t${i + 1};`),
      "type-too-large",
    ],
    ["stacks", "header h { bit<8> a; } struct s { h[60000] x; } struct t { s[60000] y; }", "type-too-large"],
    [
      "instances",
      `${doubling("control c0() { apply { } }", (i) => `control c${i + 1}() { c${i}() a; c${i}() b; apply { } }`)} c60() x;`,
      "program-too-large",
    ],
  ])("bounds %s", (_, text, code) => {
    expect(fails(text)?.code).toBe(code);
  });
});

function doubling(first: string, next: (i: number) => string): string {
  return [first, ...Array.from({ length: 60 }, (_, i) => next(i))].join("\n");
}
