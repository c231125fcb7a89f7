import { describe, expect, it } from "vitest";
import { P4Error } from "../../src/errors.js";
import { Sources } from "../../src/frontend/sources.js";

describe("P4Error", () => {
  it("renders its place, line and caret", () => {
    const error = new P4Error("bad", "it is bad", { file: "a.p4", line: 3, column: 5, text: "\tx = y;" });
    expect(error.render()).toBe("a.p4:3:5: error: it is bad [bad]\n\tx = y;\n\t   ^");
    expect([error.file, error.line, error.column, error.unsupported]).toEqual(["a.p4", 3, 5, false]);
  });
  it("renders without a place", () => {
    expect(new P4Error("bad", "it is bad").render()).toBe("error: it is bad [bad]");
  });
  it("shows only the neighbourhood in a long line", () => {
    const text = `${"a".repeat(500)}b${"c".repeat(500)}`;
    const lines = new P4Error("bad", "m", { file: "a", line: 1, column: 501, text }).render().split("\n");
    expect(lines[1]!.length).toBeLessThan(200);
    expect(lines[1]![lines[2]!.indexOf("^")]).toBe("b");
    const start = new P4Error("bad", "m", { file: "a", line: 1, column: 2, text }).render().split("\n");
    expect([start[1]!.startsWith("aaa"), start[1]!.endsWith("..."), start[2]]).toEqual([true, true, " ^"]);
  });
});

describe("sources", () => {
  it("find every position again", () => {
    const sources = new Sources();
    const texts = ["one\ntwo\r\n\nfour", "", "x"];
    const bases = texts.map((t, i) => sources.add(`f${i}`, t));
    texts.forEach((text, f) => {
      for (let offset = 0; offset <= text.length; offset++) {
        const lines = text.slice(0, offset).split("\n");
        expect(sources.locate(bases[f]! + offset)).toMatchObject({
          file: `f${f}`,
          line: lines.length,
          column: lines[lines.length - 1]!.length + 1,
        });
      }
    });
    expect(sources.locate(bases[0]! + 5).text).toBe("two");
  });
  it("count lines from a #line directive on, until the next", () => {
    const sources = new Sources();
    const base = sources.add("f", "a\nb\nc\nd\ne");
    sources.remap(base + 2, 10, "g");
    sources.remap(base + 6, 1, "h");
    expect([0, 2, 4, 6, 8].map((o) => sources.locate(base + o)).map((l) => `${l.file}:${l.line}`)).toEqual([
      "f:1",
      "g:10",
      "g:11",
      "h:1",
      "h:2",
    ]);
  });
  it("shorten messages without end", () => {
    const sources = new Sources();
    expect(sources.error("bad", "m".repeat(10_000), sources.add("f", "")).message.length).toBeLessThan(500);
  });
});
