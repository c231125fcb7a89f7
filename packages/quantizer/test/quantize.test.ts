import { MatchMulError } from "@matchmul/common";
import { type Graph, runGraph, tensor } from "@matchmul/model";
import { describe, expect, it } from "vitest";
import { calibrate } from "../src/calibrate.js";
import type { CalibrationOptions } from "../src/calibration.js";
import { loadQuantizedModel, saveQuantizedModel } from "../src/model-file.js";
import { quantize } from "../src/quantize.js";
import { quantizeInput } from "../src/quantize-input.js";
import { type FullyConnectedLayer, layerInputs, type QuantizedModel } from "../src/quantized-model.js";
import { GraphBuilder, randomImages } from "../src/testing/graphs.js";

const fullyConnected = (model: QuantizedModel): FullyConnectedLayer[] =>
  model.layers.filter((l) => l.kind === "fully-connected");

/** 8 -> 6 (ReLU) -> 5 -> 3, written with Gemm, MatMul + Add, a Flatten and a Softmax. */
function network(): Graph {
  const g = new GraphBuilder("x", ["N", 2, 4]);
  g.node("Flatten", "flat", ["x"], { axis: 1 });
  g.node("Gemm", "fc1", ["flat", g.random("w1", [6, 8], 1), g.random("b1", [6], 2)], { transB: 1 });
  g.node("Relu", "relu1", ["fc1"]);
  g.node("MatMul", "fc2", ["relu1", g.random("w2", [6, 5], 3)]);
  g.node("Add", "fc2b", [g.random("b2", [5], 4), "fc2"]);
  g.node("Gemm", "fc3", ["fc2b", g.random("w3", [5, 3], 5)]);
  return g.graph(g.node("Softmax", "p", ["fc3"]));
}

const images = randomImages(50, 8, -1, 1);

function quantized(options: CalibrationOptions = {}, samples: ArrayLike<number>[] = images) {
  return quantize(network(), calibrate(network(), samples, options));
}

/** Just enough of an executor to see that the integers mean the floats; the real one is in packages/reference. */
function logitsOf(model: QuantizedModel, image: ArrayLike<number>): number[] {
  let x: ArrayLike<number> = quantizeInput(model, image);
  for (const layer of fullyConnected(model)) {
    const { requantization: r, bias, weights, inFeatures } = layer;
    x = Array.from(bias, (b, o) => {
      let acc = b;
      for (let i = 0; i < inFeatures; i++) acc += weights[o * inFeatures + i] * x[i];
      if (r === null) return acc;
      return r.table[Math.max(0, Math.min(255, (acc >> r.shift) - r.low))];
    });
  }
  return Array.from(x, (v) => v * model.tensors[model.logits].scale);
}

