import { expect, test } from "vitest";
import { tensor } from "../../src/index.js";
import { afterNormalise, chain } from "../support/graphs.js";

const constants = {
  zero: tensor([], [0]),
  one: tensor([], [1]),
  three: tensor([], [3]),
  six: tensor([], [6]),
  half: tensor([], [0.5]),
  root: tensor([], [Math.SQRT2]),
};

test("Clip and Max at zero are Relu; PRelu with one slope is LeakyRelu", () => {
  const relu = (nodes: Parameters<typeof chain>[1]) =>
    afterNormalise(chain(["N", 4], nodes, ["N", 4], constants)).ops;
  expect(relu([["Clip", ["zero"]]])).toEqual(["Relu"]);
  expect(relu([["Max", ["zero"]]])).toEqual(["Relu"]);
  expect(relu([["Clip", ["zero", "six"]]])).toEqual(["Clip"]);
  expect(relu([["PRelu", ["half"]]])).toEqual(["LeakyRelu"]);
});

test("x * sigmoid(x) is Swish, sigmoid(x) of another value is not", () => {
  const spec = chain(["N", 4], [["Neg"]], ["N", 4]);
  spec.nodes[0].outputs = ["v"];
  spec.nodes.push(
    { op: "Sigmoid", inputs: ["v"], outputs: ["s"] },
    { op: "Mul", inputs: ["v", "s"], outputs: ["y"] },
  );
  expect(afterNormalise(spec).ops).toEqual(["Neg", "Swish"]);
  spec.nodes[2].inputs = ["x", "s"];
  expect(afterNormalise(spec).ops).toEqual(["Neg", "Sigmoid", "Mul"]);
});

test.each(["outside", "inside"])("x * clip(x + 3, 0, 6) / 6 is HardSwish (divided %s)", (where) => {
  const spec = chain(
    ["N", 4],
    [
      ["Add", ["three"]],
      ["Clip", ["zero", "six"]],
    ],
    ["N", 4],
    constants,
  );
  spec.nodes[1].outputs = ["c"];
  spec.nodes.push(
    ...(where === "outside"
      ? [
          { op: "Mul", inputs: ["x", "c"], outputs: ["m"] },
          { op: "Div", inputs: ["m", "six"], outputs: ["y"] },
        ]
      : [
          { op: "Div", inputs: ["c", "six"], outputs: ["m"] },
          { op: "Mul", inputs: ["m", "x"], outputs: ["y"] },
        ]),
  );
  expect(afterNormalise(spec).ops).toEqual(["HardSwish"]);
});

test("PyTorch's expansion of GELU is Gelu", () => {
  const spec = chain(["N", 4], [["Div", ["root"]], ["Erf"], ["Add", ["one"]]], ["N", 4], constants);
  spec.nodes[2].outputs = ["e"];
  spec.nodes.push(
    { op: "Mul", inputs: ["x", "e"], outputs: ["m"] },
    { op: "Mul", inputs: ["m", "half"], outputs: ["y"] },
  );
  expect(afterNormalise(spec).ops).toEqual(["Gelu"]);
});
