import { Random } from "@matchmul/common";
import { expect, test } from "vitest";
import { int64s, tensor } from "../../src/index.js";
import { explicitPads } from "../../src/passes/explicit-pads.js";
import { mergePad } from "../../src/passes/merge-pad.js";
import { afterPass, type ChainNode, chain, randomTensor } from "../support/graphs.js";

const w = randomTensor(new Random(3), [2, 3, 3, 2]);
const pads = int64s([0, 0, 1, 2, 0, 0, 0, 1]);

test.each(["SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET"])("auto_pad %s becomes pads", (auto_pad) => {
  const strided = chain(
    ["N", 3, 7, 8],
    [["Conv", ["w"], { auto_pad, strides: [2, 3] }]],
    ["N", 2, "h", "w"],
    { w },
  );
  const { graph } = afterPass(strided, explicitPads);
  expect(graph.nodes[0].attributes.has("auto_pad")).toBe(false);
  expect(graph.nodes[0].attributes.ints("pads") !== undefined).toBe(auto_pad.startsWith("SAME"));
});

test("zeros around a convolution's input become its pads", () => {
  const spec = chain(
    ["N", 3, 5, 5],
    [
      ["Pad", ["p"]],
      ["Conv", ["w"], { pads: [1, 0, 0, 0] }],
    ],
    ["N", 2, "h", "w"],
    {
      w,
      p: pads,
    },
  );
  const { ops, graph } = afterPass(spec, mergePad);
  expect(ops).toEqual(["Conv"]);
  expect(graph.nodes[0].attributes.ints("pads")).toEqual([2, 2, 0, 1]);
});

test("other values, other modes and padded channels stay", () => {
  const conv = ["Conv", ["w"]] as [string, string[]];
  const one = chain(["N", 3, 5, 5], [["Pad", ["p", "one"]], conv], ["N", 2, "h", "w"], {
    w,
    p: pads,
    one: tensor([], [1]),
  });
  expect(afterPass(one, mergePad).ops).toEqual(["Pad", "Conv"]);
  const edge = chain(["N", 3, 5, 5], [["Pad", ["p"], { mode: "edge" }], conv], ["N", 2, "h", "w"], {
    w,
    p: pads,
  });
  expect(afterPass(edge, mergePad).ops).toEqual(["Pad", "Conv"]);
  const channels = chain(["N", 2, 5, 5], [["Pad", ["p"]], conv], ["N", 2, "h", "w"], {
    w,
    p: int64s([0, 1, 0, 0, 0, 0, 0, 0]),
  });
  expect(afterPass(channels, mergePad).ops).toEqual(["Pad", "Conv"]);
});

test("zeros before average pooling are counted as before", () => {
  const pool = ["AveragePool", [], { kernel_shape: [3, 3], strides: [2, 2] }] satisfies ChainNode;
  const spec = chain(["N", 2, 6, 6], [["Pad", ["p"]], pool], ["N", 2, "h", "w"], { p: pads });
  const { ops, graph } = afterPass(spec, mergePad);
  expect(ops).toEqual(["AveragePool"]);
  expect(graph.nodes[0].attributes.int("count_include_pad")).toBe(1);
});

test("zeros before max pooling go only where nothing is negative", () => {
  const pool = ["MaxPool", [], { kernel_shape: [3, 3] }] satisfies ChainNode;
  const after = chain(["N", 2, 6, 6], [["Relu"], ["Pad", ["p"]], pool], ["N", 2, "h", "w"], { p: pads });
  expect(afterPass(after, mergePad).ops).toEqual(["Relu", "MaxPool"]);
  const signed = chain(["N", 2, 6, 6], [["Pad", ["p"]], pool], ["N", 2, "h", "w"], { p: pads });
  expect(afterPass(signed, mergePad).ops).toEqual(["Pad", "MaxPool"]);
});
