import { loadProfile } from "@matchmul/profiles";
import { describe, expect, it } from "vitest";
import type { LogicalTable, PipelineProgram } from "../../src/pipeline/types.js";
import { validateProgram } from "../../src/pipeline/validate.js";
import { key, table } from "./programs.js";

const tofino = loadProfile("tofino");

function reason(program: Partial<PipelineProgram>): string {
  try {
    validateProgram(
      { name: "p", tables: [table("a"), table("b"), table("c")], dependencies: [], ...program },
      tofino,
    );
  } catch (cause) {
    expect(cause).toMatchObject({ code: "pipeline-invalid" });
    return (cause as Error).message;
  }
  return "";
}

describe("validateProgram", () => {
  it("accepts what is in order", () => {
    expect(reason({ dependencies: [{ kind: "match", from: "a", to: "b" }] })).toBe("");
  });

  it("refuses programs by their shape", () => {
    expect(reason({ tables: [] })).toMatch(/no table/);
    expect(reason({ tables: [table("a"), table("a")] })).toMatch(/two tables are named a/);
    expect(reason({ dependencies: [{ kind: "match", from: "a", to: "x" }] })).toMatch(
      /names x, which is no table/,
    );
    expect(reason({ exclusive: [["a", "y"]] })).toMatch(/names y/);
    const tables = [table("a"), table("b", { gress: "egress" })];
    expect(reason({ tables, dependencies: [{ kind: "action", from: "a", to: "b" }] })).toMatch(
      /different gresses/,
    );
  });

  it("shows a cycle", () => {
    const d = (from: string, to: string) => ({ kind: "control" as const, from, to });
    expect(reason({ dependencies: [d("a", "b"), d("b", "c"), d("c", "a")] })).toMatch(
      /cycle: (a before b before c before a|b before c before a before b|c before a before b before c)/,
    );
    expect(reason({ dependencies: [d("b", "b")] })).toMatch(/cycle: b before b/);
  });

  it.each<[string, Partial<LogicalTable>, RegExp]>([
    ["no entries", { entries: 0 }, /0 entries/],
    ["entries that are no number", { entries: Number.NaN }, /NaN entries/],
    ["negative action data", { actionDataBits: -1 }, /-1 bits of action data/],
    ["a fraction of an action", { actions: 1.5 }, /1.5 actions/],
    ["writes to containers that do not exist", { writes: { 64: 1 } as never }, /64 bits/],
    ["a match without a key", { match: "exact" }, /no key/],
    ["a key without a match", { key: key(8) }, /has a key/],
    ["a key of no bits", { match: "exact", key: key(0) }, /0 bits/],
    ["a gateway without a condition", { match: "gateway" }, /without a condition/],
    [
      "an address that is not the size",
      { match: "hash-action", key: key(4), entries: 15 },
      /2\^4 entries, not 15/,
    ],
    ["a wide range", { match: "range", key: key(24), entries: 4 }, /more than 20 bits/],
    ["more action data than an entry holds", { actionDataBits: 1025 }, /1025 bits/],
    ["register cells of odd width", { stateful: [{ name: "r", widthBits: 24, cells: 1 }] }, /24 bits/],
    ["register cells of too many bits", { stateful: [{ name: "r", widthBits: 128, cells: 1 }] }, /128 bits/],
    ["a register without cells", { stateful: [{ name: "r", widthBits: 8, cells: 0 }] }, /0 cells/],
    [
      "five register actions",
      { stateful: [{ name: "r", widthBits: 8, cells: 1, instructions: 5 }] },
      /5 register actions/,
    ],
    [
      "two outputs of a register",
      { stateful: [{ name: "r", widthBits: 64, cells: 1, outputBits: 64 }] },
      /64 bits out/,
    ],
  ])("refuses %s", (_, rest, message) => {
    expect(reason({ tables: [table("a", rest)] })).toMatch(message);
  });
});
