import { MatchMulError, Random } from "@matchmul/common";
import { type DType, type Graph, numberData, runGraph, tensor } from "@matchmul/model";
import {
  importQuantized,
  isQuantized,
  loadQuantizedModel,
  quantizeInput,
  saveQuantizedModel,
} from "@matchmul/quantizer";
import { GraphBuilder } from "@matchmul/quantizer/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runInt8 } from "../src/run.js";

type Byte = "int8" | "uint8";

/** Builds graphs of quantized operators with random constants. */
class QuantizedBuilder extends GraphBuilder {
  readonly numbers: Random;
  #count = 0;

  constructor(seed: number, shape: (number | string)[], dtype: DType) {
    super("x", shape, dtype);
    this.numbers = new Random(seed);
  }

  fresh(what: string): string {
    return `${what}${this.#count++}`;
  }

  float(value: number | number[]): string {
    const values = Array.isArray(value) ? value : [value];
    return this.constant(this.fresh("scale"), Array.isArray(value) ? [values.length] : [], values);
  }

  bytes(dtype: Byte, shape: number[], value: () => number): string {
    const data = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, value);
    return this.tensor(
      this.fresh("bytes"),
      tensor(shape, dtype === "int8" ? Int8Array.from(data) : Uint8Array.from(data), dtype),
    );
  }

  ints(values: number[]): string {
    return this.tensor(this.fresh("ints"), tensor([values.length], Int32Array.from(values)));
  }

  anyByte(dtype: Byte): number {
    return dtype === "int8" ? this.numbers.integer(-128, 127) : this.numbers.integer(0, 255);
  }

  /** A scale that float32 rounds, so that products of scales are rounded too. */
  anyScale(): number {
    return Math.fround(0.001 + this.numbers.next() * 0.05);
  }

  weights(dtype: Byte, shape: number[]): string {
    return this.bytes(dtype, shape, () => this.anyByte(dtype));
  }

  zero(dtype: Byte, value = this.anyByte(dtype)): string {
    return this.bytes(dtype, [], () => value);
  }

  quantize(value: string, dtype: Byte, scale: number, zero?: number): string {
    return this.node("QuantizeLinear", this.fresh("q"), [value, this.float(scale), this.zero(dtype, zero)]);
  }

  /** DequantizeLinear with the parameters of the QuantizeLinear (or QLinear operator) that made the value. */
  roundTrip(value: string, dtype: Byte, scale: number): string {
    const [s, z] = [this.float(scale), this.zero(dtype)];
    const q = this.node("QuantizeLinear", this.fresh("q"), [value, s, z]);
    return this.node("DequantizeLinear", this.fresh("dq"), [q, s, z]);
  }
}

const pick = <T>(random: Random, items: readonly T[]): T => items[random.integer(0, items.length - 1)];

/** Runs both levels on random images and compares the integers of the graph's result. */
function expectSameIntegers(graph: Graph, seed: number, result = graph.outputs[0].name): void {
  expect(isQuantized(graph)).toBe(true);
  const model = loadQuantizedModel(saveQuantizedModel(importQuantized(graph)));
  const random = new Random(seed);
  const [, ...shape] = graph.inputs[0].shape as number[];
  const length = shape.reduce((a, b) => a * b, 1);
  for (let n = 0; n < 3; n++) {
    const float = graph.inputs[0].dtype === "float32";
    const values = Array.from({ length }, () =>
      float
        ? random.next() * 8 - 4
        : graph.inputs[0].dtype === "int8"
          ? random.integer(-128, 127)
          : random.integer(0, 255),
    );
    const typed = float
      ? Float32Array.from(values)
      : graph.inputs[0].dtype === "int8"
        ? Int8Array.from(values)
        : Uint8Array.from(values);
    const input = float ? quantizeInput(model, values) : (typed as Int8Array);
    const outputs = runGraph(graph, { x: tensor([1, ...shape], typed) });
    expect(Array.from(runInt8(model, input).logits)).toEqual(Array.from(numberData(outputs[result])));
  }
}

