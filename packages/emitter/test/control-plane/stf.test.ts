import { loadProgram, parseStf, runStf } from "@matchmul/p4-engine";
import type { MicroProgram } from "@matchmul/planner";
import { describe, expect, it } from "vitest";
import { identifier } from "../../src/index.js";
import { dense, denseProgram, emitted, programs } from "./support.js";

function stf(program: MicroProgram): { test: string; run(text: string): ReturnType<typeof runStf> } {
  const { p4, text } = emitted(program);
  return {
    test: text(`${identifier(program.name)}.stf`),
    run: (test) => runStf(loadProgram(p4), parseStf(test)),
  };
}

describe("the STF test", () => {
  it.each(programs)("passes: %s", (_, program) => {
    const { test, run } = stf(program);
    const result = run(test);
    expect(result.message).toBe("");
    expect(result.packetsOut).toBe(3);
    // Three requests and the packets that are cut off.
    expect(result.packetsIn).toBeGreaterThan(3);
  });

  it.each(programs)("fails without any one of the entries it adds: %s", (_, program) => {
    const { test, run } = stf(program);
    const lines = test.split("\n");
    const adds = lines.flatMap((line, i) => (line.startsWith("add ") ? [i] : []));
    // Of on_verdict only the classes that come out matter; a row or factor may be reached and change nothing.
    const lookups = adds.filter((i) => /^add Tile\.sequencer /.test(lines[i]));
    expect(lookups.length).toBeGreaterThan(5);
    for (const i of [lookups[0], lookups[3], lookups.at(-1)!])
      expect(run(lines.filter((_, at) => at !== i).join("\n")).passed).toBe(false);
  });

  it("fails when a word that a request adds is another", () => {
    const { test, run } = stf(dense);
    const changed = test.replace(
      /(add Tile\.lookup_\d [^(]*\(w0:)(\d+)/g,
      (_, head, w) => `${head}${(+w + 1) % 2 ** 32}`,
    );
    expect(changed).not.toBe(test);
    expect(run(changed).passed).toBe(false);
  });

  it("expects what each class does: an answer, another port, nothing", () => {
    const of = (n: number): number => n;
    const answers = stf(dense);
    const classes = [...answers.test.matchAll(/^expect 1 [0-9a-f]{52}([0-9a-f]{4})/gm)].map(([, c]) =>
      of(Number.parseInt(c, 16)),
    );
    expect(classes.length).toBe(3);
    const forwarded = stf(
      denseProgram(Object.fromEntries(classes.map((c) => [c, { kind: "forward", port: 9 }]))),
    );
    expect(forwarded.test.match(/^expect 9 0200000000020200/gm)?.length).toBe(3);
    expect(forwarded.run(forwarded.test).message).toBe("");
    const dropped = stf(denseProgram(Object.fromEntries(classes.map((c) => [c, { kind: "drop" }]))));
    expect(dropped.test).not.toMatch(/^expect/m);
    expect(dropped.run(dropped.test)).toMatchObject({ passed: true, packetsOut: 0 });
  });

  it.each(programs)("is in the grammar of p4c's parser: %s", (_, program) => {
    const name = String.raw`[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*`;
    const number = String.raw`(?:0b[01*]+|\d+)`;
    const add = new RegExp(
      `^add ${name}(?: \\d+)?(?: ${name}:${number})+ ${name}\\((?:\\w+:\\d+(?:, \\w+:\\d+)*)?\\)$`,
    );
    for (const line of stf(program).test.trimEnd().split("\n"))
      expect(line).toMatch(
        line.startsWith("add") ? add : /^(?:#.*|packet \d+ (?:[0-9a-f]{2})+|expect \d+ (?:[0-9a-f]{2})+ \$)$/,
      );
  });
});
