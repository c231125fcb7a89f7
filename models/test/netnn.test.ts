import { readFileOrFail } from "@matchmul/common";
import { importOnnx, normalise } from "@matchmul/model";
import { quantizeInput, saveQuantizedModel } from "@matchmul/quantizer";
import { expect, test } from "vitest";
import { linearFacts } from "../tools/facts.js";
import { makeInt8 } from "../tools/make.js";
import { measure } from "../tools/measure.js";
import { sourceOf } from "../tools/sources.js";
import { expectSwitchArithmetic, layerKinds, loadInt8, windows } from "./support.js";

const source = sourceOf("netnn")!;
const graph = normalise(importOnnx(source.files.onnx!));
const model = loadInt8("netnn/netnn.int8.safetensors");

test("the int8 file has NetNN's layers, as switches compute them", () => {
  expectSwitchArithmetic(model);
  expect(layerKinds(model).join(" ")).toBe(
    "convolution max-pool convolution max-pool fully-connected fully-connected fully-connected arg-max",
  );
  expect(windows(model)).toEqual(["1x5/1+0", "1x5/1x5+0", "1x5/1+0", "1x5/1x5+0"]);
  expect(model.layers.flatMap((l) => ("window" in l ? [l.window.outSize[1]] : []))).toEqual([
    806, 161, 157, 31,
  ]);
  expect(linearFacts(model)).toEqual({
    weights: 118_868,
    multiplyAccumulates: 5 * 32 * 806 + 5 * 32 * 64 * 157 + 1984 * 52 + 52 * 100 + 100,
  });
});

test("a byte reaches the network without loss, as the byte with its highest bit flipped", () => {
  const bytes = Uint8Array.from({ length: 810 }, (_, i) => i & 255);
  const input = quantizeInput(
    model,
    Float32Array.from(bytes, (b) => (b - 128) / 128),
  );
  expect(new Uint8Array(input.buffer)).toEqual(bytes.map((b) => b ^ 0x80));
});

test("it is what the command makes of the ONNX file", () => {
  const made = makeInt8(graph, source.name, source.read(source.files.calibration!, graph), source.byteInput);
  expect(Buffer.from(saveQuantizedModel(made))).toEqual(Buffer.from(readFileOrFail(source.files.int8)));
});

test("accuracy on synthetic packets that neither training nor calibration saw", () => {
  const found = measure(graph, model, source.read(source.files.test!, graph));
  expect(found).toMatchObject({ count: 1000, floatRight: 938, int8Right: 935, same: 993 });
});