describe("QLinear and integer operators, as int8 models", () => {
  it("QLinearConv: every element as at graph level", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const random = new Random(seed);
        const dtypes = [0, 1, 2].map(() => pick<Byte>(random, ["int8", "uint8"]));
        const groups = pick(random, [1, 1, 2]);
        const [inner, outer] = [groups * random.integer(1, 3), groups * random.integer(1, 3)];
        const size = [random.integer(3, 7), random.integer(3, 7)];
        const g = new QuantizedBuilder(seed, ["N", inner, ...size], dtypes[0]);
        const perChannel = random.next() < 0.5;
        const scales = Array.from({ length: outer }, () => g.anyScale());
        const kernel = [random.integer(1, 3), random.integer(1, 3)];
        g.node(
          "QLinearConv",
          "y",
          [
            "x",
            g.float(g.anyScale()),
            g.zero(dtypes[0]),
            g.weights(dtypes[1], [outer, inner / groups, ...kernel]),
            g.float(perChannel ? scales : scales[0]),
            perChannel ? g.bytes(dtypes[1], [outer], () => g.anyByte(dtypes[1])) : g.zero(dtypes[1]),
            g.float(g.anyScale() * 40),
            g.zero(dtypes[2]),
            ...(random.next() < 0.5
              ? [g.ints(Array.from({ length: outer }, () => random.integer(-9999, 9999)))]
              : []),
          ],
          {
            kernel_shape: kernel,
            group: groups,
            strides: [random.integer(1, 2), random.integer(1, 2)],
            pads: [0, 1, 2, 3].map(() => random.integer(0, 2)),
          },
        );
        expectSameIntegers(g.graph("y"), seed);
      }),
      { numRuns: 150 },
    );
  });

  it("QLinearMatMul chains: every element as at graph level", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const random = new Random(seed);
        const dtype = pick<Byte>(random, ["int8", "uint8"]);
        const g = new QuantizedBuilder(seed, ["N", 20], dtype);
        let [value, width, zero, scale] = ["x", 20, g.zero(dtype), g.float(g.anyScale())];
        let type = dtype;
        for (let l = 0; l < 3; l++) {
          const outputs = random.integer(1, 9);
          const [w, y] = [pick<Byte>(random, ["int8", "uint8"]), pick<Byte>(random, ["int8", "uint8"])];
          const perColumn = random.next() < 0.5;
          const columns = Array.from({ length: outputs }, () => g.anyScale());
          const [nextScale, nextZero] = [g.float(g.anyScale() * 20), g.zero(y)];
          value = g.node("QLinearMatMul", `y${l}`, [
            value,
            scale,
            zero,
            g.weights(w, [width, outputs]),
            g.float(perColumn ? columns : columns[0]),
            perColumn ? g.bytes(w, [outputs], () => g.anyByte(w)) : g.zero(w),
            nextScale,
            nextZero,
          ]);
          [width, scale, zero, type] = [outputs, nextScale, nextZero, y];
        }
        expect(type).toBeDefined();
        expectSameIntegers(g.graph(value), seed);
      }),
      { numRuns: 100 },
    );
  });

  it("ConvInteger and MatMulInteger: the accumulators, also quantized through float operators", () => {
    fc.assert(
      fc.property(fc.nat(), fc.boolean(), (seed, quantized) => {
        const random = new Random(seed);
        const dtype = pick<Byte>(random, ["int8", "uint8"]);
        const w = pick<Byte>(random, ["int8", "uint8"]);
        const g = new QuantizedBuilder(seed, ["N", 2, 5, 5], dtype);
        let value = g.node(
          "ConvInteger",
          "sums",
          ["x", g.weights(w, [3, 2, 3, 3]), g.zero(dtype), g.zero(w)],
          { kernel_shape: [3, 3], pads: [1, 1, 1, 1] },
        );
        if (quantized) {
          value = g.node("Cast", "float", [value], { to: 1 });
          const factors = Array.from({ length: 3 }, () => g.anyScale() / 50);
          value = g.node("Mul", "scaled", [value, g.constant("f", [3, 1, 1], factors)]);
          value = g.node("Add", "shifted", [g.constant("b", [3, 1, 1], [0.1, -0.7, 3]), value]);
          value = g.quantize(g.node("Relu", "r", [value]), "uint8", g.anyScale());
          value = g.node("MaxPool", "p", [value], { kernel_shape: [2, 2], strides: [2, 2] });
          value = g.node("MatMulInteger", "y", [
            g.node("Flatten", "flat", [value]),
            g.weights("int8", [12, 4]),
            g.zero("uint8"),
          ]);
        }
        expectSameIntegers(g.graph(value), seed);
      }),
      { numRuns: 100 },
    );
  });
});

