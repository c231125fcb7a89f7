import { Random } from "@matchmul/common";
import { test } from "vitest";
import { tensor } from "../../src/index.js";
import { randomTensor } from "../support/graphs.js";
import type { AttributeSpec } from "../support/onnx-writer.js";
import { compare } from "../support/oracle.js";

const specials = [0, -0, 1, -1, 3, -3, 6, 0.5, -0.5, 1.5, 2.5, 88, -88, 1e-6];
const random = new Random(21);
const values = tensor([2, 7 + 30], [...specials, ...randomTensor(random, [60], -8, 8).data].map(Number));

test.each<[op: string, attributes?: Record<string, AttributeSpec>]>([
  ["Relu"],
  ["LeakyRelu"],
  ["LeakyRelu", { alpha: { float: 0.3 } }],
  ["Sigmoid"],
  ["Tanh"],
  ["HardSigmoid"],
  ["HardSigmoid", { alpha: { float: 0.4 }, beta: { float: 0.1 } }],
  ["HardSwish"],
  ["Elu"],
  ["Elu", { alpha: { float: 2 } }],
  ["Gelu"],
  ["Gelu", { approximate: "tanh" }],
  ["Selu"],
  ["Celu", { alpha: { float: 1.5 } }],
  ["Softplus"],
  ["Softsign"],
  ["Mish"],
  ["ThresholdedRelu", { alpha: { float: 0.7 } }],
  ["Abs"],
  ["Neg"],
  ["Exp"],
  ["Floor"],
  ["Ceil"],
  ["Round"],
  ["Sign"],
  ["Erf"],
  ["Softmax"],
  ["Softmax", { axis: 0 }],
  ["LogSoftmax"],
])("%s %j as ONNX Runtime", async (op, attributes = {}) => {
  await compare(op, [values], [["y", "float32", [2, 37]]], attributes, 21, 2e-6);
});

test.each(["Sqrt", "Log", "Reciprocal"])("%s as ONNX Runtime", async (op) => {
  await compare(op, [randomTensor(random, [40], 0.01, 9)], [["y", "float32", [40]]], {}, 21, 1e-6);
});

test("Softmax before operator set 13 joins all dimensions from the axis on", async () => {
  const x = randomTensor(random, [2, 3, 4], -3, 3);
  await compare("Softmax", [x], [["y", "float32", [2, 3, 4]]], { axis: 1 }, 11, 1e-6);
  await compare("LogSoftmax", [x], [["y", "float32", [2, 3, 4]]], {}, 12, 1e-6);
});

test("Clip takes bounds as inputs, and as attributes before operator set 11", async () => {
  const bound = (v: number) => tensor([], [v]);
  const y: [string, "float32", number[]][] = [["y", "float32", [2, 37]]];
  await compare("Clip", [values, bound(-1), bound(2)], y);
  await compare("Clip", [values, undefined, bound(2)], y);
  await compare("Clip", [values, bound(0)], y);
  await compare("Clip", [values], y, { min: { float: -0.5 }, max: { float: 6 } }, 10);
});

test("PRelu takes a slope for each channel", async () => {
  const x = randomTensor(random, [2, 3, 4, 4]);
  await compare(
    "PRelu",
    [x, randomTensor(random, [3, 1, 1])],
    [["y", "float32", [2, 3, 4, 4]]],
    {},
    16,
    1e-6,
  );
  await compare("PRelu", [x, randomTensor(random, [1])], [["y", "float32", [2, 3, 4, 4]]], {}, 16, 1e-6);
});
