import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { loadProgram } from "../src/index.js";

test("the README's example prints what it says", () => {
  const text = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const example = /```ts\nimport .*\n([\s\S]*?)```/.exec(text)?.[1] ?? "";
  const printed: unknown[] = [];
  new Function("loadProgram", "console", example)(loadProgram, { log: (x: unknown) => printed.push(x) });
  expect(printed).toEqual([[{ port: 3, bytes: Uint8Array.of(63, 7, 170) }]]);
});
