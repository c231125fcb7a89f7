import { type Graph, runGraph, tensor } from "@matchmul/model";
import {
  calibrate,
  measureLayers,
  measureTensors,
  type QuantizeOptions,
  quantize,
  quantizeAutomatically,
  quantizeInput,
} from "@matchmul/quantizer";
import { GraphBuilder, randomImages } from "@matchmul/quantizer/testing";
import { describe, expect, it } from "vitest";
import { runInt8 } from "../src/run.js";
import { naiveInt8 } from "./naive.js";

type Build = (g: GraphBuilder) => string;

/** A network on 3 x 8 x 8 images, ending in a convolution's 4 logits. */
function network(build: Build, shape = [3, 8, 8]): Graph {
  const g = new GraphBuilder("x", ["N", ...shape]);
  return g.graph(build(g));
}

const conv = (g: GraphBuilder, name: string, input: string, shape: number[], attributes = {}) =>
  g.node(
    "Conv",
    name,
    [input, g.random(`${name}.w`, shape, shape[0]), g.random(`${name}.b`, [shape[0]], 7)],
    {
      kernel_shape: shape.slice(2),
      ...attributes,
    },
  );

const gemm = (g: GraphBuilder, name: string, input: string, inputs: number, outputs: number) =>
  g.node("Gemm", name, [input, g.random(`${name}.w`, [inputs, outputs], inputs)]);

const head = (g: GraphBuilder, input: string, channels: number) =>
  gemm(g, "logits", g.node("Flatten", "flat", [g.node("GlobalAveragePool", "gap", [input])]), channels, 4);

/** Signal to noise of the logits, images unlike those of calibration. */
function logitsSnr(graph: Graph, options: QuantizeOptions = {}): { snrDb: number; kinds: string[] } {
  const [, ...shape] = graph.inputs[0].shape as number[];
  const length = shape.reduce((a, b) => a * b, 1);
  const { model } = quantize(graph, calibrate(graph, randomImages(30, length, -1, 1, 1)), options);
  const output = graph.outputs[0].name;
  let signal = 0;
  let noise = 0;
  for (const image of randomImages(10, length, -1, 1, 2)) {
    const input = quantizeInput(model, image);
    const result = runInt8(model, input);
    expect(Array.from(result.logits, BigInt)).toEqual(naiveInt8(model, input).get(model.logits));
    const float = runGraph(graph, { x: tensor([1, ...shape], image) })[output].data as Float32Array;
    float.forEach((v, i) => {
      signal += v * v;
      noise += (v - result.logits[i] * model.tensors[model.logits].scale) ** 2;
    });
  }
  return { snrDb: 10 * Math.log10(signal / noise), kinds: model.layers.map((layer) => layer.kind) };
}

