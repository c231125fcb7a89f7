import { type Graph, runGraph, tensor } from "@matchmul/model";
import { describe, expect, it } from "vitest";
import { equalise } from "../src/equalise.js";
import { GraphBuilder, randomImages } from "../src/testing/graphs.js";

/** Conv -> ReLU -> depthwise Conv -> ReLU -> MaxPool -> Flatten -> Gemm -> ReLU -> Gemm, with uneven channels. */
function network(): Graph {
  const g = new GraphBuilder("x", ["N", 2, 6, 6]);
  const uneven = (name: string, shape: number[], seed: number) => {
    g.random(name, shape, seed);
    const perOutput = shape.slice(1).reduce((a, b) => a * b, 1);
    return g.scale(name, (i) => 4 ** ((Math.floor(i / perOutput) % 5) - 2));
  };
  g.node("Conv", "c1", ["x", uneven("w1", [5, 2, 3, 3], 1), g.random("b1", [5], 2)], { pads: [1, 1, 1, 1] });
  g.node(
    "Conv",
    "c2",
    [g.node("Relu", "r1", ["c1"]), uneven("w2", [5, 1, 3, 3], 3), g.random("b2", [5], 4)],
    {
      group: 5,
    },
  );
  g.node("MaxPool", "p", [g.node("Relu", "r2", ["c2"])], { kernel_shape: [2, 2], strides: [2, 2] });
  g.node("Gemm", "f1", [g.node("Flatten", "f", ["p"]), uneven("w3", [7, 20], 5), g.random("b3", [7], 6)], {
    transB: 1,
  });
  return g.graph(g.node("Gemm", "f2", [g.node("Relu", "r3", ["f1"]), g.random("w4", [7, 3], 7)]));
}

function largestByChannel(graph: Graph, weights: string): number[] {
  const { shape, data } = graph.initializers.get(weights)!;
  const perOutput = data.length / shape[0];
  return Array.from({ length: shape[0] }, (_, o) =>
    Math.max(...Array.from((data as Float32Array).subarray(o * perOutput, (o + 1) * perOutput), Math.abs)),
  );
}

describe("equalise", () => {
  it("leaves the network's results as they were", () => {
    const equal = equalise(network());
    for (const image of randomImages(20, 72, -1, 1)) {
      const inputs = { x: tensor([1, 2, 6, 6], image) };
      const before = Array.from(runGraph(network(), inputs).f2.data as Float32Array);
      const after = Array.from(runGraph(equal, inputs).f2.data as Float32Array);
      before.forEach((v, i) => {
        expect(Math.abs(after[i] - v)).toBeLessThan(1e-4 * Math.max(1, Math.abs(v)));
      });
    }
  });

  it("makes the channels' ranges alike and leaves the given graph alone", () => {
    const graph = network();
    const spread = (g: Graph, w: string) => {
      const ranges = largestByChannel(g, w);
      return Math.max(...ranges) / Math.min(...ranges);
    };
    const equal = equalise(graph);
    expect(spread(graph, "w1")).toBeGreaterThan(50);
    expect(spread(equal, "w1")).toBeLessThan(spread(graph, "w1") / 4);
    expect(spread(graph, "w1")).toBe(spread(network(), "w1"));
  });

  it("does not touch layers with something else between them", () => {
    const build = () => {
      const g = new GraphBuilder("x", ["N", 4]);
      g.node("Gemm", "a", ["x", g.random("w1", [4, 4], 1)]);
      g.node("Gemm", "b", [g.node("Sigmoid", "s", ["a"]), g.random("w2", [4, 4], 2)]);
      return g.graph(g.node("Add", "sum", ["b", "a"]));
    };
    expect(equalise(build()).initializers.get("w1")!.data).toEqual(build().initializers.get("w1")!.data);
  });
});
