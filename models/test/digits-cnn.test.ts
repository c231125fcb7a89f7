import { readFileOrFail } from "@matchmul/common";
import { importOnnx, normalise } from "@matchmul/model";
import { saveQuantizedModel } from "@matchmul/quantizer";
import { expect, test } from "vitest";
import { linearFacts } from "../tools/facts.js";
import { makeInt8 } from "../tools/make.js";
import { measure } from "../tools/measure.js";
import { sourceOf } from "../tools/sources.js";
import { expectSwitchArithmetic, layerKinds, loadInt8, windows } from "./support.js";

const source = sourceOf("digits-cnn")!;
const graph = normalise(importOnnx(source.files.onnx!));
const model = loadInt8("digits/digits-cnn.int8.safetensors");

test("the int8 file has the layers that switches compute", () => {
  expectSwitchArithmetic(model);
  expect(layerKinds(model).join(" ")).toBe(
    "convolution max-pool convolution max-pool fully-connected arg-max",
  );
  expect(windows(model)).toEqual(["3/1+1", "2/2+0", "3/1+1", "2/2+0"]);
  expect(model.tensors[model.input]).toMatchObject({ shape: [1, 8, 8], range: [0, 127] });
  expect(linearFacts(model)).toEqual({
    weights: 9 * 32 + 9 * 32 * 32 + 128 * 10,
    multiplyAccumulates: 9 * 32 * 64 + 9 * 32 * 32 * 16 + 128 * 10,
  });
});

test("it is what the command makes of the ONNX file", () => {
  const made = makeInt8(graph, source.name, source.read(source.files.calibration!, graph), source.byteInput);
  expect(Buffer.from(saveQuantizedModel(made))).toEqual(Buffer.from(readFileOrFail(source.files.int8)));
});

test("accuracy on images that neither training nor calibration saw", () => {
  const found = measure(graph, model, source.read(source.files.test!, graph));
  expect(found).toMatchObject({ count: 450, floatRight: 448, int8Right: 448, same: 450 });
  expect(found.snrDb).toBeGreaterThan(35);
});
