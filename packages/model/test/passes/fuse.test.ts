import { Random } from "@matchmul/common";
import { expect, test } from "vitest";
import { tensor } from "../../src/index.js";
import { expandBatchNormalization } from "../../src/passes/expand-batch-normalization.js";
import { foldInputAffine } from "../../src/passes/fold-input-affine.js";
import { fuseBias } from "../../src/passes/fuse-bias.js";
import { fuseScale } from "../../src/passes/fuse-scale.js";
import { afterNormalise, afterPass, chain, randomTensor } from "../support/graphs.js";

const random = new Random(2);
const w = randomTensor(random, [4, 3, 3, 3]);
const b = randomTensor(random, [4]);
const perChannel = randomTensor(random, [4, 1, 1]);
const statistics = {
  s: randomTensor(random, [4]),
  o: randomTensor(random, [4]),
  m: randomTensor(random, [4]),
  v: randomTensor(random, [4], 0.1, 2),
};
const batchNormalization = [
  "BatchNormalization",
  ["s", "o", "m", "v"],
  { epsilon: { float: 0.01 } },
] as const;
const out = ["N", 4, 4, 4];

test("constants per channel after a convolution go into it", () => {
  const spec = chain(
    ["N", 3, 6, 6],
    [
      ["Conv", ["w", "b"]],
      ["Mul", ["c"]],
      ["Add", ["c"]],
    ],
    out,
    { w, b, c: perChannel },
  );
  expect(afterPass(spec, fuseScale, fuseBias).ops).toEqual(["Conv"]);
  const noBias = chain(
    ["N", 3, 6, 6],
    [
      ["Conv", ["w"]],
      ["Mul", ["c"]],
      ["Add", ["c"]],
    ],
    out,
    { w, c: perChannel },
  );
  expect(afterPass(noBias, fuseScale, fuseBias).ops).toEqual(["Conv"]);
});

test("constants that differ within a channel do not", () => {
  const spec = chain(
    ["N", 3, 6, 6],
    [
      ["Conv", ["w"]],
      ["Add", ["c"]],
    ],
    out,
    { w, c: randomTensor(random, [4]) },
  );
  expect(afterPass(spec, fuseBias).ops).toEqual(["Conv", "Add"]);
});

test("a convolution that something else reads keeps its result", () => {
  const spec = chain(
    ["N", 3, 6, 6],
    [
      ["Conv", ["w"]],
      ["Add", ["c"]],
    ],
    out,
    { w, c: perChannel },
  );
  spec.outputs.push(["v1", "float32", out]);
  expect(afterPass(spec, fuseBias).ops).toEqual(["Conv", "Add"]);
});

test("batch normalization behind a convolution or a Gemm disappears", () => {
  const conv = chain(
    ["N", 3, 6, 6],
    [["Conv", ["w", "b"]], [...batchNormalization] as never, ["Relu"]],
    out,
    {
      w,
      b,
      ...statistics,
    },
  );
  expect(afterNormalise(conv).ops).toEqual(["Conv", "Relu"]);
  const gemm = chain(["N", 3], [["Gemm", ["g"]], [...batchNormalization] as never], ["N", 4], {
    g: randomTensor(random, [3, 4]),
    ...statistics,
  });
  expect(afterNormalise(gemm).ops).toEqual(["Gemm"]);
});

test("batch normalization before a convolution goes into it where no padding is met", () => {
  const k = randomTensor(random, [2, 4, 3, 3]);
  const nodes = (pads: number[]) => [[...batchNormalization] as never, ["Conv", ["k"], { pads }] as never];
  const open = chain(["N", 4, 5, 5], nodes([0, 0, 0, 0]), ["N", 2, 3, 3], { k, ...statistics });
  expect(afterPass(open, expandBatchNormalization, foldInputAffine).ops).toEqual(["Conv"]);
  const padded = chain(["N", 4, 5, 5], nodes([1, 1, 1, 1]), ["N", 2, 5, 5], { k, ...statistics });
  expect(afterPass(padded, expandBatchNormalization, foldInputAffine).ops).toEqual(["Mul", "Add", "Conv"]);
});

test("an input's scaling goes into a grouped convolution, channel by channel", () => {
  const spec = chain(
    ["N", 4, 5, 5],
    [
      ["Mul", ["c"]],
      ["Conv", ["k"], { group: 2 }],
    ],
    ["N", 6, 3, 3],
    {
      c: perChannel,
      k: randomTensor(random, [6, 2, 3, 3]),
    },
  );
  expect(afterPass(spec, foldInputAffine).ops).toEqual(["Conv"]);
});

test("an offset before a Gemm goes into its bias", () => {
  const spec = chain(
    ["N", 3],
    [
      ["Add", ["c"]],
      ["Gemm", ["g"], { transB: 1 }],
    ],
    ["N", 4],
    {
      c: tensor([3], [1, 2, 3]),
      g: randomTensor(random, [4, 3]),
    },
  );
  expect(afterPass(spec, foldInputAffine).ops).toEqual(["Gemm"]);
});
