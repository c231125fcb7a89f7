import { expect, test } from "vitest";
import { spatialMean } from "../../src/passes/spatial-mean.js";
import { afterPass, chain } from "../support/graphs.js";

test("a mean over the spatial dimensions is global pooling", () => {
  const keep = chain(["N", 3, 4, 5], [["ReduceMean", [], { axes: [2, 3] }]], ["N", 3, 1, 1], {}, 13);
  expect(afterPass(keep, spatialMean).ops).toEqual(["GlobalAveragePool"]);
  const drop = chain(["N", 3, 4, 5], [["ReduceMax", [], { axes: [-1, -2], keepdims: 0 }]], ["N", 3], {}, 13);
  expect(afterPass(drop, spatialMean).ops).toEqual(["GlobalMaxPool", "Flatten"]);
});

test("a mean over other dimensions is not", () => {
  const spec = chain(["N", 3, 4, 5], [["ReduceMean", [], { axes: [1, 2] }]], ["N", 1, 1, 5], {}, 13);
  expect(afterPass(spec, spatialMean).ops).toEqual(["ReduceMean"]);
});