/** A QDQ network as exporters write it: every activation goes through QuantizeLinear and DequantizeLinear. */
function qdqNetwork(seed: number): Graph {
  const random = new Random(seed);
  const g = new QuantizedBuilder(seed, ["N", 2, 8, 8], "float32");
  const byte = () => pick<Byte>(random, ["int8", "uint8"]);
  const weights = (shape: number[], inputScale: number, axis: number) => {
    const outputs = shape[axis];
    const perChannel = random.next() < 0.5;
    const scales = Array.from({ length: perChannel ? outputs : 1 }, () => g.anyScale() / 4);
    const scale = g.float(perChannel ? scales : scales[0]);
    const inputs = [g.bytes("int8", shape, () => g.numbers.integer(-127, 127)), scale];
    const w = g.node("DequantizeLinear", g.fresh("w"), inputs, { axis });
    const products = scales.map((s) => Math.fround(Math.fround(inputScale) * s));
    const b = g.node(
      "DequantizeLinear",
      g.fresh("b"),
      [
        g.ints(Array.from({ length: outputs }, () => random.integer(-3000, 3000))),
        g.float(perChannel ? products : products[0]),
      ],
      { axis: 0 },
    );
    return [w, b];
  };
  let scale = 0.04;
  let value = g.roundTrip("x", byte(), scale);
  const conv = (outputs: number, inputs: number, relu: boolean) => {
    const made = g.node("Conv", g.fresh("conv"), [value, ...weights([outputs, inputs, 3, 3], scale, 0)], {
      kernel_shape: [3, 3],
      pads: [1, 1, 1, 1],
    });
    scale = Math.fround(0.02 + random.next() * 0.1);
    return g.roundTrip(relu ? g.node("Relu", g.fresh("relu"), [made]) : made, byte(), scale);
  };
  value = conv(4, 2, true);
  value = g.node("MaxPool", g.fresh("p"), [value], { kernel_shape: [2, 2], strides: [2, 2] });
  const branch = value;
  value = conv(4, 4, random.next() < 0.5);
  scale = 0.05;
  value = g.roundTrip(g.node("Sigmoid", g.fresh("s"), [value]), byte(), 1 / 256);
  value = g.roundTrip(g.node("Concat", g.fresh("cat"), [value, branch], { axis: 1 }), byte(), scale);
  value = g.node("Transpose", g.fresh("t"), [value], { perm: [0, 1, 3, 2] });
  value = g.node("Flatten", g.fresh("flat"), [value]);
  const [w, b] = weights([3, 8 * 16], scale, 0);
  value = g.node("Gemm", "fc", [value, w, b], { transB: 1 });
  const y = g.quantize(value, "int8", 0.3, 3);
  return g.graph(y);
}