describe("quantize", () => {
  it("lowers a chain to fully connected layers and an arg-max", () => {
    const { model, report } = quantized();
    expect(model.layers.map((l) => [l.name, l.kind, layerInputs(l).join(), l.output])).toEqual([
      ["fc1", "fully-connected", "x", "relu1"],
      ["fc2", "fully-connected", "relu1", "fc2b"],
      ["fc3", "fully-connected", "fc2b", "fc3"],
      ["arg-max", "arg-max", "fc3", "class"],
    ]);
    expect(fullyConnected(model).map((l) => [l.activation, l.requantization?.low])).toEqual([
      ["relu", 0],
      ["none", -128],
      ["none", undefined],
    ]);
    expect([model.input, model.logits]).toEqual(["x", "fc3"]);
    expect(model.tensors.x.range).toEqual([-128, 127]);
    expect(model.tensors.relu1.range).toEqual([0, 127]);
    expect(report.layers.map((l) => l.name)).toEqual(["fc1", "fc2", "fc3", "arg-max"]);
    expect(loadQuantizedModel(saveQuantizedModel(model))).toEqual(model);
  });

  it.each([{}, { method: "percentile" as const, percentile: 99.9 }])(
    "stays close to the float graph %j",
    (options) => {
      const { model } = quantized(options);
      let signal = 0;
      let noise = 0;
      for (const image of randomImages(50, 8, -1, 1, 77)) {
        const integers = logitsOf(model, image);
        // The float logits up to a constant: the logarithm undoes the softmax.
        const logs = Array.from(
          runGraph(network(), { x: tensor([1, 2, 4], image) }).p.data as Float32Array,
          Math.log,
        );
        for (let c = 1; c < 3; c++) {
          signal += (logs[c] - logs[0]) ** 2;
          noise += (integers[c] - integers[0] - (logs[c] - logs[0])) ** 2;
        }
      }
      // Eight bits in four places: about 35 dB.
      expect(10 * Math.log10(signal / noise)).toBeGreaterThan(32);
    },
  );

  it("gives inputs that are never negative the range 0 to 127", () => {
    const { model } = quantized({}, randomImages(10, 8, 0, 1));
    expect(model.tensors.x.range).toEqual([0, 127]);
    expect(Array.from(quantizeInput(model, [-1, 0, 0.25, 5, 0, 0, 0, 0]))).toEqual([
      0, 0, 32, 127, 0, 0, 0, 0,
    ]);
  });

  it("takes scikit-learn's pipelines: a scaler in front, label and probabilities behind", () => {
    const build = () => {
      const g = new GraphBuilder("x", ["N", 4]);
      const floats = (value: number[]) => ({ type: "floats" as const, value });
      g.node(
        "Scaler",
        "s",
        ["x"],
        { offset: floats([1000, 0, -5, 0.1]), scale: floats([0.002, 3, 1, 50]) },
        "ai.onnx.ml",
      );
      g.node("Softmax", "p", [g.node("Gemm", "fc", ["s", g.random("w", [4, 3], 1)])]);
      g.tensor("classes", tensor([3], BigInt64Array.of(3n, 5n, 9n)));
      g.node("ArgMax", "index", ["p"], { axis: 1 });
      g.node("ArrayFeatureExtractor", "label", ["classes", "index"], {}, "ai.onnx.ml");
      return g.graph("label", "p");
    };
    const images = randomImages(60, 4, 0, 1).map((x) =>
      Float32Array.of(500 + 1000 * x[0], x[1] - 0.5, 10 * x[2] - 10, 0.09 + 0.02 * x[3]),
    );
    const { model } = quantize(build(), calibrate(build(), images.slice(0, 40)));
    expect(model.layers.map((l) => l.kind)).toEqual(["fully-connected", "arg-max"]);
    expect(loadQuantizedModel(saveQuantizedModel(model))).toEqual(model);
    for (const image of images.slice(40)) {
      const p = runGraph(build(), { x: tensor([1, 4], image) }).p.data as Float32Array;
      const logits = logitsOf(model, image);
      const logs = Array.from(p, Math.log);
      for (let c = 1; c < 3; c++)
        expect(Math.abs(logits[c] - logits[0] - (logs[c] - logs[0]))).toBeLessThan(0.1);
    }
  });

  it("uses power-of-two scales on demand", () => {
    const calibration = calibrate(network(), images);
    const { model } = quantize(network(), calibration, { scales: "power-of-two" });
    const scales = Object.values(model.tensors).map((t) => t.scale);
    for (const layer of fullyConnected(model)) scales.push(...layer.weightScale);
    for (const scale of scales) expect(Number.isInteger(Math.log2(scale)), `${scale}`).toBe(true);
  });

  it("is defined for one sample, for constants and for zeros", () => {
    for (const constant of [0, 0.5, -3, 1e-38, 1e30]) {
      const { model } = quantized({}, [new Float32Array(8).fill(constant)]);
      const largest = fullyConnected(model).flatMap((l) => Array.from(l.accumulatorBound!));
      for (const bound of largest) expect(bound).toBeLessThan(2 ** 31);
      for (const t of Object.values(model.tensors)) expect(t.scale).toBeGreaterThan(0);
    }
  });

  it("widens the weight scale rather than let an accumulator overflow", () => {
    const g = new GraphBuilder("x", ["N", 2]);
    g.node("Gemm", "fc", ["x", g.constant("w", [2, 1], [1e-6, 2e-6]), g.constant("b", [1], [1000])]);
    const graph = g.graph("fc");
    const { model } = quantize(graph, calibrate(graph, [[1, 1]]));
    const [layer] = fullyConnected(model);
    expect(layer.accumulatorBound![0]).toBeLessThan(2 ** 31);
    expect(layer.bias[0] * model.tensors.fc.scale).toBeCloseTo(1000, 3);
  });

  it("refuses what it cannot lower, by the node's name", () => {
    const refusal = (build: (g: GraphBuilder) => string[]): string => {
      const g = new GraphBuilder("x", ["N", 4]);
      const graph = g.graph(...build(g));
      try {
        quantize(graph, calibrate(graph, [[1, 2, 3, 4]]));
      } catch (cause) {
        if (cause instanceof MatchMulError) return `${cause.code}: ${cause.message}`;
        throw cause;
      }
      return "accepted";
    };
    const w = (g: GraphBuilder) => g.random("w", [4, 4], 1);
    expect(refusal((g) => [g.node("Identity", "y", ["x"])])).toMatch(/quantize-structure: .*no layer/);
    expect(refusal((g) => [g.node("Gemm", "a", [w(g), "x"], { transB: 1 })])).toMatch(
      /node a .*second input/,
    );
    const nan = (g: GraphBuilder) => g.constant("w", [4, 1], [1, Number.NaN, 2, 3]);
    expect(refusal((g) => [g.node("Gemm", "a", ["x", nan(g)])])).toMatch(/not-finite/);
    expect(refusal((g) => [g.node("MatMul", "a", ["x", w(g)]), g.node("MatMul", "b", ["x", "w"])])).toMatch(
      /2 different outputs instead of one/,
    );
  });
});