const cases: Record<string, [build: Build, kinds: string[], shape?: number[]]> = {
  "strides, dilations and pads": [
    (g) => {
      const a = g.node("Relu", "r", [
        conv(g, "a", "x", [6, 3, 3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] }),
      ]);
      return head(g, conv(g, "b", a, [5, 6, 2, 2], { dilations: [2, 2] }), 5);
    },
    ["convolution", "convolution", "average-pool", "fully-connected", "arg-max"],
  ],
  "auto_pad and asymmetric pads": [
    (g) => {
      const a = conv(g, "a", "x", [4, 3, 4, 4], { auto_pad: "SAME_UPPER", strides: [2, 2] });
      const b = conv(g, "b", a, [4, 4, 2, 2], { auto_pad: "SAME_LOWER" });
      return head(g, conv(g, "c", b, [4, 4, 3, 3], { pads: [0, 1, 2, 0] }), 4);
    },
    ["convolution", "convolution", "convolution", "average-pool", "fully-connected", "arg-max"],
  ],
  "groups and depthwise": [
    (g) => {
      const a = g.node("Relu", "r", [conv(g, "a", "x", [6, 3, 3, 3])]);
      const b = conv(g, "b", a, [6, 1, 3, 3], { group: 6 });
      return head(g, conv(g, "c", b, [8, 3, 1, 1], { group: 2 }), 8);
    },
    ["convolution", "convolution", "convolution", "average-pool", "fully-connected", "arg-max"],
  ],
  "one dimension": [
    (g) => {
      const a = g.node("Relu", "r", [conv(g, "a", "x", [6, 3, 5], { pads: [2, 2] })]);
      const p = g.node("MaxPool", "p", [a], { kernel_shape: [2], strides: [2] });
      return gemm(g, "logits", g.node("Flatten", "flat", [p]), 6 * 8, 4);
    },
    ["convolution", "max-pool", "fully-connected", "arg-max"],
    [3, 16],
  ],
  "batch normalization, also where it does not fold": [
    (g) => {
      const stats = (n: string, c: number) => [
        g.constant(
          `${n}.g`,
          [c],
          Array.from({ length: c }, (_, i) => 0.5 + i / c),
        ),
        g.random(`${n}.b`, [c], 5),
        g.random(`${n}.m`, [c], 6),
        g.constant(
          `${n}.v`,
          [c],
          Array.from({ length: c }, (_, i) => 0.3 + i),
        ),
      ];
      const a = g.node("BatchNormalization", "bn1", [conv(g, "a", "x", [4, 3, 3, 3]), ...stats("bn1", 4)]);
      const p = g.node("MaxPool", "p", [a], { kernel_shape: [2, 2] });
      const b = g.node("BatchNormalization", "bn2", [p, ...stats("bn2", 4)]);
      return head(g, conv(g, "b", g.node("Relu", "r", [b]), [4, 4, 1, 1]), 4);
    },
    ["convolution", "max-pool", "convolution", "convolution", "average-pool", "fully-connected", "arg-max"],
  ],
  "residual addition and concatenation": [
    (g) => {
      const a = g.node("Relu", "ra", [conv(g, "a", "x", [4, 3, 3, 3], { pads: [1, 1, 1, 1] })]);
      const b = conv(g, "b", a, [4, 4, 3, 3], { pads: [1, 1, 1, 1] });
      const sum = g.node("Relu", "rs", [g.node("Add", "sum", [b, a])]);
      const difference = g.node("Sub", "difference", [sum, b]);
      const c = conv(g, "c", difference, [2, 4, 1, 1]);
      g.scale("c.w", () => 30);
      return head(g, g.node("Concat", "cat", [sum, c], { axis: 1 }), 6);
    },
    ["convolution", "convolution", "add", "add", "convolution", "lookup", "concat", "average-pool"],
  ],
  "average pooling with uncounted borders, then ReLU": [
    (g) => {
      const a = conv(g, "a", "x", [4, 3, 3, 3]);
      const p = g.node("AveragePool", "p", [a], {
        kernel_shape: [3, 3],
        strides: [2, 2],
        pads: [1, 1, 1, 1],
      });
      const q = g.node("AveragePool", "q", [p], {
        kernel_shape: [2, 2],
        pads: [1, 1, 1, 1],
        count_include_pad: 1,
      });
      return head(g, g.node("Relu", "r", [q]), 4);
    },
    ["convolution", "average-pool", "average-pool", "average-pool", "fully-connected", "arg-max"],
  ],
  "movement of elements": [
    (g) => {
      const t = g.node("Transpose", "t", ["x"], { perm: [0, 2, 3, 1] });
      const back = g.node("Transpose", "back", [t], { perm: [0, 3, 2, 1] });
      const a = g.node("Relu", "r", [conv(g, "a", back, [4, 3, 3, 3])]);
      return head(g, conv(g, "b", a, [3, 4, 2, 2]), 3);
    },
    ["rearrange", "rearrange", "convolution", "convolution", "average-pool", "fully-connected", "arg-max"],
  ],
  "activation functions, as tables of the layer before or of their own": [
    (g) => {
      const a = conv(g, "a", "x", [4, 3, 3, 3]);
      const swish = g.node("Mul", "swish", [a, g.node("Sigmoid", "sig", [a])]);
      const b = g.node("LeakyRelu", "leaky", [conv(g, "b", swish, [4, 4, 1, 1])]);
      const p = g.node("MaxPool", "p", [b], { kernel_shape: [2, 2] });
      const t = g.node("Tanh", "tanh", [p]);
      const c = g.node("Clip", "relu6", [
        conv(g, "c", t, [4, 4, 1, 1]),
        g.constant("zero", [], [0]),
        g.constant("six", [], [6]),
      ]);
      const slopes = g.constant("slopes", [4, 1, 1], [0.1, 0.3, -0.2, 0]);
      return head(g, g.node("PRelu", "prelu", [conv(g, "d", c, [4, 4, 1, 1]), slopes]), 4);
    },
    ["convolution", "convolution", "max-pool", "lookup", "convolution", "convolution", "average-pool"],
  ],
};