describe("QDQ graphs, as int8 models", () => {
  it("hold the integers of the graph level, but for sums of products that float32 cannot hold", () => {
    let elements = 0;
    let different = 0;
    const values = new Set<number>();
    for (let seed = 0; seed < 60; seed++) {
      const graph = qdqNetwork(seed);
      const model = importQuantized(graph);
      const random = new Random(seed);
      const image = Array.from({ length: 128 }, () => random.next() * 8 - 4);
      const float = runGraph(graph, { x: tensor([1, 2, 8, 8], Float32Array.from(image)) });
      const expected = numberData(float[graph.outputs[0].name]);
      const { logits } = runInt8(model, quantizeInput(model, image));
      elements += logits.length;
      logits.forEach((q, i) => {
        values.add(q);
        // At graph level the QDQ operators are float ones: their sums round where integer sums do not.
        expect(Math.abs(q - expected[i])).toBeLessThanOrEqual(1);
        if (q !== expected[i]) different++;
      });
    }
    expect(different / elements).toBeLessThan(0.02);
    expect(values.size).toBeGreaterThan(50);
  });

  it("add residuals with one rounding of the exact sum, for all pairs of bytes", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const random = new Random(seed);
        const scales = [0, 1, 2].map(() => Math.fround(0.003 + random.next() * 0.03));
        const zeros = [0, 1, 2].map(() => random.integer(-128, 127));
        if (seed % 3 === 0) scales[1] = scales[0];
        if (seed % 6 === 0) scales[2] = 2 * scales[0];
        // One tensor with every byte, and its reverse through a Transpose-like Gather, meet in all pairs over seeds.
        const g = new QuantizedBuilder(seed, ["N", 256], "int8");
        const order = g.tensor(
          "order",
          tensor(
            [256],
            BigInt64Array.from({ length: 256 }, (_, i) => BigInt((i * 91 + seed) % 256)),
          ),
        );
        const shuffled = g.node("Gather", "shuffled", ["x", order], { axis: 1 });
        const a = g.node("DequantizeLinear", "a", ["x", g.float(scales[0]), g.zero("int8", zeros[0])]);
        const b = g.node("DequantizeLinear", "b", [shuffled, g.float(scales[1]), g.zero("int8", zeros[1])]);
        const y = g.quantize(g.node("Add", "sum", [a, b]), "int8", scales[2], zeros[2]);
        const model = importQuantized(g.graph(y));
        const x = Int8Array.from({ length: 256 }, (_, i) => i - 128);
        const { logits } = runInt8(model, x);
        logits.forEach((q, i) => {
          const other = x[(i * 91 + seed) % 256];
          const real = (scales[0] * (x[i] - zeros[0]) + scales[1] * (other - zeros[1])) / scales[2];
          const floor = Math.floor(real);
          const rounded = real - floor === 0.5 ? floor + (floor % 2 === 0 ? 0 : 1) : Math.round(real);
          expect(q).toBe(Math.max(-128, Math.min(127, rounded + zeros[2])));
        });
      }),
      { numRuns: 30 },
    );
  });

  it("average with one rounding, zero points included", () => {
    const g = new QuantizedBuilder(1, ["N", 3, 5, 5], "uint8");
    const a = g.node("DequantizeLinear", "a", ["x", g.float(0.02), g.zero("uint8", 100)]);
    const p = g.node("AveragePool", "p", [a], { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [2, 2] });
    const y = g.quantize(p, "int8", 0.013, -7);
    const graph = g.graph(y);
    const model = importQuantized(graph);
    const random = new Random(3);
    for (let n = 0; n < 20; n++) {
      const x = Uint8Array.from({ length: 75 }, () => random.integer(0, 255));
      const expected = runGraph(graph, { x: tensor([1, 3, 5, 5], x) })[y];
      expect(Array.from(runInt8(model, x).logits)).toEqual(Array.from(numberData(expected)));
    }
  });

  it("end in comparable logits where the last layer's channels have scales of their own", () => {
    const g = new QuantizedBuilder(5, ["N", 6], "float32");
    const x = g.roundTrip("x", "int8", 0.05);
    const scales = [0.01, 0.02, 0.005, 0.04];
    const w = g.node(
      "DequantizeLinear",
      "w",
      [g.bytes("int8", [4, 6], () => g.numbers.integer(-127, 127)), g.float(scales)],
      {
        axis: 0,
      },
    );
    const graph = g.graph(
      g.node("Gemm", "y", [x, w, g.constant("b", [4], [0.5, -0.25, 0, 1])], { transB: 1 }),
    );
    const model = importQuantized(graph);
    const unit = model.tensors[model.logits].scale;
    for (let n = 0; n < 20; n++) {
      const image = Array.from({ length: 6 }, () => g.numbers.next() * 10 - 5);
      const expected = runGraph(graph, { x: tensor([1, 6], Float32Array.from(image)) }).y
        .data as Float32Array;
      const { logits } = runInt8(model, quantizeInput(model, image));
      expected.forEach((v, i) => {
        expect(Math.abs(logits[i] * unit - v)).toBeLessThan(0.05 * Math.max(1, Math.abs(v)));
      });
    }
  });

  it("are refused where they cannot be int8 models, by the node's name", () => {
    const refusal = (build: (g: QuantizedBuilder) => string): string => {
      const g = new QuantizedBuilder(1, ["N", 4], "float32");
      try {
        importQuantized(g.graph(build(g)));
      } catch (cause) {
        if (cause instanceof MatchMulError) return `${cause.code}: ${cause.message}`;
        throw cause;
      }
      return "accepted";
    };
    const x = (g: QuantizedBuilder) => g.roundTrip("x", "int8", 0.1);
    const w = (g: QuantizedBuilder) => g.constant("w", [4, 4], new Array(16).fill(1));
    expect(refusal((g) => g.node("MatMul", "m", [x(g), w(g)]))).toMatch(/node m .*weights are not quantized/);
    expect(refusal((g) => g.quantize(g.node("Mul", "m", [x(g), x(g)]), "int8", 1))).toMatch(/node m .*Mul/);
    expect(refusal((g) => g.quantize(g.node("Relu", "r", ["x"]), "int8", 1))).toMatch(
      /node r .*not quantized/,
    );
    expect(refusal((g) => g.node("LRN", "l", [x(g)]))).toMatch(
      /quantize-unsupported: LRN \(node l\)|operator/,
    );
  });
});
