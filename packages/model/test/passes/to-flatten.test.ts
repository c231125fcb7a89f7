import { expect, test } from "vitest";
import { int64s } from "../../src/index.js";
import { toFlatten } from "../../src/passes/to-flatten.js";
import { afterPass, chain } from "../support/graphs.js";

test("reshapes and squeezes to one row per sample become Flatten", () => {
  const reshape = chain(["N", 3, 2, 2], [["Reshape", ["s"]]], ["N", 12], { s: int64s([0, -1]) });
  expect(afterPass(reshape, toFlatten).ops).toEqual(["Flatten"]);
  const open = chain(["N", 3, 2, 2], [["Reshape", ["s"]]], ["N", 12], { s: int64s([-1, 12]) });
  expect(afterPass(open, toFlatten).ops).toEqual(["Flatten"]);
  const squeeze = chain(["N", 3, 1, 1], [["Squeeze", ["a"]]], ["N", 3], { a: int64s([2, 3]) });
  expect(afterPass(squeeze, toFlatten).ops).toEqual(["Flatten"]);
});

test("reshapes that move elements between samples stay", () => {
  const spec = chain([4, 3, 2], [["Reshape", ["s"]]], [2, 12], { s: int64s([2, 12]) });
  expect(afterPass(spec, toFlatten).ops).toEqual(["Reshape"]);
});
