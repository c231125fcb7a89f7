import { expect, test } from "vitest";
import { tensor } from "../../src/index.js";
import { canonicalArithmetic } from "../../src/passes/canonical-arithmetic.js";
import { afterPass, chain } from "../support/graphs.js";

test("subtraction, division, sums and constants in front are written as Add and Mul", () => {
  const spec = chain(
    ["N", 3],
    [
      ["Sub", ["c"]],
      ["Div", ["c"]],
      ["Sum", ["c"]],
    ],
    ["N", 3],
    { c: tensor([3], [1, -2, 4]) },
  );
  spec.nodes.push({ op: "Mul", inputs: ["c", "z"], outputs: ["y"] });
  spec.nodes[2].outputs = ["z"];
  const { ops, graph } = afterPass(spec, canonicalArithmetic);
  expect(ops).toEqual(["Add", "Mul", "Add", "Mul"]);
  expect(graph.nodes[3].inputs).toEqual(["z", "c"]);
});

test("a division by zero and a subtraction from a constant stay", () => {
  const spec = chain(["N", 2], [["Div", ["c"]]], ["N", 2], { c: tensor([2], [1, 0]) });
  spec.nodes.push({ op: "Sub", inputs: ["c", "q"], outputs: ["y"] });
  spec.nodes[0].outputs = ["q"];
  expect(afterPass(spec, canonicalArithmetic).ops).toEqual(["Div", "Sub"]);
});