describe("quantized networks", () => {
  for (const [title, [build, kinds, shape]] of Object.entries(cases))
    it(`stay close to the float graph: ${title}`, () => {
      const result = logitsSnr(network(build, shape));
      expect(result.kinds.slice(0, kinds.length)).toEqual(kinds);
      expect(result.snrDb).toBeGreaterThan(25);
    });

  it("refuse an average whose divisor differs by window for no reason of the image", () => {
    const pool =
      (attributes: object): Build =>
      (g) =>
        head(
          g,
          g.node("AveragePool", "p", ["x"], { kernel_shape: [3, 3], strides: [2, 2], ...attributes }),
          3,
        );
    const snr = (attributes: object) => logitsSnr(network(pool(attributes))).snrDb;
    expect(snr({ ceil_mode: 1 })).toBeGreaterThan(20);
    expect(snr({ count_include_pad: 1, pads: [1, 1, 1, 1] })).toBeGreaterThan(20);
    expect(() => snr({ ceil_mode: 1, count_include_pad: 1 })).toThrow(/ceil_mode/);
  });

  it.each<QuantizeOptions>([
    { weights: "per-channel" },
    { requantization: "threshold" },
    { weights: "per-channel", requantization: "threshold", biasCorrection: true },
    { scales: "power-of-two" },
    { scales: "power-of-two", weights: "per-channel", requantization: "threshold" },
    { biasCorrection: true },
  ])("stay close to the float graph with %j", (options) => {
    for (const [build, , shape] of Object.values(cases))
      expect(logitsSnr(network(build, shape), options).snrDb).toBeGreaterThan(22);
  });

  it("are better with thresholds than with tables", () => {
    const [build] = cases["groups and depthwise"];
    const table = logitsSnr(network(build)).snrDb;
    expect(logitsSnr(network(build), { requantization: "threshold" }).snrDb).toBeGreaterThan(table + 1);
  });

  it("are measured tensor by tensor", () => {
    const [build] = cases["residual addition and concatenation"];
    const graph = network(build);
    const images = randomImages(20, 192, -1, 1);
    const { model } = quantize(graph, calibrate(graph, images, { method: "percentile", percentile: 95 }));
    const errors = measureTensors(graph, model, images.slice(0, 5), runInt8);
    expect(errors.map((e) => e.tensor)).toEqual([
      "x",
      "ra",
      "b",
      "rs",
      "difference",
      "c",
      "cat",
      "gap",
      "logits",
    ]);
    const [x] = errors;
    // About one in twenty is beyond the 95th percentile; saturated values err by up to the range they miss.
    expect(x.saturated).toBeGreaterThan(0.02);
    expect(x.saturated).toBeLessThan(0.08);
    expect(x.largestError).toBeLessThan(0.1);
    for (const e of errors) expect(e.snrDb, e.tensor).toBeGreaterThan(5);
    const layers = measureLayers(graph, model, images.slice(0, 5), runInt8);
    expect(layers.map((l) => l.name)).toEqual(model.layers.map((l) => l.name));
    expect(layers.filter((l) => l.error !== undefined)).toHaveLength(errors.length - 1);
  });
});

describe("quantizeAutomatically", () => {
  it("keeps the recipe that is measurably best", () => {
    const [build] = cases["groups and depthwise"];
    const graph = network(build);
    const images = randomImages(40, 192, -1, 1);
    const recipes = [
      { method: "percentile" as const, percentile: 70 },
      { method: "min-max" as const },
      { method: "mse" as const, equalise: true, biasCorrection: true },
    ];
    const { trials, model, graph: source } = quantizeAutomatically(graph, images, runInt8, { recipes });
    expect(trials).toHaveLength(3);
    expect(trials.at(-1)!.recipe).toEqual(recipes[0]);
    expect(trials[0].snrDb).toBeGreaterThan(trials.at(-1)!.snrDb + 10);
    expect(trials[0].agreement).toBeGreaterThan(0.8);
    const [best] = measureTensors(source, model, images, runInt8).slice(-1);
    expect(best.tensor).toBe("logits");
    expect(best.snrDb).toBeGreaterThan(20);
  });
});
