import { Random } from "@matchmul/common";
import { expect, test } from "vitest";
import { importOnnx, runBatches, runGraph, tensor } from "../src/index.js";
import { chain, randomTensor } from "./support/graphs.js";
import { onnxModel } from "./support/onnx-writer.js";

const random = new Random(6);
const g = randomTensor(random, [4, 3]);
const x = randomTensor(random, [7, 4]);
const open = importOnnx(onnxModel(chain(["N", 4], [["Gemm", ["g"]]], ["N", 3], { g })));
const whole = runGraph(open, { x }).y;

test("samples in batches give what they give together", () => {
  const steps: number[] = [];
  const progress = { update: (_: string, done: number) => steps.push(done) };
  expect(runBatches(open, { x }, { batch: 3, progress }).y).toEqual(whole);
  expect(steps).toEqual([3, 6, 7]);
});

test.each([1, 2, 4])("a model fixed to a batch of %d takes any number of samples", (batch) => {
  const fixed = importOnnx(onnxModel(chain([batch, 4], [["Gemm", ["g"]]], [batch, 3], { g })));
  expect(runBatches(fixed, { x }).y).toEqual(whole);
});

test("no samples give no results", () => {
  expect(runBatches(open, { x: tensor([0, 4], []) }).y.shape).toEqual([0, 3]);
});
