import { expect, test } from "vitest";
import { int64s, tensor } from "../../src/index.js";
import { removeIdentities } from "../../src/passes/remove-identities.js";
import { afterPass, chain } from "../support/graphs.js";

test.each([
  ["Identity", [], {}],
  ["Dropout", [], {}],
  ["Cast", [], { to: 1 }],
  ["Reshape", ["shape"], {}],
  ["Flatten", [], {}],
  ["Transpose", [], { perm: [0, 1] }],
  ["Pad", ["none"], {}],
  ["Sum", [], {}],
] as const)(
  "%s that does nothing goes, at the start, in the middle and at the end",
  (op, rest, attributes) => {
    const same: [string, string[], Record<string, number | number[]>] = [
      op,
      [...rest],
      { ...attributes } as never,
    ];
    const spec = chain(["N", 4], [same, ["Relu"], same, ["Neg"], same], ["N", 4], {
      shape: int64s([-1, 4]),
      none: int64s([0, 0, 0, 0]),
    });
    const { ops, graph } = afterPass(spec, removeIdentities);
    // A reshape to [-1, 4] keeps the batch only where inference can tell, which it can.
    expect(ops).toEqual(["Relu", "Neg"]);
    expect(graph.outputs.map((o) => o.name)).toEqual(["y"]);
  },
);

test("what does something stays", () => {
  const spec = chain(
    [2, 4],
    [
      ["Reshape", ["shape"]],
      ["Transpose"],
      ["Clip", ["", "top"]],
      ["Slice", ["zero", "end", "zero", "minus"]],
    ],
    [2, 4],
    { shape: int64s([4, 2]), top: tensor([], [1]), zero: int64s([0]), end: int64s([-9]), minus: int64s([1]) },
  );
  spec.nodes[3].inputs = ["v3", "last", "end", "zero", "back"];
  spec.initializers = { ...spec.initializers, last: int64s([1]), back: int64s([-1]) };
  expect(afterPass(spec, removeIdentities).ops).toEqual(["Reshape", "Transpose", "Clip", "Slice"]);
});

test("an identity between an input and an output stays, for the names to stay", () => {
  expect(afterPass(chain(["N"], [["Identity"]], ["N"]), removeIdentities).ops).toEqual(["Identity"]);
});

test("a dropout whose mask is an output stays", () => {
  const spec = chain(["N", 2], [["Dropout"], ["Relu"]], ["N", 2]);
  spec.nodes[0].outputs.push("mask");
  spec.nodes.push({ op: "Cast", inputs: ["mask"], outputs: ["kept"], attributes: { to: 1 } });
  spec.outputs.push(["kept", "float32", ["N", 2]]);
  expect(afterPass(spec, removeIdentities).ops).toEqual(["Dropout", "Relu", "Cast"]);
});
