import { readNpz } from "@matchmul/common";
import { readCifar10, sampleValues } from "@matchmul/model";
import { quantizeInput } from "@matchmul/quantizer";
import { runInt8 } from "@matchmul/reference";
import { expect, test } from "vitest";
import { linearFacts } from "../tools/facts.js";
import { expectSwitchArithmetic, inModels, layerKinds, loadInt8, windows } from "./support.js";

const model = loadInt8("mini-alexnet/mini-alexnet.int8.safetensors");
const path = inModels("mini-alexnet/mini-alexnet-synthetic.npz");
const images = readCifar10(path);
const input = (i: number) => quantizeInput(model, sampleValues(images, i));

test("the int8 file has the case study's layers, as switches compute them", () => {
  expectSwitchArithmetic(model);
  const convolution = "convolution max-pool ".repeat(3);
  expect(layerKinds(model).join(" ")).toBe(`${convolution}${"fully-connected ".repeat(3)}arg-max`);
  expect(windows(model)).toEqual(["3/1+2", "2/2+0", "3/1+1", "2/2+0", "3/1+1", "4/4+0"]);
  expect(model.layers.map((layer) => layer.name)).toEqual([
    ...["conv1", "pool1", "conv2", "pool2", "conv3", "pool3"],
    ...["fc1", "fc2", "fc3", "arg-max"],
  ]);
  expect(linearFacts(model)).toEqual({ weights: 15_476_416, multiplyAccumulates: 91_126_528 });
});

test("a pixel reaches the network without loss", () => {
  const bytes = images.bytes.subarray(0, 3072);
  expect(new Uint8Array(input(0).buffer)).toEqual(bytes.map((b) => b ^ 0x80));
});

/** The archive's logits are the float model's, whose 62 MB are not in the repository. */
test("on synthetic images the logits are close to the float model's, and so are the classes", () => {
  const float = readNpz(path).logits.data;
  const { scale } = model.tensors[model.logits];
  let [signal, noise, same] = [0, 0, 0];
  for (let i = 0; i < images.count; i++) {
    const result = runInt8(model, input(i));
    if (result.class === images.labels![i]) same++;
    result.logits.forEach((q, k) => {
      signal += float[i * 10 + k] ** 2;
      noise += (q * scale - float[i * 10 + k]) ** 2;
    });
  }
  expect(new Set(images.labels).size).toBe(10);
  expect(same).toBe(images.count);
  // Less than on photographs: gaudy images leave the ranges that calibration saw, and saturate.
  expect(10 * Math.log10(signal / noise)).toBeGreaterThan(24);
});

test("both executors give the same bits", () => {
  const portable = runInt8(model, input(1), { kernels: "portable" });
  expect(portable.logits).toEqual(runInt8(model, input(1)).logits);
});
